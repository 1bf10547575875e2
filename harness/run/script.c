#include "harness/run/script.h"

#include "harness/data/value.h"
#include "harness/drivers/call.h"
#include "harness/run/branch.h"
#include "harness/run/step.h"
#include <rpcref/mem.h>
#include <string.h>
#include <uv.h>

enum { BRANCHES_MAX = 1000 };

typedef struct named_call {
    char *name;
    pf_call *call;
    const pf_branch *branch; /* that can see it, with those within */
} named_call;

struct pf_script {
    const pf_case *kase;
    pf_target *target;
    double scale;
    void (*done)(pf_script *s, void *user_data);
    void *user_data;
    uv_timer_t wake;  /* tries again */
    uv_timer_t limit; /* the case's time */
    int handles;
    pf_branch **branches; /* the first is the script's own */
    size_t branch_count, branch_cap;
    pf_branch *current;
    json_t *barriers; /* name -> how many arrived */
    json_t *saved;
    bool ended;
    bool passed;
    bool broken;
    rp_nanos started, finished;
    size_t step_number;
    named_call *calls;
    size_t call_count, call_cap;
    pf_verdict graded;
    rp_buf expected, actual, why;
};

static void finish(pf_script *s, bool passed)
{
    if (s->ended)
        return;
    s->ended = true;
    s->passed = passed;
    s->finished = rp_time_now();
    for (size_t i = 0; i < s->call_count; i++)
        pf_call_abandon(s->calls[i].call);
    uv_timer_stop(&s->limit);
    pf_script_wake(s); /* tells from the loop */
}

/* --- walking the steps ---------------------------------------------------- */

static rp_nanos step_limit(const pf_script *s, const json_t *args)
{
    const json_t *within = json_object_get(args, "within");

    return within != NULL ? pf_script_scaled(s, within) : RP_FOREVER;
}

static pf_step_result too_late(pf_script *s, const pf_step *step,
                               const json_t *args)
{
    if (step->late != NULL)
        return step->late(s, args);
    rp_buf_printf(pf_script_expected(s), "'%s' to be done in time", step->verb);
    rp_buf_printf(pf_script_actual(s), "it was not done after %.0f ms",
                  rp_time_ms(pf_script_step_age(s)));
    return PF_STEP_FAIL;
}

/* Tries the present step of the current branch. False: it waits, or the case
 * has ended. */
static bool run_step(pf_script *s, const json_t *written)
{
    pf_branch *b = s->current;
    const json_t *args;
    const char *verb = pf_step_verb(written, &args);
    const pf_step *step = pf_step_find(s->kase->driver, verb);
    rp_nanos limit = step_limit(s, args);
    pf_step_result r;

    if (!b->again) {
        b->since = rp_time_now();
        s->step_number++;
    }
    r = step->run(s, args, b->again);
    if (r == PF_STEP_WAIT && pf_script_step_age(s) >= limit)
        r = too_late(s, step, args);
    if (r == PF_STEP_WAIT && limit != RP_FOREVER)
        pf_script_alarm(s, limit - pf_script_step_age(s));
    b->again = r == PF_STEP_WAIT;
    if (s->broken || r == PF_STEP_FAIL)
        finish(s, false);
    if (r == PF_STEP_DONE)
        pf_branch_advance(b);
    return r == PF_STEP_DONE && !s->ended;
}

/* Goes on with a branch as far as it will. False: not a step. */
static bool run_branch(pf_script *s, pf_branch *b)
{
    const json_t *step;
    bool moved = false;

    s->current = b;
    while (!s->ended && (step = pf_branch_step(b)) != NULL && run_step(s, step))
        moved = true;
    return moved;
}

/* The calls that only this branch could see go with it. */
static void drop_calls(pf_script *s, const pf_branch *b)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->call_count; i++) {
        if (s->calls[i].branch != b) {
            s->calls[kept++] = s->calls[i];
            continue;
        }
        rp_mem_free(s->calls[i].name);
        pf_call_free(s->calls[i].call);
    }
    s->call_count = kept;
}

/* Lets go of the branches that are through; the script's own stays. */
static bool drop_ended(pf_script *s)
{
    size_t kept = 1;

    for (size_t i = 1; i < s->branch_count; i++) {
        pf_branch *b = s->branches[i];

        if (pf_branch_step(b) != NULL) {
            s->branches[kept++] = b;
            continue;
        }
        b->parent->children--;
        drop_calls(s, b);
        pf_branch_free(b);
    }
    if (kept == s->branch_count)
        return false;
    s->branch_count = kept;
    return true;
}

static void advance(pf_script *s)
{
    bool moved = true;

    while (moved && !s->ended) {
        moved = false;
        for (size_t i = 0; i < s->branch_count && !s->ended; i++)
            moved |= run_branch(s, s->branches[i]);
        if (!s->ended)
            moved |= drop_ended(s);
    }
    if (!s->ended && pf_branch_step(s->branches[0]) == NULL)
        finish(s, true);
}

static void on_wake(uv_timer_t *timer)
{
    pf_script *s = timer->data;
    void (*done)(pf_script *, void *) = s->done;

    if (!s->ended) {
        advance(s);
    } else if (done != NULL) {
        s->done = NULL;
        done(s, s->user_data);
    }
}

static void on_limit(uv_timer_t *timer)
{
    pf_script *s = timer->data;
    const json_t *args;
    const json_t *written;
    const pf_step *step;

    if (s->ended)
        return;
    /* the youngest branch that waits says for what */
    s->current = s->branches[s->branch_count - 1];
    written = pf_branch_step(s->current);
    step = pf_step_find(s->kase->driver, pf_step_verb(written, &args));
    if (too_late(s, step, args) == PF_STEP_DONE)
        rp_buf_append_str(pf_script_actual(s), "the case took too long");
    finish(s, false);
}

/* --- life ----------------------------------------------------------------- */

static void on_handle_closed(uv_handle_t *h)
{
    pf_script *s = h->data;

    if (--s->handles == 0)
        rp_mem_free(s);
}

static void add_branch(pf_script *s, pf_branch *b)
{
    s->branches = rp_mem_grow(s->branches, s->branch_count, &s->branch_cap,
                              sizeof(pf_branch *));
    s->branches[s->branch_count++] = b;
}

pf_script *pf_script_start(const pf_case *c, pf_target *target, double scale,
                           void (*done)(pf_script *s, void *user_data),
                           void *user_data)
{
    pf_script *s = RP_NEW(pf_script);
    uv_loop_t *loop = rp_runtime_loop(target->rt);

    s->kase = c;
    s->target = target;
    s->scale = scale;
    s->done = done;
    s->user_data = user_data;
    s->graded = PF_VERDICT_COUNT;
    s->barriers = json_object();
    s->saved = json_object();
    add_branch(s, pf_branch_new(NULL, c->steps, target->names));
    s->current = s->branches[0];
    s->started = rp_time_now();
    s->handles = 2;
    uv_timer_init(loop, &s->wake);
    uv_timer_init(loop, &s->limit);
    s->wake.data = s;
    s->limit.data = s;
    uv_update_time(loop);
    uv_timer_start(&s->limit, on_limit,
                   (uint64_t)((double)c->timeout * scale / RP_MILLISECOND), 0);
    uv_timer_start(&s->wake, on_wake, 0, 0);
    return s;
}

void pf_script_free(pf_script *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->call_count; i++) {
        rp_mem_free(s->calls[i].name);
        pf_call_free(s->calls[i].call);
    }
    rp_mem_free(s->calls);
    while (s->branch_count > 0)
        pf_branch_free(s->branches[--s->branch_count]);
    rp_mem_free(s->branches);
    json_decref(s->barriers);
    json_decref(s->saved);
    rp_buf_clear(&s->expected);
    rp_buf_clear(&s->actual);
    rp_buf_clear(&s->why);
    uv_close((uv_handle_t *)&s->wake, on_handle_closed);
    uv_close((uv_handle_t *)&s->limit, on_handle_closed);
}

const pf_case *pf_script_case(const pf_script *s)
{
    return s->kase;
}

bool pf_script_passed(const pf_script *s)
{
    return s->passed;
}

pf_verdict pf_script_graded(const pf_script *s)
{
    return s->graded;
}

const char *pf_script_expected_text(pf_script *s)
{
    return rp_buf_str(&s->expected);
}

const char *pf_script_actual_text(pf_script *s)
{
    return rp_buf_str(&s->actual);
}

const char *pf_script_why(pf_script *s)
{
    return s->why.len > 0 ? rp_buf_str(&s->why) : NULL;
}

bool pf_script_is_error(const pf_script *s)
{
    return s->broken;
}

rp_nanos pf_script_elapsed(const pf_script *s)
{
    return s->finished - s->started;
}

size_t pf_script_step_number(const pf_script *s)
{
    return s->step_number;
}

/* --- for steps ------------------------------------------------------------ */

pf_target *pf_script_target(pf_script *s)
{
    return s->target;
}

void pf_script_wake(pf_script *s)
{
    uv_timer_start(&s->wake, on_wake, 0, 0);
}

static named_call *find_call(pf_script *s, const char *name)
{
    for (size_t i = s->call_count; i > 0; i--) {
        named_call *c = &s->calls[i - 1];

        if (strcmp(c->name, name) == 0 &&
            pf_branch_is_within(s->current, c->branch))
            return c;
    }
    return NULL;
}

pf_call *pf_script_call(pf_script *s, const json_t *args)
{
    const char *name = json_string_value(json_object_get(args, "call"));
    named_call *c = find_call(s, name != NULL ? name : "c");

    if (c != NULL)
        return c->call;
    pf_script_break(s, "a step names a call that has not been started");
    return NULL;
}

void pf_script_add_call(pf_script *s, const char *name, pf_call *call)
{
    named_call *old = find_call(s, name != NULL ? name : "c");

    /* rounds of a repeat: what is over and out of reach holds no connection */
    if (old != NULL && old->branch == s->current && old->call->done &&
        old->call->sharers == 0)
        pf_call_abandon(old->call);
    s->calls =
        rp_mem_grow(s->calls, s->call_count, &s->call_cap, sizeof(named_call));
    s->calls[s->call_count++] = (named_call){
        rp_mem_dup_str(name != NULL ? name : "c"), call, s->current};
}

rp_nanos pf_script_step_age(const pf_script *s)
{
    return rp_time_now() - s->current->since;
}

rp_nanos pf_script_scaled(const pf_script *s, const json_t *duration)
{
    rp_nanos d = 0;

    pf_value_duration(duration, &d, NULL);
    return (rp_nanos)((double)d * s->scale);
}

void pf_script_alarm(pf_script *s, rp_nanos after)
{
    uint64_t ms = after > 0 ? (uint64_t)(after / RP_MILLISECOND) + 1 : 0;

    uv_update_time(s->wake.loop);
    if (!uv_is_active((uv_handle_t *)&s->wake) ||
        uv_timer_get_due_in(&s->wake) > ms)
        uv_timer_start(&s->wake, on_wake, ms, 0);
}

rp_buf *pf_script_expected(pf_script *s)
{
    rp_buf_reset(&s->expected);
    return &s->expected;
}

rp_buf *pf_script_actual(pf_script *s)
{
    rp_buf_reset(&s->actual);
    return &s->actual;
}

static int badness(pf_verdict v)
{
    switch (v) {
    case PF_FAIL:
        return 3;
    case PF_WARN:
        return 2;
    case PF_INFO:
        return 1;
    default:
        return 0;
    }
}

void pf_script_grade(pf_script *s, pf_verdict v, const char *why)
{
    if (s->graded != PF_VERDICT_COUNT && badness(v) <= badness(s->graded))
        return;
    s->graded = v;
    rp_buf_reset(&s->why);
    if (why != NULL)
        rp_buf_append_str(&s->why, why);
}

void pf_script_break(pf_script *s, const char *why)
{
    s->broken = true;
    rp_buf_append_str(pf_script_actual(s), why);
}

void pf_script_save(pf_script *s, const char *name, json_t *value)
{
    json_object_set_new(s->saved, name, value);
}

const json_t *pf_script_saved(const pf_script *s, const char *name)
{
    return json_object_get(s->saved, name);
}

void pf_script_repeat(pf_script *s, const json_t *steps, size_t times,
                      const char *as)
{
    pf_branch_repeat(s->current, steps, times, as);
}

void pf_script_spawn(pf_script *s, const json_t *steps, const json_t *names)
{
    if (s->branch_count == BRANCHES_MAX) {
        pf_script_break(s, "a case may have 1000 branches");
        return;
    }
    s->current->children++;
    add_branch(s, pf_branch_new(s->current, steps, names));
}

size_t pf_script_branches_left(const pf_script *s)
{
    return s->current->children;
}

bool pf_script_meet(pf_script *s, const char *barrier, size_t of, bool again)
{
    size_t here =
        (size_t)json_integer_value(json_object_get(s->barriers, barrier));

    if (!again) {
        s->current->arrival = here++;
        json_object_set_new(s->barriers, barrier,
                            json_integer((json_int_t)here));
    }
    /* a barrier in a loop is met again in the next round */
    return here >= (s->current->arrival / of + 1) * of;
}
