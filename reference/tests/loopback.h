/* loopback.h - a client and a server on one adopted loop, for tests. */
#ifndef REFERENCE_TESTS_LOOPBACK_H
#define REFERENCE_TESTS_LOOPBACK_H

#include "reference/tests/test.h"

#include <rpcref/call.h>
#include <rpcref/mem.h>
#include <rpcref/server.h>
#include <rpcref/services.h>
#include <uv.h>

typedef struct loopback {
    uv_loop_t loop;
    rp_runtime *rt;
    rp_server *server;
    rp_channel *channel;
    int port;
    bool stopped;
} loopback;

/* One call and what came of it. */
typedef struct witness {
    rp_call *call;
    rp_metadata initial;
    rp_metadata trailing;
    rp_status status;
    rp_buf last; /* the last message */
    size_t messages;
    size_t packed;
    size_t sent;
    bool has_initial;
    bool done;
    bool hold; /* do not ask for more by itself */
} witness;

static inline void loopback_start(loopback *l, const rp_server_opts *server,
                                  const rp_channel_opts *channel)
{
    char target[64];

    memset(l, 0, sizeof(*l));
    assert_int_equal(uv_loop_init(&l->loop), 0);
    assert_int_equal(rp_runtime_adopt(&l->loop, &l->rt, NULL), RP_OK);
    assert_int_equal(rp_server_new(l->rt, server, &l->server, NULL), RP_OK);
    rp_server_add_lookup(l->server, rp_services_interop, NULL);
    assert_int_equal(
        rp_server_add_port(l->server, "127.0.0.1:0", NULL, &l->port, NULL),
        RP_OK);
    snprintf(target, sizeof(target), "127.0.0.1:%d", l->port);
    assert_int_equal(rp_channel_new(l->rt, target, channel, &l->channel, NULL),
                     RP_OK);
}

static inline void loopback_on_stopped(void *arg)
{
    *(bool *)arg = true;
}

static inline void loopback_stop(loopback *l)
{
    rp_channel_close(l->channel);
    rp_channel_unref(l->channel);
    rp_server_stop(l->server, 0, loopback_on_stopped, &l->stopped);
    while (!l->stopped)
        uv_run(&l->loop, UV_RUN_ONCE);
    rp_server_free(l->server);
    rp_runtime_free(l->rt);
    uv_run(&l->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&l->loop), 0);
}

static inline void witness_initial(rp_call *c, const rp_metadata *md, void *u)
{
    witness *w = u;

    (void)c;
    w->has_initial = true;
    rp_metadata_copy(&w->initial, md);
}

static inline void witness_message(rp_call *c, rp_slice m, bool packed, void *u)
{
    witness *w = u;

    w->messages++;
    w->packed += packed;
    rp_buf_reset(&w->last);
    rp_buf_append(&w->last, m);
    if (!w->hold)
        rp_call_receive(c);
}

static inline void witness_sent(rp_call *c, void *u)
{
    (void)c;
    ((witness *)u)->sent++;
}

static inline void witness_done(rp_call *c, const rp_status *s,
                                const rp_metadata *trailing, void *u)
{
    witness *w = u;

    (void)c;
    assert_false(w->done);
    w->done = true;
    rp_status_copy(&w->status, s);
    rp_metadata_copy(&w->trailing, trailing);
}

static const rp_call_events witness_events = {witness_initial, witness_message,
                                              witness_sent, witness_done};

static inline void witness_start(loopback *l, witness *w, rp_call_opts opts)
{
    bool hold = w->hold;

    memset(w, 0, sizeof(*w));
    w->hold = hold;
    opts.events = &witness_events;
    opts.user_data = w;
    assert_int_equal(rp_call_start(l->channel, &opts, &w->call, NULL), RP_OK);
    if (!hold)
        rp_call_receive(w->call);
}

static inline void witness_wait(loopback *l, witness *w)
{
    while (!w->done)
        uv_run(&l->loop, UV_RUN_ONCE);
}

static inline void witness_clear(witness *w)
{
    rp_call_unref(w->call);
    rp_metadata_clear(&w->initial);
    rp_metadata_clear(&w->trailing);
    rp_status_clear(&w->status);
    rp_buf_clear(&w->last);
}

#endif
