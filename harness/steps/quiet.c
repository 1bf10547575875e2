/* quiet: neither a new message nor the end for so long. */
#include "harness/drivers/call.h"
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    rp_nanos span = pf_script_scaled(s, json_object_get(args, "for"));

    if (c == NULL)
        return PF_STEP_FAIL;
    if (!again)
        pf_script_alarm(s, span);
    if (c->done || json_array_size(c->messages) > c->read) {
        rp_buf_append_str(pf_script_expected(s), "nothing for a while");
        rp_buf_printf(pf_script_actual(s), "%s after %.1f ms",
                      c->done ? "the call ended" : "a message came",
                      rp_time_ms(pf_script_step_age(s)));
        return PF_STEP_FAIL;
    }
    if (pf_script_step_age(s) >= span)
        return PF_STEP_DONE;
    pf_script_alarm(s, span - pf_script_step_age(s));
    return PF_STEP_WAIT;
}

static const pf_arg args_known[] = {
    {"call", PF_ARG_TEXT, false},
    {"for", PF_ARG_DURATION, true},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_quiet = {
    .verb = "quiet",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .run = run,
};
