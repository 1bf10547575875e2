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

static const char *const keys[] = {"call",   "message", "raw", "compress",
                                   "nowait", "within",  NULL};

const pf_step PF_STEP_send = {"send", keys, run, NULL};
