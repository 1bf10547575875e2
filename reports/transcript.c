#include "reports/transcript.h"

#include "reference/base/file.h"

#include <rpcref/mem.h>

static const char *text_of(const json_t *doc, const char *key)
{
    return json_string_value(json_object_get(doc, key));
}

static const json_t *array_of(const json_t *doc, const char *key)
{
    const json_t *a = json_object_get(doc, key);

    return json_is_array(a) ? a : NULL;
}

static void event_read(const json_t *doc, pf_event *e)
{
    const char *dir = text_of(doc, "dir");
    json_int_t length = json_integer_value(json_object_get(doc, "length"));

    e->t_ms = json_number_value(json_object_get(doc, "t_ms"));
    e->sent = dir && *dir == 's';
    e->conn = (int)json_integer_value(json_object_get(doc, "conn"));
    e->type = text_of(doc, "type");
    if (!e->type)
        e->type = "RAW";
    e->summary = text_of(doc, "summary");
    e->note = text_of(doc, "note");
    e->hex = text_of(doc, "hex");
    e->flags = array_of(doc, "flags");
    e->headers = array_of(doc, "headers");
    e->stream = (uint32_t)json_integer_value(json_object_get(doc, "stream"));
    e->length = length > 0 ? (size_t)length : 0;
    e->offending = json_is_true(json_object_get(doc, "offending"));
}

rp_code pf_transcript_of(json_t *doc, pf_transcript **out, rp_err *err)
{
    const json_t *frames = array_of(doc, "frames");
    const json_t *peers = array_of(doc, "peers");
    pf_transcript *t;

    *out = NULL;
    if (!frames)
        return rp_fail(err, RP_EPARSE, "a transcript without frames");
    t = RP_NEW(pf_transcript);
    t->doc = json_incref(doc);
    t->count = json_array_size(frames);
    t->events = rp_mem_new((t->count ? t->count : 1) * sizeof(*t->events));
    for (size_t i = 0; i < t->count; i++)
        event_read(json_array_get(frames, i), &t->events[i]);
    t->case_id = text_of(doc, "case");
    t->peers[0] = json_string_value(json_array_get(peers, 0));
    t->peers[1] = json_string_value(json_array_get(peers, 1));
    if (!t->peers[0])
        t->peers[0] = "rpcproof";
    if (!t->peers[1])
        t->peers[1] = "target";
    t->captured = text_of(doc, "captured");
    t->steps = array_of(doc, "steps");
    t->timeline = array_of(doc, "timeline");
    t->tls = array_of(doc, "tls");
    *out = t;
    return RP_OK;
}

rp_code pf_transcript_load(const char *path, pf_transcript **out, rp_err *err)
{
    rp_buf text = RP_BUF_INIT;
    json_t *doc = NULL;
    json_error_t trouble;
    rp_code rc;

    *out = NULL;
    rc = rp_file_read(path, PF_TRANSCRIPT_MAX, &text, err);
    if (rc != RP_OK)
        goto out;
    doc =
        json_loadb((const char *)text.data, text.len, JSON_ALLOW_NUL, &trouble);
    if (!doc) {
        rc = rp_fail(err, RP_EPARSE, "%s:%d: %s", path, trouble.line,
                     trouble.text);
        goto out;
    }
    rc = pf_transcript_of(doc, out, err);
    if (rc != RP_OK)
        rp_err_context(err, "%s", path);

out:
    json_decref(doc);
    rp_buf_clear(&text);
    return rc;
}

void pf_transcript_free(pf_transcript *t)
{
    if (!t)
        return;
    json_decref(t->doc);
    rp_mem_free(t->events);
    rp_mem_free(t);
}

void pf_event_line(const pf_event *e, rp_buf *out)
{
    rp_buf_append_str(out, e->type);
    if (e->stream)
        rp_buf_printf(out, " stream=%u", (unsigned)e->stream);
    for (size_t i = 0; i < json_array_size(e->flags); i++) {
        const char *flag = json_string_value(json_array_get(e->flags, i));

        rp_buf_printf(out, " %s", flag ? flag : "?");
    }
    rp_buf_printf(out, " length=%zu", e->length);
    if (e->summary && *e->summary)
        rp_buf_printf(out, ": %s", e->summary);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void pf_event_octets(const char *hex, rp_buf *out)
{
    while (hex && *hex) {
        int high, low;

        if (*hex == ' ') {
            hex++;
            continue;
        }
        high = digit(hex[0]);
        low = high < 0 ? -1 : digit(hex[1]);
        if (low < 0)
            return;
        rp_buf_append_byte(out, (uint8_t)(high << 4 | low));
        hex += 2;
    }
}
