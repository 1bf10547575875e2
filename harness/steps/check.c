/* check: what was saved before, against a matcher; a number also against a
 * multiple of another, so that times can be compared with a control. */
#include "harness/data/matcher.h"
#include "harness/run/step.h"
#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

/* The value at "name.member.0.member"; NULL when there is none. */
static const json_t *look_up(pf_script *s, const char *path)
{
    char *copy = rp_mem_dup_str(path);
    char *rest = NULL;
    char *part = strtok_r(copy, ".", &rest);
    const json_t *v = part != NULL ? pf_script_saved(s, part) : NULL;

    while (v != NULL && (part = strtok_r(NULL, ".", &rest)) != NULL)
        v = json_is_array(v) ? json_array_get(v, strtoul(part, NULL, 10))
                             : json_object_get(v, part);
    rp_mem_free(copy);
    return v;
}

/* Whether `v` is at most `factor` times the number saved elsewhere. */
static bool within_factor(pf_script *s, const json_t *args, const json_t *v)
{
    const json_t *of = json_object_get(args, "of");
    const json_t *factor = json_object_get(args, "at_most_times");
    const json_t *other = look_up(s, json_string_value(of));

    return json_is_number(v) && json_is_number(other) &&
           json_number_value(v) <=
               json_number_value(factor) * json_number_value(other);
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    const char *that = json_string_value(json_object_get(args, "that"));
    const json_t *is = json_object_get(args, "is");
    const json_t *v = look_up(s, that);
    rp_buf why = RP_BUF_INIT;
    bool fits;
    char *text;

    (void)again;
    if (is != NULL)
        fits = pf_match(is, v, &why);
    else
        fits = within_factor(s, args, v);
    if (!fits) {
        text = json_dumps(args, JSON_COMPACT);
        rp_buf_printf(pf_script_expected(s), "%.900s", text);
        free(text);
        text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
        rp_buf_printf(pf_script_actual(s), "%s is %.400s", that,
                      text != NULL ? text : "nothing");
        free(text);
    }
    rp_buf_clear(&why);
    return fits ? PF_STEP_DONE : PF_STEP_FAIL;
}

static rp_code check_args(const json_t *args, rp_err *err)
{
    bool compared = json_object_get(args, "at_most_times") != NULL &&
                    json_object_get(args, "of") != NULL;

    if ((json_object_get(args, "is") != NULL) == compared)
        return rp_fail(err, RP_EPARSE,
                       "'check' needs either is, or at_most_times and of");
    return RP_OK;
}

static const pf_arg args_known[] = {
    {"that", PF_ARG_TEXT, true},
    {"is", PF_ARG_ANY, false},
    {"at_most_times", PF_ARG_ANY, false},
    {"of", PF_ARG_TEXT, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_check = {
    .verb = "check",
    .drivers = PF_DRIVER_ALL,
    .args = args_known,
    .check = check_args,
    .run = run,
};
