#include "harness/run/step.h"

#include <string.h>

const pf_step *pf_step_find(const char *verb)
{
    for (const pf_step *const *s = pf_step_registry; *s != NULL; s++) {
        if (strcmp((*s)->verb, verb) == 0)
            return *s;
    }
    return NULL;
}

const char *pf_step_verb(const json_t *step, const json_t **args)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)step, key, value)
    {
        if (strcmp(key, "when") == 0 || strcmp(key, "note") == 0)
            continue;
        *args = value;
        return key;
    }
    return NULL;
}

rp_code pf_step_check(const json_t *step, rp_err *err)
{
    const json_t *args;
    const char *verb = pf_step_verb(step, &args);
    const pf_step *s = verb != NULL ? pf_step_find(verb) : NULL;
    const char *key;
    json_t *value;

    if (s == NULL)
        return rp_fail(err, RP_EPARSE, "no step is called '%s'",
                       verb != NULL ? verb : "");
    if (!json_is_object(args))
        return rp_fail(err, RP_EPARSE, "'%s' needs its arguments in braces",
                       verb);
    json_object_foreach((json_t *)(uintptr_t)args, key, value)
    {
        const char *const *k = s->keys;

        while (*k != NULL && strcmp(*k, key) != 0)
            k++;
        if (*k == NULL)
            return rp_fail(err, RP_EPARSE, "'%s' takes no '%s'", verb, key);
    }
    return RP_OK;
}
