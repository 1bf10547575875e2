#include "reports/stream.h"

#include "reports/text.h"

#include <errno.h>
#include <fcntl.h>
#include <rpcref/mem.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct pf_stream {
    int fd;
    char *path;
};

rp_code pf_stream_open(const char *path, bool append, pf_stream **out,
                       rp_err *err)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    int fd = open(path, flags | (append ? 0 : O_TRUNC), 0644);

    *out = NULL;
    if (fd < 0)
        return rp_fail(err, RP_EIO, "cannot write %s: %s", path,
                       strerror(errno));
    *out = RP_NEW(pf_stream);
    (*out)->fd = fd;
    (*out)->path = rp_mem_dup_str(path);
    return RP_OK;
}

/* Writes the event and a new line; takes `doc`. */
static rp_code put(pf_stream *s, json_t *doc, rp_err *err)
{
    char *text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(9));
    size_t len, done = 0;
    rp_code rc = RP_OK;

    json_decref(doc);
    if (!text)
        return rp_fail(err, RP_EINVAL, "an event that is no JSON");
    len = strlen(text);
    text[len] = '\n'; /* in the place of the NUL: one write, whole lines */
    while (done <= len && rc == RP_OK) {
        ssize_t n = write(s->fd, text + done, len + 1 - done);

        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            rc = rp_fail(err, RP_EIO, "cannot write %s: %s", s->path,
                         strerror(errno));
    }
    free(text);
    return rc;
}

static json_t *event(const char *name)
{
    json_t *doc = json_object();

    json_object_set_new(doc, "event", json_string(name));
    return doc;
}

static void put_text(json_t *doc, const char *key, const char *text)
{
    if (text)
        json_object_set_new(doc, key, pf_text_json(rp_slice_str(text)));
}

static json_t *instant(rp_nanos wall)
{
    time_t seconds = (time_t)(wall / RP_SECOND);
    struct tm tm;
    char text[32];

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

rp_code pf_stream_run(pf_stream *s, const pf_run_facts *facts, rp_err *err)
{
    json_t *doc = event("run");

    json_object_set_new(doc, "schema", json_integer(PF_STREAM_SCHEMA));
    json_object_set_new(doc, "tool", json_string("rpcproof " RP_VERSION));
    json_object_set_new(doc, "target",
                        facts->target ? json_deep_copy(facts->target)
                                      : json_object());
    json_object_set_new(doc, "seed", json_integer((json_int_t)facts->seed));
    json_object_set_new(doc, "started", instant(facts->started));
    put_text(doc, "profile", facts->profile);
    put_text(doc, "command", facts->command);
    if (facts->planned)
        json_object_set_new(doc, "planned",
                            json_integer((json_int_t)facts->planned));
    if (facts->shards)
        json_object_set_new(
            doc, "shard",
            json_pack("[ii]", (int)facts->shard, (int)facts->shards));
    if (facts->resumed)
        json_object_set_new(doc, "resumed", json_true());
    return put(s, doc, err);
}

rp_code pf_stream_start(pf_stream *s, const char *id, rp_err *err)
{
    json_t *doc = event("start");

    put_text(doc, "id", id);
    return put(s, doc, err);
}

rp_code pf_stream_case(pf_stream *s, const pf_result *r, rp_err *err)
{
    return put(s, pf_result_json(r), err);
}

rp_code pf_stream_note(pf_stream *s, const char *level, const char *text,
                       rp_err *err)
{
    json_t *doc = event("note");

    put_text(doc, "level", level);
    put_text(doc, "text", text);
    return put(s, doc, err);
}

rp_code pf_stream_end(pf_stream *s, const pf_counts *counts, double ms,
                      rp_err *err)
{
    json_t *doc = event("end");

    for (int v = 0; v < PF_VERDICT_COUNT; v++)
        json_object_set_new(doc, pf_verdict_name((pf_verdict)v),
                            json_integer((json_int_t)counts->by[v]));
    json_object_set_new(doc, "known", json_integer((json_int_t)counts->known));
    json_object_set_new(doc, "flaky", json_integer((json_int_t)counts->flaky));
    json_object_set_new(doc, "ms", json_real(ms));
    return put(s, doc, err);
}

void pf_stream_close(pf_stream *s)
{
    if (!s)
        return;
    close(s->fd);
    rp_mem_free(s->path);
    rp_mem_free(s);
}

static json_t *line_parse(rp_slice line)
{
    json_t *doc =
        json_loadb((const char *)line.data, line.len, JSON_ALLOW_NUL, NULL);

    if (json_is_object(doc))
        return doc;
    json_decref(doc);
    return NULL;
}

/* A killed shard's last line has no end, so `cat` glues the next one's first
 * line to it. */
static json_t *line_rescue(rp_slice line)
{
    static const char mark[] = "{\"event\":\"run\"";
    const uint8_t *at =
        line.len ? memmem(line.data, line.len, mark, sizeof(mark) - 1) : NULL;

    if (!at)
        return NULL;
    return line_parse(rp_slice_of(at, line.len - (size_t)(at - line.data)));
}

rp_code pf_stream_parse(rp_slice text, pf_stream_fn fn, void *user_data,
                        size_t *damaged, rp_err *err)
{
    rp_code rc = RP_OK;

    while (text.len > 0 && rc == RP_OK) {
        const uint8_t *nl = memchr(text.data, '\n', text.len);
        size_t n = nl ? (size_t)(nl - text.data) : text.len;
        rp_slice line = rp_slice_sub(text, 0, n);
        json_t *doc = n > 0 ? line_parse(line) : NULL;

        if (n > 0 && !doc) {
            ++*damaged;
            doc = line_rescue(line);
        }
        if (doc)
            rc = fn(doc, user_data, err);
        json_decref(doc);
        text = rp_slice_sub(text, n + 1, text.len);
    }
    return rc;
}
