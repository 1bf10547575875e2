#include "harness/run/preflight.h"

#include "harness/data/yaml.h"
#include "harness/run/script.h"
#include "reference/base/embed.h"
#include <rpcref/call.h>
#include <stdio.h>
#include <string.h>

#define REACH_LIMIT (5 * RP_SECOND)

/* --- is anybody there, and does it speak HTTP/2? -------------------------- */

typedef struct reach {
    rp_connectivity state;
    rp_channel *channel;
    bool over;
    bool silent;
} reach;

static void on_state(rp_connectivity state, void *user)
{
    reach *r = user;

    r->state = state;
    if (state == RP_CONNECTIVITY_READY ||
        state == RP_CONNECTIVITY_TRANSIENT_FAILURE)
        r->over = true;
}

static void on_silence(uv_timer_t *timer)
{
    reach *r = timer->data;

    r->silent = true;
    r->over = true;
}

static void on_closed(uv_handle_t *h)
{
    *(bool *)h->data = true;
}

static rp_code check_reachable(uv_loop_t *loop, pf_target *t, double scale,
                               rp_err *err)
{
    rp_channel_opts opts = {.credentials = t->credentials,
                            .authority = t->authority,
                            .connect_timeout = 60 * RP_SECOND};
    reach r = {0};
    uv_timer_t timer;
    bool closed = false;
    rp_code rc = rp_channel_new(t->rt, t->address, &opts, &r.channel, err);

    if (rc != RP_OK)
        return rc;
    uv_timer_init(loop, &timer);
    timer.data = &r;
    uv_timer_start(&timer, on_silence,
                   (uint64_t)((double)REACH_LIMIT * scale / RP_MILLISECOND), 0);
    rp_channel_watch(r.channel, on_state, &r);
    rp_channel_connect(r.channel);
    while (!r.over)
        uv_run(loop, UV_RUN_ONCE);
    rp_channel_watch(r.channel, NULL, NULL);
    if (r.silent)
        rc = rp_fail(err, RP_EIO,
                     "%s: accepts, but sends no HTTP/2 SETTINGS within %.0f s",
                     t->address, rp_time_ms(REACH_LIMIT) / 1000 * scale);
    else if (r.state != RP_CONNECTIVITY_READY)
        rc = rp_fail(err, RP_EIO, "%s: %s", t->address,
                     rp_channel_why(r.channel));
    rp_channel_close(r.channel);
    rp_channel_unref(r.channel);
    timer.data = &closed;
    uv_close((uv_handle_t *)&timer, on_closed);
    while (!closed)
        uv_run(loop, UV_RUN_ONCE);
    return rc;
}

/* --- what does it offer? -------------------------------------------------- */

typedef struct probing {
    size_t running;
} probing;

static void on_probe_done(pf_script *s, void *user)
{
    probing *p = user;
    pf_target *t = pf_script_target(s);

    if (pf_script_passed(s))
        json_object_set_new(t->capabilities, pf_script_case(s)->id,
                            json_true());
    p->running--;
}

static rp_code load_probes(pf_yaml **out, rp_err *err)
{
    for (size_t i = 0; i < rp_embed_fixtures_count; i++) {
        const rp_embed *e = &rp_embed_fixtures[i];

        if (strcmp(e->path, "probes.yaml") == 0)
            return pf_yaml_parse(
                "fixtures/probes.yaml",
                rp_slice_of(e->data, (size_t)(e->end - e->data)), out, err);
    }
    return rp_fail(err, RP_ENOTFOUND, "fixtures/probes.yaml is not built in");
}

enum { PROBES_MAX = 32 };

rp_code pf_preflight(uv_loop_t *loop, pf_target *t, double scale, rp_err *err)
{
    pf_case cases[PROBES_MAX] = {0};
    pf_script *scripts[PROBES_MAX];
    probing p = {0};
    pf_yaml *yaml = NULL;
    size_t count = 0;
    json_t *probe;
    size_t i;
    rp_code rc = check_reachable(loop, t, scale, err);

    if (rc == RP_OK)
        rc = load_probes(&yaml, err);
    if (rc != RP_OK)
        return rc;
    json_array_foreach(pf_yaml_root(yaml), i, probe)
    {
        pf_case *c = &cases[count];

        c->id = (char *)(uintptr_t)json_string_value(
            json_object_get(probe, "capability"));
        c->steps = json_object_get(probe, "steps");
        c->driver = PF_DRIVER_CALL;
        c->timeout = REACH_LIMIT;
        p.running++;
        scripts[count++] = pf_script_start(c, t, scale, on_probe_done, &p);
    }
    while (p.running > 0)
        uv_run(loop, UV_RUN_ONCE);
    while (count > 0)
        pf_script_free(scripts[--count]);
    uv_run(loop, UV_RUN_NOWAIT);
    pf_yaml_free(yaml);
    return RP_OK;
}
