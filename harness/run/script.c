#include "harness/run/script.h"

#include "harness/data/value.h"
#include "harness/drivers/call.h"
#include "harness/run/step.h"
#include <rpcref/mem.h>
#include <string.h>
#include <uv.h>

enum { NEST_MAX = 4, CALLS_MAX = 64 };

/* A list of steps, and where in it the script is. */
typedef struct frame {
    const json_t *steps;
    size_t next;
    json_int_t times_left;
} frame;

struct pf_script {
    const pf_case *kase;
    pf_target *target;
    double scale;
    void (*done)(pf_script *s, void *user_data);
    void *user_data;
    uv_timer_t wake;  /* tries again */
    uv_timer_t limit; /* the case's time */
    int handles;
    frame frames[NEST_MAX];
    int depth;
    bool again;
    bool ended;
    bool passed;
    bool broken;
    bool freeing;
    rp_nanos started, finished, step_started;
    size_t step_number;
    struct {
        char *name;
        pf_call *call;
    } calls[CALLS_MAX];
    size_t call_count;
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
    rp_buf_printf(&s->expected, "'%s' to be done in time", step->verb);
    rp_buf_printf(&s->actual, "it was not done after %.0f ms",
                  rp_time_ms(pf_script_step_age(s)));
    return PF_STEP_FAIL;
}

/* Tries the present step. False: it waits, or the case has ended. */
static bool run_step(pf_script *s, const json_t *steps, size_t at)
{
    const json_t *args;
    const char *verb = pf_step_verb(json_array_get(steps, at), &args);
    const pf_step *step = pf_step_find(verb);
    rp_nanos limit = step_limit(s, args);
    pf_step_result r;

    if (!s->again) {
        s->step_started = rp_time_now();
        s->step_number++;
    }
    r = step->run(s, args, s->again);
    if (r == PF_STEP_WAIT && pf_script_step_age(s) >= limit)
        r = too_late(s, step, args);
    if (r == PF_STEP_WAIT && limit != RP_FOREVER)
        pf_script_alarm(s, limit - pf_script_step_age(s));
    s->again = r == PF_STEP_WAIT;
    if (s->broken || r == PF_STEP_FAIL)
        finish(s, false);
    return r == PF_STEP_DONE && !s->ended;
}

static bool enter_repeat(pf_script *s, const json_t *step)
{
    const json_t *args = json_object_get(step, "repeat");

    if (args == NULL || s->depth + 1 >= NEST_MAX)
        return false;
    s->depth++;
    s->frames[s->depth] =
        (frame){json_object_get(args, "steps"), 0,
                json_integer_value(json_object_get(args, "times"))};
    return true;
}

static void advance(pf_script *s)
{
    while (!s->ended) {
        frame *f = &s->frames[s->depth];

        if (f->next < json_array_size(f->steps)) {
            size_t at = f->next;
            const json_t *step = json_array_get(f->steps, at);

            if (!s->again && json_object_get(step, "repeat") != NULL) {
                f->next++;
                enter_repeat(s, step);
                continue;
            }
            if (!run_step(s, f->steps, at))
                return;
            f->next++;
        } else if (--f->times_left > 0) {
            f->next = 0;
        } else if (s->depth > 0) {
            s->depth--;
        } else {
            finish(s, true);
        }
    }
}

static void on_wake(uv_timer_t *timer)
{
    pf_script *s = timer->data;

    if (s->ended) {
        if (s->done != NULL) {
            void (*done)(pf_script *, void *) = s->done;

            s->done = NULL;
            done(s, s->user_data);
        }
        return;
    }
    advance(s);
}

static void on_limit(uv_timer_t *timer)
{
    pf_script *s = timer->data;
    const frame *f = &s->frames[s->depth];
    const json_t *args;
    const char *verb = pf_step_verb(json_array_get(f->steps, f->next), &args);
    const pf_step *step = verb != NULL ? pf_step_find(verb) : NULL;

    if (s->ended)
        return;
    if (step != NULL && too_late(s, step, args) == PF_STEP_DONE)
        rp_buf_printf(&s->actual, "the case took too long");
    finish(s, false);
}

static void on_handle_closed(uv_handle_t *h)
{
    pf_script *s = h->data;

    if (--s->handles == 0)
        rp_mem_free(s);
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
    s->frames[0] = (frame){c->steps, 0, 1};
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

const char *pf_script_why(const pf_script *s)
{
    return s->why.len > 0 ? (const char *)s->why.data : NULL;
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

pf_target *pf_script_target(pf_script *s)
{
    return s->target;
}

void pf_script_wake(pf_script *s)
{
    uv_timer_start(&s->wake, on_wake, 0, 0);
}

pf_call *pf_script_call(pf_script *s, const json_t *args)
{
    const char *name = json_string_value(json_object_get(args, "call"));

    if (name == NULL)
        name = "c";
    for (size_t i = s->call_count; i > 0; i--) {
        if (strcmp(s->calls[i - 1].name, name) == 0)
            return s->calls[i - 1].call;
    }
    pf_script_break(s, "a step names a call that has not been started");
    return NULL;
}

void pf_script_add_call(pf_script *s, const char *name, pf_call *call)
{
    if (s->call_count == CALLS_MAX) {
        pf_script_break(s, "a case may start 64 calls");
        pf_call_free(call);
        return;
    }
    s->calls[s->call_count].name = rp_mem_dup_str(name != NULL ? name : "c");
    s->calls[s->call_count++].call = call;
}

rp_nanos pf_script_step_age(const pf_script *s)
{
    return rp_time_now() - s->step_started;
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

void pf_script_grade(pf_script *s, pf_verdict v, const char *why)
{
    s->graded = v;
    rp_buf_reset(&s->why);
    if (why != NULL) {
        rp_buf_append_str(&s->why, why);
        rp_buf_str(&s->why);
    }
}

void pf_script_break(pf_script *s, const char *why)
{
    s->broken = true;
    rp_buf_append_str(pf_script_actual(s), why);
}
