/* expectations.h - known failures: a list that must stay true.
 *
 * A line is `pattern | signature | reason`; the pattern is a glob over ids,
 * the signature a part of what is seen ("" fits all). An entry that matches
 * nothing, passes or fails differently fails the run.
 *
 * Threads: one at a time. */
#ifndef HARNESS_RUN_EXPECTATIONS_H
#define HARNESS_RUN_EXPECTATIONS_H

#include "reports/result.h"

typedef struct pf_expectations pf_expectations;

/* Errors: RP_ENOTFOUND, RP_EPARSE with file and line. */
rp_code pf_expectations_load(const char *path, pf_expectations **out,
                             rp_err *err);
void pf_expectations_free(pf_expectations *e);

/* Marks a result that an entry fits as known. `e` may be NULL. */
void pf_expectations_apply(pf_expectations *e, pf_result *r);

/* Appends a line for every entry that no longer holds and returns how many. */
size_t pf_expectations_stale(const pf_expectations *e, rp_buf *out);

#endif
