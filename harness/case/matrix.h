/* matrix.h - which combinations of its axes a case is run for.
 *
 * Threads: any. */
#ifndef HARNESS_CASE_MATRIX_H
#define HARNESS_CASE_MATRIX_H

#include <jansson.h>
#include <rpcref/error.h>
#include <stdbool.h>
#include <stddef.h>

/* Larger products are refused. */
enum { PF_MATRIX_MAX = 20000 };

/* From three axes and more combinations than this on, only as many are taken
 * as bring each pair of values together at least once. */
enum { PF_MATRIX_PAIRWISE_ABOVE = 32 };

/* The combinations of `vary` ({axis: [values]}, NULL: no axis) without those
 * that `exclude` (a list of {axis: value or [values]}, or NULL) leaves out: an
 * array of {axis: value}, in the order of the file, the last axis changing
 * first. Without axes it holds one empty object. `exhaustive`: all of them.
 * *out  a new reference. Errors: RP_ELIMIT above PF_MATRIX_MAX. */
rp_code pf_matrix_expand(const json_t *vary, const json_t *exclude,
                         bool exhaustive, json_t **out, rp_err *err);

/* Whether `names` has for every axis of `wanted` its value, or one of its
 * list. */
bool pf_matrix_fits(const json_t *wanted, const json_t *names);

#endif
