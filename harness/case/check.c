#include "harness/case/check.h"

#include "harness/data/value.h"
#include "harness/run/step.h"
#include <rpcref/mem.h>
#include <string.h>

typedef struct checker {
    const pf_yaml *yaml;
    const pf_catalogue *catalogue;
    const json_t *doc;
    pf_driver driver;
    json_t *names; /* placeholders that stand for something */
    rp_err *err;
} checker;

/* Placeholders of every case: facts of the target. */
static const char *const builtins[] = {"host", "port", "authority", "method",
                                       NULL};

static bool is_in(const char *word, const char *const *list)
{
    for (; word != NULL && *list != NULL; list++) {
        if (strcmp(word, *list) == 0)
            return true;
    }
    return false;
}

/* --- the head of the file ------------------------------------------------- */

typedef enum shape { TEXT, WORDS, FLAG, MAP, LIST, TIME } shape;

typedef struct head_key {
    const char *name;
    shape shape;
    bool needed;
} head_key;

static const head_key head_keys[] = {
    {"title", TEXT, true},      {"cites", WORDS, true},
    {"level", TEXT, true},      {"impact", TEXT, false},
    {"driver", TEXT, false},    {"needs", WORDS, false},
    {"tags", WORDS, false},     {"alone", FLAG, false},
    {"aliases", WORDS, false},  {"vary", MAP, false},
    {"exclude", LIST, false},   {"let", MAP, false},
    {"timeout", TIME, false},   {"blast", TEXT, false},
    {"malformed", TEXT, false}, {"bystander", FLAG, false},
    {"steps", LIST, true},
};

static bool is_words(const json_t *v)
{
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (!json_is_string(json_array_get(v, i)))
            return false;
    }
    return json_array_size(v) > 0;
}

/* What is wrong with a value; NULL: nothing. */
static const char *shape_problem(shape wanted, const json_t *v)
{
    rp_nanos time;

    switch (wanted) {
    case TEXT:
        return json_string_length(v) > 0 ? NULL : "is a text";
    case WORDS:
        return is_words(v) ? NULL : "is a list of texts";
    case FLAG:
        return json_is_boolean(v) ? NULL : "is true or false";
    case MAP:
        return json_object_size(v) > 0 ? NULL : "is a set of names with values";
    case LIST:
        return json_array_size(v) > 0 ? NULL : "is a list";
    case TIME:
        return pf_value_duration(v, &time, NULL) == RP_OK
                   ? NULL
                   : "is a duration such as 5s or 100ms";
    }
    return NULL;
}

static rp_code check_head(checker *k)
{
    const char *key;
    const json_t *v;

    json_object_foreach((json_t *)(uintptr_t)k->doc, key, v)
    {
        size_t i = 0;

        while (i < RP_COUNT(head_keys) && strcmp(head_keys[i].name, key) != 0)
            i++;
        if (i == RP_COUNT(head_keys))
            return pf_yaml_fail(k->yaml, v, k->err, "unknown key '%s'", key);
        if (shape_problem(head_keys[i].shape, v) != NULL)
            return pf_yaml_fail(k->yaml, v, k->err, "'%s' %s", key,
                                shape_problem(head_keys[i].shape, v));
    }
    for (size_t i = 0; i < RP_COUNT(head_keys); i++) {
        if (head_keys[i].needed &&
            json_object_get(k->doc, head_keys[i].name) == NULL)
            return pf_yaml_fail(k->yaml, k->doc, k->err, "'%s' is missing",
                                head_keys[i].name);
    }
    return RP_OK;
}

static rp_code check_word(const checker *k, const char *key,
                          const char *const *allowed, const char *list)
{
    const json_t *v = json_object_get(k->doc, key);

    if (v == NULL || is_in(json_string_value(v), allowed))
        return RP_OK;
    return pf_yaml_fail(k->yaml, v, k->err, "'%s' is %s, not '%s'", key, list,
                        json_string_value(v));
}

static rp_code check_words(const checker *k)
{
    static const char *const levels[] = {"must", "should", "convention",
                                         "may",  "info",   NULL};
    static const char *const impacts[] = {"peer", "security", "tolerance",
                                          NULL};
    static const char *const radii[] = {"none", "stream", "connection", NULL};
    static const char *const drivers[] = {"call", "wire", NULL};
    rp_code rc =
        check_word(k, "level", levels, "must, should, convention, may or info");

    if (rc == RP_OK)
        rc = check_word(k, "impact", impacts, "peer, security or tolerance");
    if (rc == RP_OK)
        rc = check_word(k, "blast", radii, "none, stream or connection");
    if (rc == RP_OK)
        rc = check_word(k, "driver", drivers, "call or wire");
    return rc;
}

static rp_code check_cites(const checker *k)
{
    json_t *id;
    size_t i;

    json_array_foreach(json_object_get(k->doc, "cites"), i, id)
    {
        if (pf_catalogue_find(k->catalogue, json_string_value(id)) == NULL)
            return pf_yaml_fail(k->yaml, id, k->err,
                                "no requirement has the id '%s'",
                                json_string_value(id));
    }
    return RP_OK;
}

/* --- axes, constants, placeholders ---------------------------------------- */

static bool is_scalar(const json_t *v)
{
    return json_is_string(v) || json_is_number(v) || json_is_boolean(v);
}

static rp_code check_axes(checker *k)
{
    const char *axis;
    json_t *values;

    json_object_foreach(json_object_get(k->doc, "vary"), axis, values)
    {
        if (json_array_size(values) == 0)
            return pf_yaml_fail(k->yaml, values, k->err,
                                "the axis '%s' needs a list of values", axis);
        for (size_t i = 0; i < json_array_size(values); i++) {
            const json_t *v = json_array_get(values, i);

            if (!is_scalar(v))
                return pf_yaml_fail(k->yaml, v, k->err,
                                    "a value of '%s' is neither text, number "
                                    "nor boolean",
                                    axis);
        }
        json_object_set(k->names, axis, values);
    }
    return RP_OK;
}

/* A choice {axis: value or [values]} of `exclude` or `when`. */
static rp_code check_choice(const checker *k, const json_t *choice)
{
    const char *axis;
    json_t *wanted;

    if (!json_is_object(choice))
        return pf_yaml_fail(k->yaml, choice, k->err,
                            "{axis: value} is needed here");
    json_object_foreach((json_t *)(uintptr_t)choice, axis, wanted)
    {
        if (json_object_get(k->names, axis) == NULL)
            return pf_yaml_fail(k->yaml, wanted, k->err,
                                "no axis is called '%s'", axis);
    }
    return RP_OK;
}

static rp_code check_excludes(const checker *k)
{
    json_t *choice;
    size_t i;

    json_array_foreach(json_object_get(k->doc, "exclude"), i, choice)
    {
        rp_code rc = check_choice(k, choice);

        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

/* The name in "{name}" or "{name+1}" at the front of `text`; freed by the
 * caller. NULL: there is no placeholder. */
static char *placeholder(const char *text, const char **end)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = *text == '{' ? strspn(text + 1, letters) : 0;
    const char *at = text + 1 + len;

    if (len == 0 || strchr("0123456789", text[1]) != NULL)
        return NULL;
    if (*at == '+' || *at == '-')
        at += 1 + strspn(at + 1, "0123456789");
    if (*at != '}')
        return NULL;
    *end = at + 1;
    return rp_slice_dup_str(rp_slice_of(text + 1, len));
}

static rp_code check_text(const checker *k, const json_t *node,
                          const char *text)
{
    while (*text != '\0') {
        const char *end = text + 1;
        char *name = placeholder(text, &end);
        bool known = name == NULL || is_in(name, builtins) ||
                     json_object_get(k->names, name) != NULL;
        rp_code rc = known ? RP_OK
                           : pf_yaml_fail(k->yaml, node, k->err,
                                          "nothing is called '{%s}'", name);

        rp_mem_free(name);
        if (rc != RP_OK)
            return rc;
        text = end;
    }
    return RP_OK;
}

static rp_code check_placeholders(const checker *k, const json_t *v)
{
    const char *key;
    json_t *member;
    rp_code rc = RP_OK;

    if (json_is_string(v))
        return check_text(k, v, json_string_value(v));
    for (size_t i = 0; rc == RP_OK && i < json_array_size(v); i++)
        rc = check_placeholders(k, json_array_get(v, i));
    json_object_foreach((json_t *)(uintptr_t)v, key, member)
    {
        if (rc == RP_OK)
            rc = check_text(k, member, key);
        if (rc == RP_OK)
            rc = check_placeholders(k, member);
    }
    return rc;
}

static rp_code check_lets(checker *k)
{
    const char *name;
    json_t *value;

    json_object_foreach(json_object_get(k->doc, "let"), name, value)
    {
        const json_t *by = json_object_get(value, "by");
        rp_code rc = check_placeholders(k, value);

        if (rc == RP_OK && by != NULL &&
            json_object_get(k->names, json_string_value(by)) == NULL)
            rc = pf_yaml_fail(k->yaml, by, k->err,
                              "'by' names no axis or constant");
        if (rc == RP_OK && json_object_get(k->names, name) != NULL)
            rc = pf_yaml_fail(k->yaml, value, k->err,
                              "'%s' is an axis or constant already", name);
        if (rc != RP_OK)
            return rc;
        json_object_set(k->names, name, value);
    }
    return RP_OK;
}

/* --- steps ---------------------------------------------------------------- */

static rp_code check_steps(checker *k, const json_t *steps);

/* The lists of steps within a step; there `as` is a placeholder too. */
static rp_code check_nested(checker *k, const json_t *args)
{
    const json_t *as = json_object_get(args, "as");
    const json_t *steps = json_object_get(args, "steps");
    const json_t *branches = json_object_get(args, "branches");
    bool named = as != NULL && (steps != NULL || branches != NULL);
    rp_code rc = RP_OK;

    if (named && json_object_get(k->names, json_string_value(as)) != NULL)
        return pf_yaml_fail(k->yaml, as, k->err, "'%s' is taken",
                            json_string_value(as));
    if (named)
        json_object_set(k->names, json_string_value(as),
                        (json_t *)(uintptr_t)as);
    if (steps != NULL)
        rc = check_steps(k, steps);
    for (size_t i = 0; rc == RP_OK && i < json_array_size(branches); i++)
        rc = check_steps(k, json_array_get(branches, i));
    if (rc == RP_OK && named)
        json_object_del(k->names, json_string_value(as));
    return rc;
}

static rp_code check_step(checker *k, const json_t *step)
{
    rp_err why = RP_ERR_INIT;
    const json_t *when = json_object_get(step, "when");
    const json_t *at = step;
    const json_t *args;
    const char *key;
    json_t *value;
    rp_code rc;

    if (pf_step_check(k->driver, step, &at, &why) != RP_OK)
        return pf_yaml_fail(k->yaml, at, k->err, "%s", why.text);
    rc = when != NULL ? check_choice(k, when) : RP_OK;
    pf_step_verb(step, &args);
    json_object_foreach((json_t *)(uintptr_t)args, key, value)
    {
        if (rc == RP_OK && strcmp(key, "steps") != 0 &&
            strcmp(key, "branches") != 0)
            rc = check_placeholders(k, value);
    }
    return rc == RP_OK ? check_nested(k, args) : rc;
}

static rp_code check_steps(checker *k, const json_t *steps)
{
    json_t *step;
    size_t i;
    rp_code rc = RP_OK;

    json_array_foreach(steps, i, step)
    {
        if (rc == RP_OK)
            rc = check_step(k, step);
    }
    return rc;
}

pf_driver pf_check_driver(const json_t *doc)
{
    const char *name = json_string_value(json_object_get(doc, "driver"));

    if (name == NULL || strcmp(name, "call") == 0)
        return PF_DRIVER_CALL;
    return strcmp(name, "wire") == 0 ? PF_DRIVER_WIRE : (pf_driver)0;
}

rp_code pf_check_case(const pf_yaml *yaml, const pf_catalogue *catalogue,
                      rp_err *err)
{
    checker k = {yaml,         catalogue,     pf_yaml_root(yaml),
                 (pf_driver)0, json_object(), err};
    rp_code rc;

    if (json_is_object(k.doc))
        rc = check_head(&k);
    else
        rc = pf_yaml_fail(yaml, k.doc, err, "a case is a set of keys");
    if (rc == RP_OK)
        rc = check_words(&k);
    if (rc == RP_OK)
        rc = check_cites(&k);
    if (rc == RP_OK)
        rc = check_axes(&k);
    if (rc == RP_OK)
        rc = check_excludes(&k);
    if (rc == RP_OK)
        rc = check_lets(&k);
    k.driver = pf_check_driver(k.doc);
    if (rc == RP_OK)
        rc = check_steps(&k, json_object_get(k.doc, "steps"));
    json_decref(k.names);
    return rc;
}
