/* call: starts a call. */
#include "harness/drivers/call.h"
#include "harness/run/step.h"

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

static const char *const keys[] = {
    "as",          "method",      "metadata",       "timeout", "with",
    "compression", "max_receive", "wait_for_ready", NULL};

const pf_step PF_STEP_call = {"call", keys, run, NULL};
