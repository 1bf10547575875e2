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

static void save(pf_script *s, const pf_call *c, const char *name, size_t count)
{
    json_t *list = json_array();

    for (size_t i = c->read - count; i < c->read; i++)
        json_array_append(list, json_array_get(c->messages, i));
    pf_script_save(s, name,
                   json_pack("{sf so}", "elapsed_ms",
                             rp_time_ms(rp_time_now() - c->started), "messages",
                             list));
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    const char *name = json_string_value(json_object_get(args, "save"));
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
    if (name != NULL)
        save(s, c, name, want);
    return PF_STEP_DONE;
}

static const pf_arg args_known[] = {
    {"call", PF_ARG_TEXT, false},       {"count", PF_ARG_COUNT, false},
    {"message", PF_ARG_ANY, false},     {"compressed", PF_ARG_SWITCH, false},
    {"within", PF_ARG_DURATION, false}, {"save", PF_ARG_TEXT, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_receive = {
    .verb = "receive",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .run = run,
    .late = late,
};
