#include "harness/case/case.h"

#include "harness/case/check.h"
#include "harness/case/matrix.h"
#include "harness/data/value.h"
#include "harness/data/yaml.h"
#include "reference/base/embed.h"
#include "reference/base/file.h"
#include <dirent.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CASE_FILE_MAX = 1024 * 1024 };

#define CASE_TIMEOUT (10 * RP_SECOND)

/* A scalar as it stands in ids and in the keys of {by: ...}. Freed by the
 * caller. */
static char *scalar_text(const json_t *v)
{
    char *json;
    char *text;

    if (json_is_string(v))
        return rp_mem_dup_str(json_string_value(v));
    json = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    text = rp_mem_dup_str(json != NULL ? json : "");
    free(json);
    return text;
}

/* {by: AXIS, VALUE: x, else: y} picks; anything else is itself. */
static json_t *let_value(const json_t *v, const json_t *names)
{
    const char *by = json_string_value(json_object_get(v, "by"));
    const json_t *picked;
    char *text;

    if (by == NULL)
        return pf_value_substitute(v, names);
    text = scalar_text(json_object_get(names, by));
    picked = json_object_get(v, text);
    if (picked == NULL)
        picked = json_object_get(v, "else");
    rp_mem_free(text);
    return picked != NULL ? pf_value_substitute(picked, names) : json_null();
}

static json_t *fill_steps(const json_t *steps, const json_t *names);

/* The lists of steps within a step, in place of those just copied. */
static void fill_nested(const json_t *args, json_t *filled, const json_t *names)
{
    const json_t *steps = json_object_get(args, "steps");
    const json_t *branches = json_object_get(args, "branches");

    if (steps != NULL)
        json_object_set_new(filled, "steps", fill_steps(steps, names));
    for (size_t i = 0; i < json_array_size(branches); i++)
        json_array_set_new(json_object_get(filled, "branches"), i,
                           fill_steps(json_array_get(branches, i), names));
}

/* The steps without those whose `when` does not fit; filled in. */
static json_t *fill_steps(const json_t *steps, const json_t *names)
{
    json_t *kept = json_array();
    json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        const json_t *when = json_object_get(step, "when");
        const char *verb;
        json_t *args;
        json_t *filled;

        if (when != NULL && !pf_matrix_fits(when, names))
            continue;
        filled = pf_value_substitute(step, names);
        json_object_foreach(step, verb, args)
            fill_nested(args, json_object_get(filled, verb), names);
        json_array_append_new(kept, filled);
    }
    return kept;
}

static char *make_id(const char *file_id, const json_t *choice)
{
    rp_buf id = RP_BUF_INIT;
    const char *separator = "[";
    const char *axis;
    json_t *value;

    rp_buf_append_str(&id, file_id);
    json_object_foreach((json_t *)(uintptr_t)choice, axis, value)
    {
        char *text = scalar_text(value);

        rp_buf_printf(&id, "%s%s=%s", separator, axis, text);
        separator = ",";
        rp_mem_free(text);
    }
    if (json_object_size(choice) > 0)
        rp_buf_append_byte(&id, ']');
    return rp_buf_take_str(&id);
}

/* Of the requirement cited first, unless the case says another. A constant,
 * so that cases do not borrow from the catalogue. */
static const char *find_impact(const json_t *doc, const pf_catalogue *catalogue)
{
    static const char *const impacts[] = {"peer", "security", "tolerance"};
    const json_t *cite = json_array_get(json_object_get(doc, "cites"), 0);
    const json_t *first = pf_catalogue_find(catalogue, json_string_value(cite));
    const json_t *own = json_object_get(doc, "impact");
    const char *impact =
        json_string_value(own != NULL ? own : json_object_get(first, "impact"));

    for (size_t i = 0; impact != NULL && i < RP_COUNT(impacts); i++) {
        if (strcmp(impact, impacts[i]) == 0)
            return impacts[i];
    }
    return NULL;
}

static void add_case(pf_suite *s, const pf_suite_opts *opts, json_t *doc,
                     const char *file_id, const json_t *choice)
{
    const json_t *timeout = json_object_get(doc, "timeout");
    json_t *names = json_copy((json_t *)(uintptr_t)choice);
    const char *name;
    json_t *value;
    pf_case *c;

    json_object_foreach(json_object_get(doc, "let"), name, value)
        json_object_set_new(names, name, let_value(value, names));
    s->cases = rp_mem_grow(s->cases, s->count, &s->cap, sizeof(pf_case));
    c = &s->cases[s->count++];
    *c = (pf_case){
        .id = make_id(file_id, choice),
        .title = json_string_value(json_object_get(doc, "title")),
        .level = json_string_value(json_object_get(doc, "level")),
        .impact = find_impact(doc, opts->catalogue),
        .cites = json_object_get(doc, "cites"),
        .needs = json_object_get(doc, "needs"),
        .tags = json_object_get(doc, "tags"),
        .aliases = json_object_get(doc, "aliases"),
        .driver = pf_check_driver(doc),
        .alone = json_is_true(json_object_get(doc, "alone")),
        .timeout = CASE_TIMEOUT,
        .doc = json_incref(doc),
        .steps = fill_steps(json_object_get(doc, "steps"), names),
    };
    if (timeout != NULL)
        pf_value_duration(timeout, &c->timeout, NULL);
    json_decref(names);
}

static rp_code add_choices(pf_suite *s, const pf_suite_opts *opts,
                           const pf_yaml *yaml, const char *file_id,
                           rp_err *err)
{
    json_t *doc = pf_yaml_root(yaml);
    const json_t *vary = json_object_get(doc, "vary");
    rp_err why = RP_ERR_INIT;
    json_t *choices;
    json_t *choice;
    size_t i;

    if (pf_matrix_expand(vary, json_object_get(doc, "exclude"),
                         opts->exhaustive, &choices, &why) != RP_OK)
        return pf_yaml_fail(yaml, vary, err, "%s", why.text);
    json_array_foreach(choices, i, choice)
        add_case(s, opts, doc, file_id, choice);
    i = json_array_size(choices);
    json_decref(choices);
    return i > 0
               ? RP_OK
               : pf_yaml_fail(yaml, vary, err, "every combination is excluded");
}

rp_code pf_suite_add(pf_suite *s, const pf_suite_opts *opts, const char *path,
                     rp_slice text, rp_err *err)
{
    char *name =
        rp_mem_printf("%s/%s", opts->dir != NULL ? opts->dir : "cases", path);
    char *id = rp_mem_dup_str(path);
    pf_yaml *yaml = NULL;
    rp_code rc = pf_yaml_parse(name, text, &yaml, err);

    if (rp_slice_ends_with(rp_slice_str(id), ".yaml"))
        id[strlen(id) - strlen(".yaml")] = '\0';
    if (rc == RP_OK)
        rc = pf_check_case(yaml, opts->catalogue, err);
    if (rc == RP_OK)
        rc = add_choices(s, opts, yaml, id, err);
    if (rc == RP_OK)
        s->files++;
    pf_yaml_free(yaml);
    rp_mem_free(name);
    rp_mem_free(id);
    return rc;
}

/* --- where they are read from --------------------------------------------- */

static rp_code load_dir(pf_suite *s, const pf_suite_opts *opts,
                        const char *under, rp_err *err);

static rp_code load_entry(pf_suite *s, const pf_suite_opts *opts,
                          const char *rel, rp_err *err)
{
    char *full = rp_mem_printf("%s/%s", opts->dir, rel);
    rp_buf text = RP_BUF_INIT;
    struct stat st;
    rp_code rc = RP_OK;

    if (stat(full, &st) != 0) {
        rc = rp_fail(err, RP_EIO, "%s: cannot be read", full);
    } else if (S_ISDIR(st.st_mode)) {
        rc = load_dir(s, opts, rel, err);
    } else if (rp_slice_ends_with(rp_slice_str(rel), ".yaml")) {
        rc = rp_file_read(full, CASE_FILE_MAX, &text, err);
        if (rc == RP_OK)
            rc = pf_suite_add(s, opts, rel, rp_buf_slice(&text), err);
    }
    rp_buf_clear(&text);
    rp_mem_free(full);
    return rc;
}

static rp_code load_dir(pf_suite *s, const pf_suite_opts *opts,
                        const char *under, rp_err *err)
{
    const char *slash = *under != '\0' ? "/" : "";
    char *dir = rp_mem_printf("%s%s%s", opts->dir, slash, under);
    struct dirent **names = NULL;
    int count = scandir(dir, &names, NULL, alphasort);
    rp_code rc =
        count >= 0 ? RP_OK : rp_fail(err, RP_EIO, "%s: cannot be read", dir);

    for (int i = 0; i < count; i++) {
        char *rel = rp_mem_printf("%s%s%s", under, slash, names[i]->d_name);

        if (rc == RP_OK && names[i]->d_name[0] != '.')
            rc = load_entry(s, opts, rel, err);
        rp_mem_free(rel);
        free(names[i]);
    }
    free(names);
    rp_mem_free(dir);
    return rc;
}

static rp_code load_embedded(pf_suite *s, const pf_suite_opts *opts,
                             rp_err *err)
{
    rp_code rc = RP_OK;

    for (size_t i = 0; rc == RP_OK && i < rp_embed_cases_count; i++) {
        const rp_embed *e = &rp_embed_cases[i];
        rp_slice text = rp_slice_of(e->data, (size_t)(e->end - e->data));

        rc = pf_suite_add(s, opts, e->path, text, err);
    }
    return rc;
}

rp_code pf_suite_load(const pf_suite_opts *opts, pf_suite **out, rp_err *err)
{
    pf_suite *s = RP_NEW(pf_suite);
    rp_code rc = opts->dir != NULL ? load_dir(s, opts, "", err)
                                   : load_embedded(s, opts, err);

    *out = NULL;
    if (rc == RP_OK)
        *out = s;
    else
        pf_suite_free(s);
    return rc;
}

void pf_case_clear(pf_case *c)
{
    rp_mem_free(c->id);
    json_decref(c->steps);
    json_decref(c->doc);
}

void pf_suite_free(pf_suite *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        pf_case_clear(&s->cases[i]);
    rp_mem_free(s->cases);
    rp_mem_free(s);
}
