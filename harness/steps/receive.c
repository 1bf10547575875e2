/* receive: the next messages, each as the matcher says. */
#include "harness/data/matcher.h"
#include "harness/drivers/call.h"
#include "harness/run/step.h"

static size_t wanted(const json_t *args)
{
    const json_t *count = json_object_get(args, "count");

    return count != NULL ? (size_t)json_integer_value(count) : 1;
}

static pf_step_result late(pf_script *s, const json_t *args)
{
    pf_call *c = pf_script_call(s, args);
    size_t have = c != NULL ? json_array_size(c->messages) - c->read : 0;

    rp_buf_printf(pf_script_expected(s), "%zu more message(s)", wanted(args));
    rp_buf_printf(pf_script_actual(s), "%zu came%s%s", have,
                  c != NULL && c->done ? ", then the call ended with " : "",
                  c != NULL && c->done ? rp_status_name(c->status.code) : "");
    return PF_STEP_FAIL;
}

static pf_step_result check(pf_script *s, pf_call *c, const json_t *args,
                            size_t at)
{
    const json_t *matcher = json_object_get(args, "message");
    const json_t *packed = json_object_get(args, "compressed");
    rp_buf why = RP_BUF_INIT;
    pf_step_result r = PF_STEP_DONE;

    if ((matcher != NULL &&
         !pf_match(matcher, json_array_get(c->messages, at), &why)) ||
        (packed != NULL &&
         !pf_match(packed, json_array_get(c->packed, at), &why))) {
        rp_buf_printf(pf_script_expected(s), "message %zu as described", at);
        rp_buf_append(pf_script_actual(s), rp_buf_slice(&why));
        r = PF_STEP_FAIL;
    }
    rp_buf_clear(&why);
    return r;
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    size_t want = wanted(args);

    (void)again;
    if (c == NULL)
        return PF_STEP_FAIL;
    if (json_array_size(c->messages) - c->read < want)
        return c->done ? late(s, args) : PF_STEP_WAIT;
    for (size_t i = 0; i < want; i++) {
        if (check(s, c, args, c->read++) != PF_STEP_DONE)
            return PF_STEP_FAIL;
    }
    return PF_STEP_DONE;
}

static const char *const keys[] = {"call",       "count",  "message",
                                   "compressed", "within", NULL};

const pf_step PF_STEP_receive = {"receive", keys, run, late};
