/* call: starts a call. */
#include "harness/drivers/call.h"
#include "harness/run/step.h"
#include <string.h>

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    rp_err err = RP_ERR_INIT;
    pf_call *c;

    (void)again;
    if (pf_call_start(s, args, &c, &err) != RP_OK) {
        pf_script_break(s, err.text);
        return PF_STEP_FAIL;
    }
    pf_script_add_call(s, json_string_value(json_object_get(args, "as")), c);
    return PF_STEP_DONE;
}

static rp_code check_args(const json_t *args, rp_err *err)
{
    const char *name = json_string_value(json_object_get(args, "compression"));
    rp_compression coding;

    if (name != NULL && strchr(name, '{') == NULL &&
        !rp_compression_parse(rp_slice_str(name), &coding))
        return rp_fail(err, RP_EPARSE, "no coding is called '%s'", name);
    return RP_OK;
}

static const pf_arg args_known[] = {
    {"as", PF_ARG_TEXT, false},
    {"method", PF_ARG_TEXT, true},
    {"metadata", PF_ARG_MAP, false},
    {"timeout", PF_ARG_DURATION, false},
    {"with", PF_ARG_TEXT, false},
    {"compression", PF_ARG_TEXT, false},
    {"max_receive", PF_ARG_COUNT, false},
    {"authority", PF_ARG_TEXT, false},
    {"wait_for_ready", PF_ARG_SWITCH, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_call = {
    .verb = "call",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .check = check_args,
    .run = run,
};
