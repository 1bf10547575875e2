/* send: sends a message and waits until the transport has taken it. */
#include "harness/drivers/call.h"
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    rp_err err = RP_ERR_INIT;

    if (c == NULL)
        return PF_STEP_FAIL;
    if (!again && pf_call_send(c, args, &err) != RP_OK) {
        pf_script_break(s, err.text);
        return PF_STEP_FAIL;
    }
    if (json_is_true(json_object_get(args, "nowait")) || c->done)
        return PF_STEP_DONE;
    return c->sending ? PF_STEP_WAIT : PF_STEP_DONE;
}

static rp_code check_args(const json_t *args, rp_err *err)
{
    if (json_object_get(args, "message") != NULL &&
        json_object_get(args, "raw") != NULL)
        return rp_fail(err, RP_EPARSE, "'send' takes a message or raw octets");
    return RP_OK;
}

static const pf_arg args_known[] = {
    {"call", PF_ARG_TEXT, false},     {"message", PF_ARG_ANY, false},
    {"raw", PF_ARG_OCTETS, false},    {"compress", PF_ARG_SWITCH, false},
    {"nowait", PF_ARG_SWITCH, false}, {"within", PF_ARG_DURATION, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_send = {
    .verb = "send",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .check = check_args,
    .run = run,
};
