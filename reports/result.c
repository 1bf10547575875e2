#include "reports/result.h"

#include "reports/text.h"

#include <string.h>

static const char *const verdict_names[PF_VERDICT_COUNT] = {
#define VERDICT_NAME(name, text) text,
    PF_VERDICT_MAP(VERDICT_NAME)
#undef VERDICT_NAME
};

/* The string members of a result, so that reading and writing agree. */
#define RESULT_STRINGS(X)                                                      \
    X(level)                                                                   \
    X(title)                                                                   \
    X(expected)                                                                \
    X(actual)                                                                  \
    X(why)                                                                     \
    X(reason)                                                                  \
    X(frame)                                                                   \
    X(transcript)                                                              \
    X(captured)                                                                \
    X(reproduce)                                                               \
    X(known_reason)                                                            \
    X(issue)                                                                   \
    X(problem)

const char *pf_verdict_name(pf_verdict v)
{
    return (unsigned)v < PF_VERDICT_COUNT ? verdict_names[v] : "error";
}

rp_code pf_verdict_parse(const char *text, pf_verdict *out, rp_err *err)
{
    for (int v = 0; text && v < PF_VERDICT_COUNT; v++) {
        if (strcmp(text, verdict_names[v]) == 0) {
            *out = (pf_verdict)v;
            return RP_OK;
        }
    }
    return rp_fail(err, RP_EPARSE, "\"%s\" is not a verdict", text ? text : "");
}

static json_t *array_of(const json_t *doc, const char *key)
{
    json_t *a = json_object_get(doc, key);

    return json_is_array(a) ? a : NULL;
}

rp_code pf_result_read(const json_t *doc, pf_result *out, rp_err *err)
{
    pf_result r = {0};
    rp_code rc;

    r.id = json_string_value(json_object_get(doc, "id"));
    if (!r.id || !*r.id)
        return rp_fail(err, RP_EPARSE, "a case without an id");
    rc = pf_verdict_parse(json_string_value(json_object_get(doc, "verdict")),
                          &r.verdict, err);
    if (rc != RP_OK)
        return rc;
#define READ_STRING(key) r.key = json_string_value(json_object_get(doc, #key));
    RESULT_STRINGS(READ_STRING)
#undef READ_STRING
    r.requirements = array_of(doc, "requirements");
    r.findings = array_of(doc, "findings");
    r.ms = json_number_value(json_object_get(doc, "ms"));
    r.started_ms = json_number_value(json_object_get(doc, "started_ms"));
    r.known = json_is_true(json_object_get(doc, "known"));
    r.runs = (int)json_integer_value(json_object_get(doc, "runs"));
    r.passes = (int)json_integer_value(json_object_get(doc, "passes"));
    *out = r;
    return RP_OK;
}

static void put_text(json_t *doc, const char *key, const char *text)
{
    if (text)
        json_object_set_new(doc, key, pf_text_json(rp_slice_str(text)));
}

json_t *pf_result_json(const pf_result *r)
{
    json_t *doc = json_object();

    json_object_set_new(doc, "event", json_string("case"));
    put_text(doc, "id", r->id);
    put_text(doc, "verdict", pf_verdict_name(r->verdict));
    if (r->known)
        json_object_set_new(doc, "known", json_true());
#define PUT_STRING(key) put_text(doc, #key, r->key);
    RESULT_STRINGS(PUT_STRING)
#undef PUT_STRING
    if (r->requirements)
        json_object_set(doc, "requirements", r->requirements);
    if (r->runs > 0) {
        json_object_set_new(doc, "runs", json_integer(r->runs));
        json_object_set_new(doc, "passes", json_integer(r->passes));
    }
    if (r->findings && json_array_size(r->findings) > 0)
        json_object_set(doc, "findings", r->findings);
    json_object_set_new(doc, "started_ms", json_real(r->started_ms));
    json_object_set_new(doc, "ms", json_real(r->ms));
    return doc;
}

bool pf_result_deviates(const pf_result *r, bool strict)
{
    bool bad = r->verdict == PF_FAIL || r->verdict == PF_ERROR ||
               (strict && r->verdict == PF_WARN);

    if (r->problem)
        return true;
    return r->known ? r->verdict == PF_PASS : bad;
}

bool pf_result_flaky(const pf_result *r)
{
    return r->runs > 0 && r->passes > 0 && r->passes < r->runs;
}

rp_slice pf_result_role(const char *id)
{
    return rp_slice_of(id,
                       id[strcspn(id, "/[")] == '/' ? strcspn(id, "/[") : 0);
}

rp_slice pf_result_area(const char *id)
{
    size_t role = pf_result_role(id).len;
    const char *rest = role > 0 ? id + role + 1 : id;
    size_t len = strcspn(rest, "/[");

    return rp_slice_of(rest, rest[len] == '/' ? len : 0);
}

void pf_counts_add(pf_counts *c, const pf_result *r)
{
    bool deviates = pf_result_deviates(r, false);

    c->total++;
    c->by[r->verdict]++;
    c->known += r->known && !deviates;
    c->deviating += deviates;
    c->flaky += pf_result_flaky(r);
}
