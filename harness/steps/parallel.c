/* parallel: lists of steps at once; done when all are. Each sees the calls
 * that were there before, and its own. */
#include "harness/run/step.h"

static void spawn_times(pf_script *s, const json_t *args)
{
    const json_t *steps = json_object_get(args, "steps");
    const char *as = json_string_value(json_object_get(args, "as"));
    json_int_t times = json_integer_value(json_object_get(args, "times"));

    for (json_int_t i = 0; i < times; i++) {
        json_t *names = json_object();

        if (as != NULL)
            json_object_set_new(names, as, json_integer(i));
        pf_script_spawn(s, steps, names);
        json_decref(names);
    }
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    const json_t *branches = json_object_get(args, "branches");

    if (!again && branches == NULL)
        spawn_times(s, args);
    for (size_t i = 0; !again && i < json_array_size(branches); i++)
        pf_script_spawn(s, json_array_get(branches, i), NULL);
    return pf_script_branches_left(s) == 0 ? PF_STEP_DONE : PF_STEP_WAIT;
}

static rp_code check_args(const json_t *args, rp_err *err)
{
    bool listed = json_object_get(args, "branches") != NULL;
    bool counted = json_object_get(args, "times") != NULL &&
                   json_object_get(args, "steps") != NULL;

    if (listed == counted)
        return rp_fail(err, RP_EPARSE,
                       "'parallel' needs either branches or times and steps");
    return RP_OK;
}

static const pf_arg args_known[] = {
    {"times", PF_ARG_COUNT, false}, {"as", PF_ARG_TEXT, false},
    {"steps", PF_ARG_STEPS, false}, {"branches", PF_ARG_BRANCHES, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_parallel = {
    .verb = "parallel",
    .drivers = PF_DRIVER_ALL,
    .args = args_known,
    .check = check_args,
    .run = run,
};
