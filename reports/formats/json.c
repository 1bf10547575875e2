/* json.c - the whole report as one JSON document: per run its facts, the
 * results sorted by id, the counts. Case objects are those of the stream. */
#include "reports/format.h"

static json_t *counts_json(const pf_counts *c)
{
    json_t *doc = json_object();

    for (int v = 0; v < PF_VERDICT_COUNT; v++)
        json_object_set_new(doc, pf_verdict_name((pf_verdict)v),
                            json_integer((json_int_t)c->by[v]));
    json_object_set_new(doc, "total", json_integer((json_int_t)c->total));
    json_object_set_new(doc, "known", json_integer((json_int_t)c->known));
    json_object_set_new(doc, "flaky", json_integer((json_int_t)c->flaky));
    json_object_set_new(doc, "deviating",
                        json_integer((json_int_t)c->deviating));
    return doc;
}

/* The run without its cases: what comes before "cases". */
static json_t *source_json(const pf_source *s)
{
    json_t *doc = json_object();

    json_object_set_new(doc, "label", json_string(s->label));
    json_object_set(doc, "runs", s->runs);
    json_object_set_new(doc, "complete", json_boolean(s->complete));
    json_object_set_new(doc, "ms", json_real(s->ms));
    json_object_set_new(doc, "counts", counts_json(&s->counts));
    json_object_set(doc, "running", s->running);
    json_object_set(doc, "notes", s->notes);
    return doc;
}

static void source_write(const pf_source *s, FILE *out)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(9);
    json_t *doc = source_json(s);

    json_dumpf(doc, out, flags | JSON_EMBED);
    json_decref(doc);
    fputs(",\"cases\":[", out);
    for (size_t i = 0; i < s->count; i++) {
        json_t *c = pf_result_json(&s->results[i]);

        fputs(i ? ",\n" : "\n", out);
        json_dumpf(c, out, flags);
        json_decref(c);
    }
    fputs("]", out);
}

static rp_code json_write(const pf_report *report, const pf_format_opts *opts,
                          FILE *out, rp_err *err)
{
    (void)opts;
    (void)err;
    fputs("{\"schema\":1,\"tool\":\"rpcproof " RP_VERSION "\",\"sources\":[",
          out);
    for (size_t i = 0; i < report->count; i++) {
        fputs(i ? ",\n{" : "\n{", out);
        source_write(&report->sources[i], out);
        fputs("}", out);
    }
    fputs("]}\n", out);
    return RP_OK;
}

const pf_format PF_FORMAT_json = {
    .name = "json",
    .file = "report.json",
    .summary = "one JSON document (reports/schema/report.schema.json)",
    .write = json_write,
};
