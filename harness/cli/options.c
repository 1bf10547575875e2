#include "harness/cli/options.h"

#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

static const pf_option *find(const pf_option *table, const char *name,
                             size_t len)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == len && strncmp(table->name, name, len) == 0)
            return table;
    }
    return NULL;
}

/* The option that shares the longest beginning; NULL when none does. */
static const char *nearest(const pf_option *table, const char *name)
{
    const char *best = NULL;
    size_t best_len = 1;

    for (; table->name != NULL; table++) {
        size_t len = 0;

        while (name[len] != '\0' && name[len] == table->name[len])
            len++;
        if (len > best_len) {
            best = table->name;
            best_len = len;
        }
    }
    return best;
}

static rp_code unknown(const pf_option *table, const char *arg, rp_err *err)
{
    const char *near = nearest(table, arg + 2);

    return near != NULL
               ? rp_fail(err, RP_EINVAL, "unknown option '%s'; is --%s meant?",
                         arg, near)
               : rp_fail(err, RP_EINVAL, "unknown option '%s'", arg);
}

static void add_value(pf_options *o, const char *name, const char *value)
{
    json_t *list = json_object_get(o->values, name);

    if (list == NULL) {
        list = json_array();
        json_object_set_new(o->values, name, list);
    }
    json_array_append_new(list, json_string(value));
}

/* `-l VALUE` */
static rp_code take_letter(const pf_option *table, char ***argv, pf_options *o,
                           rp_err *err)
{
    const char *arg = **argv;

    for (; table->name != NULL; table++) {
        if (table->letter != arg[1] || arg[2] != '\0')
            continue;
        if ((*argv)[1] == NULL)
            return rp_fail(err, RP_EINVAL, "%s needs %s", arg, table->argument);
        add_value(o, table->name, *++*argv);
        return RP_OK;
    }
    return rp_fail(err, RP_EINVAL, "unknown option '%s'", arg);
}

static rp_code take_option(const pf_option *table, char ***argv, pf_options *o,
                           rp_err *err)
{
    const char *arg = **argv;
    const char *equals = strchr(arg, '=');
    size_t len = equals != NULL ? (size_t)(equals - arg - 2) : strlen(arg) - 2;
    const pf_option *opt = find(table, arg + 2, len);

    if (opt == NULL)
        return unknown(table, arg, err);
    if (opt->argument == NULL) {
        if (equals != NULL && strcmp(equals, "=true") != 0 &&
            strcmp(equals, "=false") != 0)
            return rp_fail(err, RP_EINVAL, "--%s takes no value", opt->name);
        if (equals == NULL || strcmp(equals, "=true") == 0)
            add_value(o, opt->name, "true");
        return RP_OK;
    }
    if (equals == NULL && (*argv)[1] == NULL)
        return rp_fail(err, RP_EINVAL, "--%s needs %s", opt->name,
                       opt->argument);
    add_value(o, opt->name, equals != NULL ? equals + 1 : *++*argv);
    return RP_OK;
}

rp_code pf_options_parse(const pf_option *table, char **argv, pf_options *o,
                         rp_err *err)
{
    o->values = json_object();
    o->positional = json_array();
    o->command = NULL;
    for (; *argv != NULL; argv++) {
        rp_code rc;

        if (strcmp(*argv, "--") == 0) {
            o->command = argv[1] != NULL ? argv + 1 : NULL;
            return o->command != NULL
                       ? RP_OK
                       : rp_fail(err, RP_EINVAL, "a command must follow --");
        }
        if ((*argv)[0] != '-' || (*argv)[1] == '\0') {
            json_array_append_new(o->positional, json_string(*argv));
            continue;
        }
        rc = (*argv)[1] == '-' ? take_option(table, &argv, o, err)
                               : take_letter(table, &argv, o, err);
        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

void pf_options_clear(pf_options *o)
{
    json_decref(o->values);
    json_decref(o->positional);
    memset(o, 0, sizeof(*o));
}

bool pf_options_has(const pf_options *o, const char *name)
{
    return json_object_get(o->values, name) != NULL;
}

const char *pf_options_get(const pf_options *o, const char *name)
{
    const json_t *list = json_object_get(o->values, name);
    size_t count = json_array_size(list);

    return count > 0 ? json_string_value(json_array_get(list, count - 1))
                     : NULL;
}

const json_t *pf_options_all(const pf_options *o, const char *name)
{
    return json_object_get(o->values, name);
}

rp_code pf_options_number(const pf_options *o, const char *name, double least,
                          double most, double *value, rp_err *err)
{
    const char *text = pf_options_get(o, name);
    char *end;
    double number;

    if (text == NULL)
        return RP_OK;
    number = strtod(text, &end);
    if (end == text || *end != '\0' || number < least || number > most)
        return rp_fail(err, RP_EINVAL,
                       "--%s: a number from %g to %g is needed, not '%s'", name,
                       least, most, text);
    *value = number;
    return RP_OK;
}
