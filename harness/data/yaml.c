#include "harness/data/yaml.h"

#include <errno.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 64, SIZE_MAX_TEXT = 1024 * 1024 };

typedef struct place {
    const json_t *node;
    size_t line, column;
} place;

struct pf_yaml {
    char *name;
    json_t *root;
    place *places;
    size_t count, cap;
};

typedef struct parser {
    yaml_parser_t yaml;
    yaml_event_t event;
    pf_yaml *doc;
    rp_err *err;
    int depth;
} parser;

static rp_code fail_at(parser *p, yaml_mark_t at, const char *what,
                       const char *detail)
{
    return rp_fail(p->err, RP_EPARSE, "%s:%zu:%zu: %s%s", p->doc->name,
                   at.line + 1, at.column + 1, what, detail);
}

static rp_code next_event(parser *p)
{
    yaml_event_delete(&p->event);
    if (yaml_parser_parse(&p->yaml, &p->event))
        return RP_OK;
    memset(&p->event, 0, sizeof(p->event));
    return fail_at(p, p->yaml.problem_mark,
                   p->yaml.problem != NULL ? p->yaml.problem : "malformed YAML",
                   "");
}

static void note_place(parser *p, const json_t *node, yaml_mark_t at)
{
    pf_yaml *d = p->doc;

    d->places = rp_mem_grow(d->places, d->count, &d->cap, sizeof(place));
    d->places[d->count++] = (place){node, at.line + 1, at.column + 1};
}

static bool is_trap(const char *text)
{
    static const char *const words[] = {"on", "off", "yes", "no", "y", "n"};

    for (size_t i = 0; i < RP_COUNT(words); i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

/* The value of a scalar that is not quoted. */
static json_t *plain_value(const char *text)
{
    char *end;
    long long integer;
    double real;

    if (text[0] == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0)
        return json_null();
    if (strcmp(text, "true") == 0)
        return json_true();
    if (strcmp(text, "false") == 0)
        return json_false();
    if (strchr("+-.0123456789", text[0]) == NULL)
        return json_string(text);
    errno = 0;
    integer = strtoll(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    if (*end == '\0' && end != text && errno == 0)
        return json_integer(integer);
    real = strtod(text, &end);
    if (*end == '\0' && end != text && strpbrk(text, "xXnN") == NULL)
        return json_real(real);
    return json_string(text);
}

static rp_code build(parser *p, json_t **out);

static rp_code build_scalar(parser *p, json_t **out)
{
    const char *text = (const char *)p->event.data.scalar.value;
    bool plain = p->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (p->event.data.scalar.tag != NULL || p->event.data.scalar.anchor != NULL)
        return fail_at(p, p->event.start_mark,
                       "tags and anchors are not allowed", "");
    if (plain && is_trap(text))
        return fail_at(p, p->event.start_mark,
                       "a bare word that YAML 1.1 takes for a boolean; quote ",
                       text);
    *out = plain ? plain_value(text)
                 : json_stringn(text, p->event.data.scalar.length);
    if (*out == NULL)
        return fail_at(p, p->event.start_mark, "not UTF-8", "");
    return RP_OK;
}

static rp_code build_list(parser *p, json_t **out)
{
    json_t *list = json_array();
    rp_code rc = next_event(p);

    while (rc == RP_OK && p->event.type != YAML_SEQUENCE_END_EVENT) {
        json_t *item = NULL;

        rc = build(p, &item);
        if (rc == RP_OK) {
            json_array_append_new(list, item);
            rc = next_event(p);
        }
    }
    if (rc == RP_OK)
        *out = list;
    else
        json_decref(list);
    return rc;
}

static rp_code build_entry(parser *p, json_t *map)
{
    yaml_mark_t at = p->event.start_mark;
    json_t *value = NULL;
    char *key;
    rp_code rc;

    if (p->event.type != YAML_SCALAR_EVENT)
        return fail_at(p, at, "a key must be a plain word", "");
    key = rp_mem_dup_str((const char *)p->event.data.scalar.value);
    if (p->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && is_trap(key))
        rc = fail_at(p, at,
                     "a bare key that YAML 1.1 takes for a boolean: ", key);
    else if (strcmp(key, "<<") == 0)
        rc = fail_at(p, at, "merge keys are not allowed", "");
    else if (json_object_get(map, key) != NULL)
        rc = fail_at(p, at, "a key that is there already: ", key);
    else
        rc = next_event(p);
    if (rc == RP_OK)
        rc = build(p, &value);
    if (rc == RP_OK)
        json_object_set_new(map, key, value);
    rp_mem_free(key);
    return rc;
}

static rp_code build_map(parser *p, json_t **out)
{
    json_t *map = json_object();
    rp_code rc = next_event(p);

    while (rc == RP_OK && p->event.type != YAML_MAPPING_END_EVENT) {
        rc = build_entry(p, map);
        if (rc == RP_OK)
            rc = next_event(p);
    }
    if (rc == RP_OK)
        *out = map;
    else
        json_decref(map);
    return rc;
}

static bool is_marked(const yaml_char_t *anchor, const yaml_char_t *tag)
{
    return anchor != NULL || tag != NULL;
}

static rp_code build(parser *p, json_t **out)
{
    yaml_mark_t at = p->event.start_mark;
    rp_code rc;

    if (++p->depth > DEPTH_MAX)
        return fail_at(p, at, "nested too deep", "");
    switch (p->event.type) {
    case YAML_SCALAR_EVENT:
        rc = build_scalar(p, out);
        break;
    case YAML_SEQUENCE_START_EVENT:
        rc = is_marked(p->event.data.sequence_start.anchor,
                       p->event.data.sequence_start.tag)
                 ? fail_at(p, at, "tags and anchors are not allowed", "")
                 : build_list(p, out);
        break;
    case YAML_MAPPING_START_EVENT:
        rc = is_marked(p->event.data.mapping_start.anchor,
                       p->event.data.mapping_start.tag)
                 ? fail_at(p, at, "tags and anchors are not allowed", "")
                 : build_map(p, out);
        break;
    default:
        rc = fail_at(p, at, "anchors and aliases are not allowed", "");
        break;
    }
    p->depth--;
    if (rc == RP_OK &&
        (json_is_object(*out) || json_is_array(*out) || json_is_string(*out)))
        note_place(p, *out, at);
    return rc;
}

static rp_code parse_document(parser *p)
{
    rp_code rc = RP_OK;

    do {
        rc = next_event(p);
    } while (rc == RP_OK && (p->event.type == YAML_STREAM_START_EVENT ||
                             p->event.type == YAML_DOCUMENT_START_EVENT));
    if (rc == RP_OK && p->event.type == YAML_STREAM_END_EVENT)
        return fail_at(p, p->event.start_mark, "the file is empty", "");
    if (rc == RP_OK)
        rc = build(p, &p->doc->root);
    if (rc == RP_OK)
        rc = next_event(p);
    if (rc == RP_OK)
        rc = next_event(p);
    if (rc == RP_OK && p->event.type != YAML_STREAM_END_EVENT)
        rc = fail_at(p, p->event.start_mark, "a second document", "");
    return rc;
}

rp_code pf_yaml_parse(const char *name, rp_slice text, pf_yaml **out,
                      rp_err *err)
{
    parser p = {.err = err, .doc = RP_NEW(pf_yaml)};
    rp_code rc;

    *out = NULL;
    p.doc->name = rp_mem_dup_str(name);
    yaml_parser_initialize(&p.yaml);
    yaml_parser_set_input_string(&p.yaml, text.data, text.len);
    rc = text.len > SIZE_MAX_TEXT
             ? rp_fail(err, RP_ELIMIT, "%s: larger than 1 MiB", name)
             : parse_document(&p);
    yaml_event_delete(&p.event);
    yaml_parser_delete(&p.yaml);
    if (rc == RP_OK)
        *out = p.doc;
    else
        pf_yaml_free(p.doc);
    return rc;
}

void pf_yaml_free(pf_yaml *y)
{
    if (y == NULL)
        return;
    json_decref(y->root);
    rp_mem_free(y->places);
    rp_mem_free(y->name);
    rp_mem_free(y);
}

json_t *pf_yaml_root(const pf_yaml *y)
{
    return y->root;
}

rp_code pf_yaml_fail(const pf_yaml *y, const json_t *node, rp_err *err,
                     const char *fmt, ...)
{
    va_list args;
    char where[32] = "";

    va_start(args, fmt);
    rp_vfail(err, RP_EPARSE, fmt, args);
    va_end(args);
    for (size_t i = 0; i < y->count; i++) {
        if (y->places[i].node == node)
            snprintf(where, sizeof(where), ":%zu:%zu", y->places[i].line,
                     y->places[i].column);
    }
    rp_err_context(err, "%s%s", y->name, where);
    return RP_EPARSE;
}
