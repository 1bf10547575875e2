/* case.h - cases: YAML files, checked and expanded over their variations.
 *
 * cases/README.md describes the language. Everything is checked before the
 * first case runs.
 *
 * Threads: one at a time; constant once loaded. */
#ifndef HARNESS_CASE_CASE_H
#define HARNESS_CASE_CASE_H

#include "harness/case/catalogue.h"
#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <rpcref/time.h>
#include <stdbool.h>
#include <stddef.h>

/* What plays the harness's side: bits, so that a step can belong to several. */
typedef enum pf_driver {
    PF_DRIVER_CALL = 1, /* the reference client */
    PF_DRIVER_WIRE = 2, /* frames by hand */
    PF_DRIVER_ALL = 3,
} pf_driver;

/* One case with one choice of its variations. */
typedef struct pf_case {
    char *id;
    const char *title; /* these borrow from `doc` */
    const char *level;
    const char *impact; /* peer, security or tolerance; NULL: not stated */
    const json_t *cites;
    const json_t *needs; /* arrays or NULL */
    const json_t *tags;
    const json_t *aliases;
    pf_driver driver;
    bool alone;
    rp_nanos timeout;
    json_t *doc;   /* owned: the whole file */
    json_t *steps; /* owned: placeholders of axes and lets filled in */
} pf_case;

typedef struct pf_suite {
    pf_case *cases; /* by id of the file, then in the order of the matrix */
    size_t count, cap;
    size_t files;
} pf_suite;

typedef struct pf_suite_opts {
    const char *dir;               /* NULL: the cases built in */
    const pf_catalogue *catalogue; /* of the requirements cited */
    bool exhaustive;               /* full products, see matrix.h */
} pf_suite_opts;

/* *out  owned, pf_suite_free(). Errors: RP_EPARSE or RP_EIO, with file, line
 * and column. */
rp_code pf_suite_load(const pf_suite_opts *opts, pf_suite **out, rp_err *err);
/* NULL is allowed. */
void pf_suite_free(pf_suite *s);

/* Adds the cases of one file; `path` is relative to the folder of cases.
 * Errors: RP_EPARSE. */
rp_code pf_suite_add(pf_suite *s, const pf_suite_opts *opts, const char *path,
                     rp_slice text, rp_err *err);

/* Frees what a case holds. */
void pf_case_clear(pf_case *c);

#endif
