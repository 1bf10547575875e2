/* repeat: a list of steps, several times over, one after another. */
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    (void)again;
    pf_script_repeat(s, json_object_get(args, "steps"),
                     (size_t)json_integer_value(json_object_get(args, "times")),
                     json_string_value(json_object_get(args, "as")));
    return PF_STEP_DONE;
}

static const pf_arg args_known[] = {
    {"times", PF_ARG_COUNT, true},
    {"as", PF_ARG_TEXT, false},
    {"steps", PF_ARG_STEPS, true},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_repeat = {
    .verb = "repeat",
    .drivers = PF_DRIVER_ALL,
    .args = args_known,
    .run = run,
};
