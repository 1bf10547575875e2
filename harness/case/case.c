#include "harness/case/case.h"

#include "harness/data/value.h"
#include "harness/data/yaml.h"
#include "harness/run/step.h"
#include "reference/base/embed.h"
#include "reference/base/file.h"
#include <dirent.h>
#include <fnmatch.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CASE_FILE_MAX = 1024 * 1024 };

typedef struct loader {
    pf_suite *suite;
    pf_yaml *yaml;
    json_t *doc;
    const char *id; /* of the file */
    rp_err *err;
} loader;

static bool is_in(const char *word, const char *const *list)
{
    for (; word != NULL && *list != NULL; list++) {
        if (strcmp(word, *list) == 0)
            return true;
    }
    return false;
}

static rp_code check_words(loader *l, const char *key,
                           const char *const *allowed, bool needed)
{
    const json_t *v = json_object_get(l->doc, key);

    if (v == NULL && !needed)
        return RP_OK;
    if (!is_in(json_string_value(v), allowed))
        return pf_yaml_fail(l->yaml, v != NULL ? v : l->doc, l->err,
                            "'%s' is missing or is no such thing: '%s'", key,
                            json_is_string(v) ? json_string_value(v) : "");
    return RP_OK;
}

static rp_code check_keys(loader *l)
{
    static const char *const known[] = {
        "title",   "cites",   "level", "impact",  "driver",
        "needs",   "tags",    "alone", "vary",    "let",
        "exclude", "timeout", "steps", "aliases", NULL};
    const char *key;
    const json_t *v;

    json_object_foreach(l->doc, key, v)
    {
        if (!is_in(key, known))
            return pf_yaml_fail(l->yaml, v, l->err, "unknown key '%s'", key);
    }
    return RP_OK;
}

static rp_code check_cites(loader *l)
{
    json_t *cites = json_object_get(l->doc, "cites");
    json_t *id;
    size_t i;

    if (json_array_size(cites) == 0)
        return pf_yaml_fail(l->yaml, l->doc, l->err,
                            "a case must cite a requirement");
    json_array_foreach(cites, i, id)
    {
        if (!json_is_string(id) ||
            pf_catalogue_find(json_string_value(id)) == NULL)
            return pf_yaml_fail(
                l->yaml, id, l->err, "no requirement has the id '%s'",
                json_is_string(id) ? json_string_value(id) : "?");
    }
    return RP_OK;
}

static rp_code check_steps(loader *l, const json_t *steps)
{
    json_t *step;
    size_t i;

    if (!json_is_array(steps) || json_array_size(steps) == 0)
        return pf_yaml_fail(l->yaml, l->doc, l->err, "there are no steps");
    json_array_foreach(steps, i, step)
    {
        rp_err why = RP_ERR_INIT;
        const json_t *inner;

        if (pf_step_check(step, &why) != RP_OK)
            return pf_yaml_fail(l->yaml, step, l->err, "%s", why.text);
        inner = json_object_get(json_object_get(step, "repeat"), "steps");
        if (inner != NULL) {
            rp_code rc = check_steps(l, inner);

            if (rc != RP_OK)
                return rc;
        }
    }
    return RP_OK;
}

static rp_code check(loader *l)
{
    static const char *const levels[] = {"must", "should", "convention",
                                         "may",  "info",   NULL};
    static const char *const impacts[] = {"peer", "security", "tolerance",
                                          NULL};
    rp_code rc;

    if (!json_is_object(l->doc) ||
        !json_is_string(json_object_get(l->doc, "title")))
        return pf_yaml_fail(l->yaml, l->doc, l->err, "a case needs a title");
    rc = check_keys(l);
    if (rc == RP_OK)
        rc = check_words(l, "level", levels, true);
    if (rc == RP_OK)
        rc = check_words(l, "impact", impacts, false);
    if (rc == RP_OK)
        rc = check_cites(l);
    if (rc == RP_OK)
        rc = check_steps(l, json_object_get(l->doc, "steps"));
    return rc;
}

/* --- variations ----------------------------------------------------------- */

static bool choice_fits(const json_t *wanted, const json_t *names)
{
    const char *axis;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)wanted, axis, value)
    {
        const json_t *have = json_object_get(names, axis);
        bool fits = json_equal(value, have);

        for (size_t i = 0; i < json_array_size(value); i++)
            fits |= json_equal(json_array_get(value, i), have);
        if (!fits)
            return false;
    }
    return true;
}

static bool is_excluded(const json_t *doc, const json_t *names)
{
    const json_t *list = json_object_get(doc, "exclude");

    for (size_t i = 0; i < json_array_size(list); i++) {
        if (choice_fits(json_array_get(list, i), names))
            return true;
    }
    return false;
}

/* {by: AXIS, VALUE: x, else: y} picks; anything else is itself. */
static json_t *let_value(const json_t *v, const json_t *names)
{
    const char *by = json_string_value(json_object_get(v, "by"));
    json_t *chosen;
    char text[64];
    const json_t *axis;

    if (by == NULL)
        return pf_value_substitute(v, names);
    axis = json_object_get(names, by);
    if (json_is_integer(axis))
        snprintf(text, sizeof(text), "%lld",
                 (long long)json_integer_value(axis));
    else
        snprintf(text, sizeof(text), "%s",
                 json_is_string(axis) ? json_string_value(axis)
                 : json_is_true(axis) ? "true"
                                      : "false");
    chosen = json_object_get(v, text);
    if (chosen == NULL)
        chosen = json_object_get(v, "else");
    return chosen != NULL ? pf_value_substitute(chosen, names) : json_null();
}

static json_t *filter_steps(const json_t *steps, const json_t *names)
{
    json_t *kept = json_array();
    json_t *step;
    size_t i;

    json_array_foreach(steps, i, step)
    {
        const json_t *when = json_object_get(step, "when");

        if (when == NULL || choice_fits(when, names))
            json_array_append_new(kept, pf_value_substitute(step, names));
    }
    return kept;
}

static void append_choice(rp_buf *id, const char *axis, const json_t *value)
{
    rp_buf_printf(id, "%s=", axis);
    if (json_is_string(value)) {
        rp_buf_append_str(id, json_string_value(value));
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

        rp_buf_append_str(id, text);
        free(text);
    }
}

static void fill_facts(pf_case *c, const json_t *names)
{
    const json_t *timeout = json_object_get(c->doc, "timeout");
    const json_t *first =
        pf_catalogue_find(json_string_value(json_array_get(c->cites, 0)));
    const char *impact = json_string_value(json_object_get(c->doc, "impact"));

    c->impact = impact != NULL
                    ? impact
                    : json_string_value(json_object_get(first, "impact"));
    c->timeout = 10 * RP_SECOND;
    if (timeout != NULL)
        pf_value_duration(timeout, &c->timeout, NULL);
    c->steps = filter_steps(json_object_get(c->doc, "steps"), names);
}

static void add_case(loader *l, const json_t *choice)
{
    pf_suite *s = l->suite;
    json_t *names = json_copy((json_t *)(uintptr_t)choice);
    rp_buf id = RP_BUF_INIT;
    const char *key;
    json_t *value;
    pf_case *c;

    if (is_excluded(l->doc, choice)) {
        json_decref(names);
        return;
    }
    json_object_foreach(json_object_get(l->doc, "let"), key, value)
        json_object_set_new(names, key, let_value(value, names));
    rp_buf_append_str(&id, l->id);
    json_object_foreach((json_t *)(uintptr_t)choice, key, value)
    {
        rp_buf_append_str(&id, id.data[id.len - 1] == ',' ||
                                       strchr(rp_buf_str(&id), '[') != NULL
                                   ? ","
                                   : "[");
        append_choice(&id, key, value);
    }
    if (json_object_size(choice) > 0)
        rp_buf_append_str(&id, "]");
    s->cases = rp_mem_grow(s->cases, s->count, &s->cap, sizeof(pf_case));
    c = &s->cases[s->count++];
    memset(c, 0, sizeof(*c));
    c->id = rp_buf_take_str(&id);
    c->doc = json_incref(l->doc);
    c->title = json_string_value(json_object_get(l->doc, "title"));
    c->level = json_string_value(json_object_get(l->doc, "level"));
    c->cites = json_object_get(l->doc, "cites");
    c->needs = json_object_get(l->doc, "needs");
    c->tags = json_object_get(l->doc, "tags");
    c->alone = json_is_true(json_object_get(l->doc, "alone"));
    fill_facts(c, names);
    json_decref(names);
}

/* Every choice of the axes from `axis` on. */
static void expand(loader *l, const json_t *vary, void *axis, json_t *choice)
{
    const json_t *values;

    if (axis == NULL) {
        add_case(l, choice);
        return;
    }
    values = json_object_iter_value(axis);
    for (size_t i = 0; i < json_array_size(values); i++) {
        json_object_set(choice, json_object_iter_key(axis),
                        json_array_get(values, i));
        expand(l, vary, json_object_iter_next((json_t *)(uintptr_t)vary, axis),
               choice);
    }
    json_object_del(choice, json_object_iter_key(axis));
}

static rp_code load_text(pf_suite *s, const char *path, rp_slice text,
                         rp_err *err)
{
    char *name = rp_mem_printf("cases/%s", path);
    char *id = rp_mem_dup_str(path);
    loader l = {.suite = s, .id = id, .err = err};
    json_t *choice = json_object();
    rp_code rc;

    if (strlen(id) > 5)
        id[strlen(id) - 5] = '\0'; /* .yaml */
    rc = pf_yaml_parse(name, text, &l.yaml, err);
    if (rc == RP_OK) {
        l.doc = pf_yaml_root(l.yaml);
        rc = check(&l);
    }
    if (rc == RP_OK) {
        json_t *vary = json_object_get(l.doc, "vary");

        expand(&l, vary, json_object_iter(vary), choice);
        s->files++;
    }
    pf_yaml_free(l.yaml);
    json_decref(choice);
    rp_mem_free(name);
    rp_mem_free(id);
    return rc;
}

static rp_code load_dir(pf_suite *s, const char *root, const char *under,
                        rp_err *err)
{
    char *dir = rp_mem_printf("%s%s%s", root, *under ? "/" : "", under);
    struct dirent **names = NULL;
    int count = scandir(dir, &names, NULL, alphasort);
    rp_code rc =
        count >= 0 ? RP_OK : rp_fail(err, RP_EIO, "%s: cannot be read", dir);

    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        char *rel = rp_mem_printf("%s%s%s", under, *under ? "/" : "", name);
        char *full = rp_mem_printf("%s/%s", root, rel);
        struct stat st;
        rp_buf text = RP_BUF_INIT;

        if (rc == RP_OK && name[0] != '.' && stat(full, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                rc = load_dir(s, root, rel, err);
            else if (rp_slice_ends_with(rp_slice_str(name), ".yaml") &&
                     (rc = rp_file_read(full, CASE_FILE_MAX, &text, err)) ==
                         RP_OK)
                rc = load_text(s, rel, rp_buf_slice(&text), err);
        }
        rp_buf_clear(&text);
        rp_mem_free(rel);
        rp_mem_free(full);
        free(names[i]);
    }
    free(names);
    rp_mem_free(dir);
    return rc;
}

rp_code pf_suite_load(const char *dir, pf_suite **out, rp_err *err)
{
    pf_suite *s = RP_NEW(pf_suite);
    rp_code rc = RP_OK;

    *out = NULL;
    if (dir != NULL) {
        rc = load_dir(s, dir, "", err);
    } else {
        for (size_t i = 0; rc == RP_OK && i < rp_embed_cases_count; i++) {
            const rp_embed *e = &rp_embed_cases[i];

            if (rp_slice_ends_with(rp_slice_str(e->path), ".yaml"))
                rc = load_text(s, e->path,
                               rp_slice_of(e->data, (size_t)(e->end - e->data)),
                               err);
        }
    }
    if (rc == RP_OK)
        *out = s;
    else
        pf_suite_free(s);
    return rc;
}

static void case_clear(pf_case *c)
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
        case_clear(&s->cases[i]);
    rp_mem_free(s->cases);
    rp_mem_free(s);
}

/* --- selection ------------------------------------------------------------ */

bool pf_case_id_fits(const char *pattern, const char *id)
{
    /* brackets are part of ids, not sets of characters */
    rp_buf escaped = RP_BUF_INIT;
    const char *bracket = strchr(id, '[');
    char *bare = bracket != NULL && strchr(pattern, '[') == NULL
                     ? rp_slice_dup_str(rp_slice_of(id, (size_t)(bracket - id)))
                     : rp_mem_dup_str(id);
    bool fits;

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '[' || *p == ']' || *p == '\\')
            rp_buf_append_byte(&escaped, '\\');
        rp_buf_append_byte(&escaped, (uint8_t)*p);
    }
    fits = fnmatch(rp_buf_str(&escaped), bare, 0) == 0;
    rp_buf_clear(&escaped);
    rp_mem_free(bare);
    return fits;
}

static bool any_fits(const json_t *patterns, const char *id)
{
    for (size_t i = 0; i < json_array_size(patterns); i++) {
        if (pf_case_id_fits(json_string_value(json_array_get(patterns, i)), id))
            return true;
    }
    return false;
}

static bool has_tag(const pf_case *c, const json_t *tags)
{
    for (size_t i = 0; i < json_array_size(tags); i++)
        for (size_t k = 0; k < json_array_size(c->tags); k++) {
            if (json_equal(json_array_get(tags, i), json_array_get(c->tags, k)))
                return true;
        }
    return false;
}

void pf_suite_select(pf_suite *s, const json_t *filters, const json_t *excludes,
                     const json_t *tags)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->count; i++) {
        pf_case *c = &s->cases[i];
        bool wanted = json_array_size(filters) == 0 || any_fits(filters, c->id);

        if (json_array_size(tags) > 0)
            wanted = wanted && has_tag(c, tags);
        if (wanted && !any_fits(excludes, c->id))
            s->cases[kept++] = *c;
        else
            case_clear(c);
    }
    s->count = kept;
}
