/* expect: how the call ends. */
#include "harness/data/matcher.h"
#include "harness/drivers/call.h"
#include "harness/run/step.h"
#include <stdlib.h>
#include <string.h>

/* A name, a number, a list of them, or {not: ...}. */
static bool status_fits(const json_t *wanted, const rp_status *status)
{
    rp_status_code code;

    if (json_is_array(wanted)) {
        for (size_t i = 0; i < json_array_size(wanted); i++) {
            if (status_fits(json_array_get(wanted, i), status))
                return true;
        }
        return false;
    }
    if (json_is_object(wanted))
        return !status_fits(json_object_get(wanted, "not"), status);
    if (json_is_integer(wanted))
        return status->raw_code == json_integer_value(wanted);
    return json_is_string(wanted) &&
           rp_status_parse(rp_slice_str(json_string_value(wanted)), &code) &&
           code == status->code;
}

static bool octets_fit(const json_t *matcher, const rp_buf *octets, rp_buf *why)
{
    json_t *v = json_stringn_nocheck((const char *)octets->data, octets->len);
    bool fits;

    if (v == NULL)
        v = json_string("");
    fits = pf_match(matcher, v, why);
    json_decref(v);
    return fits;
}

static bool messages_fit(const json_t *matcher, const pf_call *c, rp_buf *why)
{
    json_t *rest = json_array();
    json_t *count;
    bool fits;

    for (size_t i = c->read; i < json_array_size(c->messages); i++)
        json_array_append(rest, json_array_get(c->messages, i));
    count = json_integer((json_int_t)json_array_size(rest));
    fits = pf_match(matcher, json_is_array(matcher) ? rest : count, why);
    if (!fits)
        rp_buf_append_str(why, " (messages)");
    json_decref(count);
    json_decref(rest);
    return fits;
}

static bool later_than(pf_script *s, const json_t *outcome, const pf_call *c,
                       rp_buf *why)
{
    const json_t *after = json_object_get(outcome, "after");
    rp_nanos taken = c->ended - c->started;
    rp_nanos least = 0;

    if (after == NULL)
        return true;
    least = pf_script_scaled(s, after);
    if (taken >= least)
        return true;
    rp_buf_printf(why, "it ended after %.1f ms, before %.1f ms",
                  rp_time_ms(taken), rp_time_ms(least));
    return false;
}

static bool outcome_fits(pf_script *s, const json_t *o, const pf_call *c,
                         rp_buf *why)
{
    const json_t *m;

    rp_buf_reset(why);
    if ((m = json_object_get(o, "status")) != NULL &&
        !status_fits(m, &c->status)) {
        rp_buf_printf(why, "status %s (%lld)", rp_status_name(c->status.code),
                      (long long)c->status.raw_code);
        if (c->status.message.len > 0)
            rp_buf_printf(why, ": %.*s", (int)c->status.message.len,
                          (const char *)c->status.message.data);
        return false;
    }
    if ((m = json_object_get(o, "message")) != NULL &&
        !octets_fit(m, &c->status.message, why))
        return false;
    if ((m = json_object_get(o, "details")) != NULL &&
        !octets_fit(m, &c->status.details, why))
        return false;
    if ((m = json_object_get(o, "initial")) != NULL &&
        !pf_match(m, c->initial, why))
        return false;
    if ((m = json_object_get(o, "trailers")) != NULL &&
        !pf_match(m, c->trailing, why))
        return false;
    if ((m = json_object_get(o, "trailers_only")) != NULL &&
        json_is_true(m) != c->facts.trailers_only) {
        rp_buf_printf(why, "the status came %s",
                      c->facts.trailers_only ? "as Trailers-Only"
                                             : "in trailers behind headers");
        return false;
    }
    if ((m = json_object_get(o, "http")) != NULL &&
        json_integer_value(m) != c->facts.http_status) {
        rp_buf_printf(why, "HTTP status %d", c->facts.http_status);
        return false;
    }
    if ((m = json_object_get(o, "from")) != NULL &&
        (strcmp(json_string_value(m), "server") == 0) == c->facts.local) {
        rp_buf_printf(why, "the status was made by the %s",
                      c->facts.local ? "client" : "server");
        return false;
    }
    if ((m = json_object_get(o, "messages")) != NULL &&
        !messages_fit(m, c, why))
        return false;
    return later_than(s, o, c, why);
}

static void tell_expected(pf_script *s, const json_t *args)
{
    char *text = json_dumps(args, JSON_COMPACT);

    rp_buf_printf(pf_script_expected(s), "%.900s", text != NULL ? text : "?");
    free(text);
}

static pf_step_result any_of(pf_script *s, const json_t *list, const pf_call *c,
                             rp_buf *why)
{
    json_t *o;
    size_t i;

    json_array_foreach(list, i, o)
    {
        const char *graded = json_string_value(json_object_get(o, "verdict"));
        pf_verdict v;

        if (!outcome_fits(s, o, c, why))
            continue;
        if (graded != NULL && pf_verdict_parse(graded, &v, NULL) == RP_OK)
            pf_script_grade(s, v, json_string_value(json_object_get(o, "why")));
        return PF_STEP_DONE;
    }
    return PF_STEP_FAIL;
}

static pf_step_result late(pf_script *s, const json_t *args)
{
    tell_expected(s, args);
    rp_buf_printf(pf_script_actual(s), "the call has not ended after %.0f ms",
                  rp_time_ms(pf_script_step_age(s)));
    return PF_STEP_FAIL;
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    const json_t *list = json_object_get(args, "any_of");
    rp_buf why = RP_BUF_INIT;
    pf_step_result r;

    (void)again;
    if (c == NULL)
        return PF_STEP_FAIL;
    if (!c->done)
        return PF_STEP_WAIT;
    if (list != NULL)
        r = any_of(s, list, c, &why);
    else
        r = outcome_fits(s, args, c, &why) ? PF_STEP_DONE : PF_STEP_FAIL;
    if (r == PF_STEP_FAIL) {
        tell_expected(s, args);
        rp_buf_append(pf_script_actual(s), rp_buf_slice(&why));
    }
    rp_buf_clear(&why);
    return r;
}

static const char *const keys[] = {
    "call",     "status",        "message", "details", "initial",
    "trailers", "messages",      "within",  "after",   "any_of",
    "http",     "trailers_only", "from",    NULL};

const pf_step PF_STEP_expect = {"expect", keys, run, late};
