/* barrier: waits until so many branches of a `parallel` are here. */
#include "harness/run/step.h"

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    const char *name = json_string_value(json_object_get(args, "name"));
    json_int_t of = json_integer_value(json_object_get(args, "of"));

    if (of < 1) {
        pf_script_break(s, "a barrier is of 1 or more");
        return PF_STEP_FAIL;
    }
    return pf_script_meet(s, name != NULL ? name : "", (size_t)of, again)
               ? PF_STEP_DONE
               : PF_STEP_WAIT;
}

static const pf_arg args_known[] = {
    {"name", PF_ARG_TEXT, false},
    {"of", PF_ARG_COUNT, true},
    {"within", PF_ARG_DURATION, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_barrier = {
    .verb = "barrier",
    .drivers = PF_DRIVER_ALL,
    .args = args_known,
    .run = run,
};
