/* expect: how the call ends. */
#include "harness/data/matcher.h"
#include "harness/data/value.h"
#include "harness/drivers/call.h"
#include "harness/run/step.h"
#include <rpcref/mem.h>
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

/* One way an outcome can be described. `why` gets what differs. */
typedef struct aspect {
    const char *key;
    bool (*fits)(pf_script *s, const json_t *wanted, const pf_call *c,
                 rp_buf *why);
} aspect;

static bool fits_status(pf_script *s, const json_t *wanted, const pf_call *c,
                        rp_buf *why)
{
    (void)s;
    if (status_fits(wanted, &c->status))
        return true;
    rp_buf_printf(why, "status %s (%lld)", rp_status_name(c->status.code),
                  (long long)c->status.raw_code);
    if (c->status.message.len > 0) {
        rp_buf_append_str(why, ": ");
        pf_value_show(rp_buf_slice(&c->status.message), why);
    }
    return false;
}

static bool fits_message(pf_script *s, const json_t *wanted, const pf_call *c,
                         rp_buf *why)
{
    (void)s;
    return octets_fit(wanted, &c->status.message, why);
}

static bool fits_details(pf_script *s, const json_t *wanted, const pf_call *c,
                         rp_buf *why)
{
    (void)s;
    return octets_fit(wanted, &c->status.details, why);
}

static bool fits_initial(pf_script *s, const json_t *wanted, const pf_call *c,
                         rp_buf *why)
{
    (void)s;
    return pf_match(wanted, c->initial, why);
}

static bool fits_trailers(pf_script *s, const json_t *wanted, const pf_call *c,
                          rp_buf *why)
{
    (void)s;
    return pf_match(wanted, c->trailing, why);
}

static bool fits_trailers_only(pf_script *s, const json_t *wanted,
                               const pf_call *c, rp_buf *why)
{
    (void)s;
    if (json_is_true(wanted) == c->facts.trailers_only)
        return true;
    rp_buf_printf(why, "the status came %s",
                  c->facts.trailers_only ? "as Trailers-Only"
                                         : "in trailers behind headers");
    return false;
}

static bool fits_http(pf_script *s, const json_t *wanted, const pf_call *c,
                      rp_buf *why)
{
    (void)s;
    if (json_integer_value(wanted) == c->facts.http_status)
        return true;
    rp_buf_printf(why, "HTTP status %d", c->facts.http_status);
    return false;
}

static bool fits_from(pf_script *s, const json_t *wanted, const pf_call *c,
                      rp_buf *why)
{
    const char *side = c->facts.local ? "client" : "server";

    (void)s;
    if (strcmp(json_string_value(wanted), side) == 0)
        return true;
    rp_buf_printf(why, "the status was made by the %s", side);
    return false;
}

static bool fits_messages(pf_script *s, const json_t *wanted, const pf_call *c,
                          rp_buf *why)
{
    (void)s;
    return messages_fit(wanted, c, why);
}

static bool fits_after(pf_script *s, const json_t *wanted, const pf_call *c,
                       rp_buf *why)
{
    rp_nanos taken = c->ended - c->started;
    rp_nanos least = pf_script_scaled(s, wanted);

    if (taken >= least)
        return true;
    rp_buf_printf(why, "it ended after %.1f ms, before %.1f ms",
                  rp_time_ms(taken), rp_time_ms(least));
    return false;
}

static const aspect aspects[] = {
    {"status", fits_status},     {"message", fits_message},
    {"details", fits_details},   {"initial", fits_initial},
    {"trailers", fits_trailers}, {"trailers_only", fits_trailers_only},
    {"http", fits_http},         {"from", fits_from},
    {"messages", fits_messages}, {"after", fits_after},
};

static bool outcome_fits(pf_script *s, const json_t *o, const pf_call *c,
                         rp_buf *why)
{
    for (size_t i = 0; i < RP_COUNT(aspects); i++) {
        const json_t *wanted = json_object_get(o, aspects[i].key);

        rp_buf_reset(why);
        if (wanted != NULL && !aspects[i].fits(s, wanted, c, why))
            return false;
    }
    return true;
}

static void tell(rp_buf *out, const json_t *outcome)
{
    char *text = json_dumps(outcome, JSON_COMPACT);

    rp_buf_printf(out, "%.900s", text != NULL ? text : "?");
    free(text);
}

/* The first outcome of the list that fits grades the case. */
static bool any_fits(pf_script *s, const json_t *list, const pf_call *c,
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
        if (graded != NULL && pf_verdict_parse(graded, &v, NULL) == RP_OK) {
            pf_script_grade(s, v, json_string_value(json_object_get(o, "why")));
            if (v != PF_PASS) {
                tell(pf_script_expected(s), json_array_get(list, 0));
                tell(pf_script_actual(s), o);
            }
        }
        return true;
    }
    return false;
}

static void save(pf_script *s, const pf_call *c, const char *name)
{
    json_t *text = json_stringn_nocheck((const char *)c->status.message.data,
                                        c->status.message.len);

    pf_script_save(s, name,
                   json_pack("{ss so* sO sO sO sf}", "status",
                             rp_status_name(c->status.code), "message", text,
                             "initial", c->initial, "trailers", c->trailing,
                             "messages", c->messages, "elapsed_ms",
                             rp_time_ms(c->ended - c->started)));
}

static pf_step_result late(pf_script *s, const json_t *args)
{
    tell(pf_script_expected(s), args);
    rp_buf_printf(pf_script_actual(s), "the call has not ended after %.0f ms",
                  rp_time_ms(pf_script_step_age(s)));
    return PF_STEP_FAIL;
}

static pf_step_result run(pf_script *s, const json_t *args, bool again)
{
    pf_call *c = pf_script_call(s, args);
    const json_t *list = json_object_get(args, "any_of");
    const char *name = json_string_value(json_object_get(args, "save"));
    rp_buf why = RP_BUF_INIT;
    bool fits;

    (void)again;
    if (c == NULL)
        return PF_STEP_FAIL;
    if (!c->done)
        return PF_STEP_WAIT;
    fits = outcome_fits(s, args, c, &why) &&
           (list == NULL || any_fits(s, list, c, &why));
    if (fits && name != NULL)
        save(s, c, name);
    if (!fits) {
        tell(pf_script_expected(s), args);
        rp_buf_append(pf_script_actual(s), rp_buf_slice(&why));
    }
    rp_buf_clear(&why);
    return fits ? PF_STEP_DONE : PF_STEP_FAIL;
}

static rp_code check_status(const json_t *v, rp_err *err)
{
    const char *text = json_string_value(v);
    rp_status_code code;

    for (size_t i = 0; i < json_array_size(v); i++) {
        if (check_status(json_array_get(v, i), err) != RP_OK)
            return RP_EPARSE;
    }
    if (json_is_object(v))
        return check_status(json_object_get(v, "not"), err);
    if (v == NULL || json_is_array(v) || json_is_integer(v) ||
        (text != NULL && (strchr(text, '{') != NULL ||
                          rp_status_parse(rp_slice_str(text), &code))))
        return RP_OK;
    return rp_fail(err, RP_EPARSE, "no status is called '%s'",
                   text != NULL ? text : "?");
}

static rp_code check_outcome(const json_t *o, rp_err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        bool known = strcmp(key, "verdict") == 0 || strcmp(key, "why") == 0;
        pf_verdict v;

        for (size_t i = 0; i < RP_COUNT(aspects); i++)
            known |= strcmp(key, aspects[i].key) == 0;
        if (!known)
            return rp_fail(err, RP_EPARSE, "an outcome has no '%s'", key);
        if (strcmp(key, "verdict") == 0 &&
            (!json_is_string(value) ||
             pf_verdict_parse(json_string_value(value), &v, err) != RP_OK))
            return rp_fail(err, RP_EPARSE, "'verdict' is pass, warn or info");
    }
    return check_status(json_object_get(o, "status"), err);
}

static rp_code check_args(const json_t *args, rp_err *err)
{
    const json_t *list = json_object_get(args, "any_of");
    rp_code rc = check_status(json_object_get(args, "status"), err);

    for (size_t i = 0; rc == RP_OK && i < json_array_size(list); i++)
        rc = check_outcome(json_array_get(list, i), err);
    return rc;
}

static const pf_arg args_known[] = {
    {"call", PF_ARG_TEXT, false},      {"status", PF_ARG_ANY, false},
    {"message", PF_ARG_ANY, false},    {"details", PF_ARG_ANY, false},
    {"initial", PF_ARG_MAP, false},    {"trailers", PF_ARG_MAP, false},
    {"messages", PF_ARG_ANY, false},   {"within", PF_ARG_DURATION, false},
    {"after", PF_ARG_DURATION, false}, {"any_of", PF_ARG_LIST, false},
    {"http", PF_ARG_COUNT, false},     {"trailers_only", PF_ARG_SWITCH, false},
    {"from", PF_ARG_TEXT, false},      {"save", PF_ARG_TEXT, false},
    {NULL, PF_ARG_ANY, false},
};

const pf_step PF_STEP_expect = {
    .verb = "expect",
    .drivers = PF_DRIVER_CALL,
    .args = args_known,
    .check = check_args,
    .run = run,
    .late = late,
};
