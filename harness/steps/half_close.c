/* half_close: no more messages will be sent. */
#include "harness/drivers/call.h"
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);

    (void)again;
    if (c == NULL)
        return PF_STEP_FAIL;
    if (c->call == NULL)
        return PF_STEP_DONE;
    rp_call_half_close(c->call);
    return PF_STEP_DONE;
}

static const pf_arg args_known[] = {
    {"call", PF_ARG_TEXT, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_half_close = {
    .verb = "half_close",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .run = run,
};
