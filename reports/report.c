#include "reports/report.h"

#include "reference/base/file.h"
#include "reports/stream.h"

#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A result stream larger than this is not one. */
#define STREAM_MAX ((size_t)1 << 30)

/* While the events of a source are read. */
typedef struct reading {
    pf_source *source;
    json_t *started; /* ids that began and did not end yet */
    size_t open;     /* runs without an end */
    size_t events;
} reading;

static rp_code take_run(reading *rd, json_t *doc, rp_err *err)
{
    json_int_t schema = json_integer_value(json_object_get(doc, "schema"));

    if (schema > PF_STREAM_SCHEMA)
        return rp_fail(err, RP_EPARSE,
                       "schema %d is newer than this program knows (%d)",
                       (int)schema, PF_STREAM_SCHEMA);
    if (json_is_true(json_object_get(doc, "resumed")) && rd->open > 0)
        rd->open--;
    rd->open++;
    json_array_append(rd->source->runs, doc);
    return RP_OK;
}

static rp_code take_case(reading *rd, json_t *doc, rp_err *err)
{
    pf_source *s = rd->source;
    pf_result r;
    rp_code rc = pf_result_read(doc, &r, err);

    if (rc != RP_OK)
        return rc;
    s->results =
        rp_mem_grow(s->results, s->count, &s->cap, sizeof(*s->results));
    s->results[s->count++] = r;
    json_array_append(s->docs, doc);
    json_object_del(rd->started, r.id);
    return RP_OK;
}

static rp_code take_event(json_t *doc, void *user_data, rp_err *err)
{
    reading *rd = user_data;
    const char *event = json_string_value(json_object_get(doc, "event"));
    const char *id = json_string_value(json_object_get(doc, "id"));

    if (!event)
        return RP_OK;
    rd->events++;
    if (strcmp(event, "run") == 0)
        return take_run(rd, doc, err);
    if (strcmp(event, "case") == 0)
        return take_case(rd, doc, err);
    if (strcmp(event, "start") == 0 && id)
        json_object_set_new(rd->started, id, json_true());
    else if (strcmp(event, "note") == 0)
        json_array_append(rd->source->notes, doc);
    else if (strcmp(event, "end") == 0 && rd->open > 0) {
        rd->open--;
        rd->source->ms += json_number_value(json_object_get(doc, "ms"));
    }
    return RP_OK;
}

static int result_order(const void *a, const void *b)
{
    const pf_result *x = a, *y = b;

    return strcmp(x->id, y->id);
}

/* Sorts and lets the last result of each id stand: a resumed run repeats the
 * cases that were under way. */
static void settle(pf_source *s)
{
    json_t *last = json_object();
    size_t kept = 0;

    for (size_t i = 0; i < s->count; i++)
        json_object_set_new(last, s->results[i].id,
                            json_integer((json_int_t)i));
    for (size_t i = 0; i < s->count; i++) {
        const json_t *at = json_object_get(last, s->results[i].id);

        if ((size_t)json_integer_value(at) == i)
            s->results[kept++] = s->results[i];
    }
    s->count = kept;
    qsort(s->results, s->count, sizeof(*s->results), result_order);
    memset(&s->counts, 0, sizeof(s->counts));
    for (size_t i = 0; i < s->count; i++)
        pf_counts_add(&s->counts, &s->results[i]);
    json_decref(last);
}

static char *label_of(const pf_source *s)
{
    static const char *const keys[] = {"name", "address", "command"};
    const json_t *target = json_object_get(s->run, "target");
    const char *dir = s->dir;
    const char *slash = strrchr(dir, '/');

    for (size_t i = 0; i < RP_COUNT(keys); i++) {
        const char *t = json_string_value(json_object_get(target, keys[i]));

        if (t && *t)
            return rp_mem_dup_str(t);
    }
    return rp_mem_dup_str(slash && slash[1] ? slash + 1 : dir);
}

static rp_code source_read(pf_source *s, const char *path, rp_err *err)
{
    reading rd = {.source = s, .started = json_object()};
    rp_buf text = RP_BUF_INIT;
    size_t damaged = 0;
    const char *id;
    json_t *unused;
    rp_code rc = rp_file_read(path, STREAM_MAX, &text, err);

    if (rc == RP_OK)
        rc = pf_stream_parse(rp_buf_slice(&text), take_event, &rd, &damaged,
                             err);
    if (rc == RP_OK && rd.events == 0)
        rc = rp_fail(err, RP_EPARSE, "no results in it");
    if (rc != RP_OK)
        rp_err_context(err, "%s", path);
    json_object_foreach(rd.started, id, unused)
        json_array_append_new(s->running, json_string(id));
    s->damaged += damaged;
    s->complete = s->complete && rd.open == 0 && damaged == 0;
    json_decref(rd.started);
    rp_buf_clear(&text);
    return rc;
}

static char *stream_path(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return rp_mem_printf("%s%sresults.ndjson", path,
                             rp_slice_ends_with(rp_slice_str(path), "/") ? ""
                                                                         : "/");
    return rp_mem_dup_str(path);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return rp_mem_dup_str(".");
    return rp_slice_dup_str(
        rp_slice_of(path, slash > path ? (size_t)(slash - path) : 1));
}

static void source_clear(pf_source *s)
{
    json_decref(s->docs);
    json_decref(s->runs);
    json_decref(s->running);
    json_decref(s->notes);
    rp_mem_free(s->results);
    rp_mem_free(s->label);
    rp_mem_free(s->path);
    rp_mem_free(s->dir);
}

static void source_finish(pf_source *s)
{
    s->run = json_array_get(s->runs, 0);
    rp_mem_free(s->label);
    s->label = label_of(s);
    settle(s);
}

rp_code pf_report_add(pf_report *r, const char *path, rp_err *err)
{
    pf_source s = {.complete = true};
    rp_code rc;

    s.path = stream_path(path);
    s.dir = folder_of(s.path);
    s.docs = json_array();
    s.runs = json_array();
    s.running = json_array();
    s.notes = json_array();
    rc = source_read(&s, s.path, err);
    if (rc != RP_OK) {
        source_clear(&s);
        return rc;
    }
    source_finish(&s);
    r->sources =
        rp_mem_grow(r->sources, r->count, &r->cap, sizeof(*r->sources));
    r->sources[r->count++] = s;
    return RP_OK;
}

rp_code pf_report_join(pf_report *r, const char *path, rp_err *err)
{
    pf_source *s;
    char *file;
    rp_code rc;

    if (r->count == 0)
        return pf_report_add(r, path, err);
    s = &r->sources[r->count - 1];
    file = stream_path(path);
    rc = source_read(s, file, err);
    source_finish(s);
    rp_mem_free(file);
    return rc;
}

void pf_report_set_requirements(pf_report *r, const json_t *catalogue)
{
    json_decref(r->requirements);
    r->requirements = json_object();
    for (size_t i = 0; i < json_array_size(catalogue); i++) {
        json_t *entry = json_array_get(catalogue, i);
        const char *id = json_string_value(json_object_get(entry, "id"));

        if (id)
            json_object_set(r->requirements, id, entry);
    }
}

void pf_report_clear(pf_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        source_clear(&r->sources[i]);
    rp_mem_free(r->sources);
    json_decref(r->requirements);
    memset(r, 0, sizeof(*r));
}

static int id_order(const void *key, const void *element)
{
    const pf_result *r = element;

    return strcmp(key, r->id);
}

const pf_result *pf_source_find(const pf_source *s, const char *id)
{
    if (s->count == 0)
        return NULL;
    return bsearch(id, s->results, s->count, sizeof(*s->results), id_order);
}

/* A path beside the stream; NULL when it leads out of its folder. */
static char *beside(const pf_source *s, const char *name)
{
    if (!name || !*name || *name == '/' || strstr(name, ".."))
        return NULL;
    return rp_mem_printf("%s/%s", s->dir, name);
}

rp_code pf_source_transcript(const pf_source *s, const pf_result *r,
                             pf_transcript **out, rp_err *err)
{
    char *path = beside(s, r->transcript);
    rp_code rc;

    *out = NULL;
    if (!path)
        return rp_fail(err, RP_ENOTFOUND, "%s has no transcript", r->id);
    rc = pf_transcript_load(path, out, err);
    rp_mem_free(path);
    return rc;
}
