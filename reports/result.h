/* result.h - what came out of one case, and how many of each there are.
 *
 * A pf_result is a plain value whose strings are borrowed: from the engine
 * while it writes a line of results.ndjson, from the parsed line while a
 * report is read. NULL means "not stated" for every string and array.
 *
 * Threads: values only. */
#ifndef REPORTS_RESULT_H
#define REPORTS_RESULT_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>
#include <stddef.h>

/* Every verdict with the word the result stream uses. */
#define PF_VERDICT_MAP(X)                                                      \
    X(PF_PASS, "pass")   /* as required */                                     \
    X(PF_FAIL, "fail")   /* a breach that harms a correct peer */              \
    X(PF_WARN, "warn")   /* SHOULD, CONVENTION, or lenience */                 \
    X(PF_INFO, "info")   /* an observation; disputed points */                 \
    X(PF_SKIP, "skip")   /* the target does not offer what is needed */        \
    X(PF_ERROR, "error") /* the harness could not judge; the target died */

typedef enum pf_verdict {
#define PF_VERDICT_ENUM(name, text) name,
    PF_VERDICT_MAP(PF_VERDICT_ENUM)
#undef PF_VERDICT_ENUM
        PF_VERDICT_COUNT
} pf_verdict;

/* The word of a verdict; never NULL. */
const char *pf_verdict_name(pf_verdict v);

/* Reads such a word into *out. Errors: RP_EPARSE when it is none of them. */
rp_code pf_verdict_parse(const char *text, pf_verdict *out, rp_err *err);

/* What one case (with its variation) came to. Keys in results.ndjson are the
 * names of the members. */
typedef struct pf_result {
    const char *id; /* role/area/name[key=value,...] */
    pf_verdict verdict;
    const char *level;      /* must, should, may, convention */
    const char *title;      /* the intent, one sentence */
    json_t *requirements;   /* array of ids from fixtures/requirements.yaml */
    const char *expected;   /* what would have been accepted */
    const char *actual;     /* what was seen */
    const char *why;        /* why that is wrong, and whom it harms */
    const char *reason;     /* why it was skipped */
    const char *frame;      /* the offending frame in one line */
    double ms;              /* how long the case took */
    double started_ms;      /* when it began, from the start of the run */
    const char *transcript; /* path relative to results.ndjson */
    const char *captured;   /* the same: the target's own output */
    const char *reproduce;  /* a shell command */

    /* The expectation list (--expect, --baseline). */
    bool known;               /* an entry names this case */
    const char *known_reason; /* what the entry says */
    const char *issue;        /* its issue= */
    const char *problem;      /* the entry no longer fits: the sentence and line
                                 that repair it; fails the run */

    /* Re-runs (--repeat, --recheck): 0 runs means it ran once. */
    int runs;
    int passes;

    /* Array of {"verdict","requirement","text","frame"}: what the observer
     * saw beside the point of the case; `frame` is an index into the
     * transcript's frames. */
    json_t *findings;
} pf_result;

/* Fills *out from one "case" object of the stream; every string borrows from
 * `doc`. Errors: RP_EPARSE when id or verdict is missing or malformed. */
rp_code pf_result_read(const json_t *doc, pf_result *out, rp_err *err);

/* The "case" object of the stream, a new reference. Octets that are not UTF-8
 * come out as visible escapes. */
json_t *pf_result_json(const pf_result *r);

/* Whether this result makes the run exit 1: a fail or error (a warn too when
 * `strict`) that is not known, a known one that passed, or an entry with a
 * problem. */
bool pf_result_deviates(const pf_result *r, bool strict);

/* Whether re-runs disagreed. */
bool pf_result_flaky(const pf_result *r);

/* The first two parts of an id: "server" and "status" of
 * "server/status/special-message[type=unary]". Empty when there is none. */
rp_slice pf_result_role(const char *id);
rp_slice pf_result_area(const char *id);

/* Sums over results. */
typedef struct pf_counts {
    size_t total;
    size_t by[PF_VERDICT_COUNT];
    size_t known;     /* on the expectation list, and failing as listed */
    size_t deviating; /* pf_result_deviates(), not strict */
    size_t flaky;
} pf_counts;

void pf_counts_add(pf_counts *c, const pf_result *r);

#endif
