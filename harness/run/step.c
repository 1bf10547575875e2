#include "harness/run/step.h"

#include "harness/data/value.h"
#include <rpcref/mem.h>
#include <string.h>

const pf_step *pf_step_find(pf_driver driver, const char *verb)
{
    for (const pf_step *const *s = pf_step_registry; *s != NULL; s++) {
        if (((*s)->drivers & driver) != 0 && strcmp((*s)->verb, verb) == 0)
            return *s;
    }
    return NULL;
}

const char *pf_step_verb(const json_t *step, const json_t **args)
{
    const char *verb = NULL;
    const char *key;
    json_t *value;

    *args = NULL;
    json_object_foreach((json_t *)(uintptr_t)step, key, value)
    {
        if (strcmp(key, "when") == 0 || strcmp(key, "note") == 0)
            continue;
        if (verb != NULL)
            return NULL;
        verb = key;
        *args = value;
    }
    return verb;
}

static bool is_lists(const json_t *v)
{
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (!json_is_array(json_array_get(v, i)))
            return false;
    }
    return json_array_size(v) > 0;
}

static bool is_octets(const json_t *v)
{
    rp_buf octets = RP_BUF_INIT;
    bool fits = pf_value_octets(v, &octets, NULL) == RP_OK;

    rp_buf_clear(&octets);
    return fits;
}

/* Whether any string in `v` has a placeholder, which may stand for anything. */
static bool has_placeholder(const json_t *v)
{
    const char *key;
    json_t *member;

    if (json_is_string(v))
        return strchr(json_string_value(v), '{') != NULL;
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (has_placeholder(json_array_get(v, i)))
            return true;
    }
    json_object_foreach((json_t *)(uintptr_t)v, key, member)
    {
        if (has_placeholder(member))
            return true;
    }
    return false;
}

/* What is wrong with a value; NULL: nothing. */
static const char *kind_problem(pf_arg_kind kind, const json_t *v)
{
    rp_nanos time;

    switch (kind) {
    case PF_ARG_ANY:
        return NULL;
    case PF_ARG_TEXT:
        return json_is_string(v) ? NULL : "a text is needed";
    case PF_ARG_COUNT:
        return json_is_integer(v) && json_integer_value(v) >= 0
                   ? NULL
                   : "a whole number is needed, not negative";
    case PF_ARG_SWITCH:
        return json_is_boolean(v) ? NULL : "true or false is needed";
    case PF_ARG_DURATION:
        return pf_value_duration(v, &time, NULL) == RP_OK
                   ? NULL
                   : "a duration such as 5s or 100ms is needed";
    case PF_ARG_OCTETS:
        return is_octets(v) ? NULL : "octets are needed (cases/README.md)";
    case PF_ARG_MAP:
        return json_is_object(v) ? NULL : "names with values are needed";
    case PF_ARG_LIST:
        return json_is_array(v) ? NULL : "a list is needed";
    case PF_ARG_STEPS:
        return json_array_size(v) > 0 ? NULL : "a list of steps is needed";
    case PF_ARG_BRANCHES:
        return is_lists(v) ? NULL : "a list of lists of steps is needed";
    }
    return NULL;
}

static const pf_arg *find_arg(const pf_step *s, const char *name)
{
    for (const pf_arg *a = s->args; a->name != NULL; a++) {
        if (strcmp(a->name, name) == 0)
            return a;
    }
    return NULL;
}

static rp_code check_args(const pf_step *s, const json_t *args,
                          const json_t **at, rp_err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)args, key, value)
    {
        const pf_arg *a = find_arg(s, key);
        const char *problem;

        *at = value;
        if (a == NULL)
            return rp_fail(err, RP_EPARSE, "'%s' takes no '%s'", s->verb, key);
        problem = has_placeholder(value) ? NULL : kind_problem(a->kind, value);
        if (problem != NULL)
            return rp_fail(err, RP_EPARSE, "'%s' of '%s': %s", key, s->verb,
                           problem);
    }
    *at = args;
    for (const pf_arg *a = s->args; a->name != NULL; a++) {
        if (a->needed && json_object_get(args, a->name) == NULL)
            return rp_fail(err, RP_EPARSE, "'%s' needs '%s'", s->verb, a->name);
    }
    return s->check != NULL ? s->check(args, err) : RP_OK;
}

rp_code pf_step_check(pf_driver driver, const json_t *step, const json_t **at,
                      rp_err *err)
{
    const json_t *args;
    const char *verb = pf_step_verb(step, &args);
    const pf_step *s = verb != NULL ? pf_step_find(driver, verb) : NULL;

    *at = step;
    if (verb == NULL)
        return rp_fail(err, RP_EPARSE, "a step is one verb: {verb: {...}}");
    if (s == NULL)
        return rp_fail(err, RP_EPARSE, "no step is called '%s'", verb);
    if (!json_is_object(args))
        return rp_fail(err, RP_EPARSE, "'%s' needs its arguments in braces",
                       verb);
    return check_args(s, args, at, err);
}
