/* case.h - cases: YAML files, checked and expanded over their variations.
 *
 * cases/README.md describes the language. Everything is checked before the
 * first case runs.
 *
 * Threads: one at a time; constant once loaded. */
#ifndef HARNESS_CASE_CASE_H
#define HARNESS_CASE_CASE_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/time.h>
#include <stdbool.h>
#include <stddef.h>

/* One case with one choice of its variations. */
typedef struct pf_case {
    char *id;
    const char *title; /* these borrow from `doc` */
    const char *level;
    const char *impact; /* peer, security or tolerance */
    const json_t *cites;
    const json_t *needs; /* array or NULL */
    const json_t *tags;  /* array or NULL */
    bool alone;
    rp_nanos timeout;
    json_t *doc;   /* owned: the whole file */
    json_t *steps; /* owned: placeholders filled in */
} pf_case;

typedef struct pf_suite {
    pf_case *cases;
    size_t count, cap;
    size_t files;
} pf_suite;

/* Loads the cases built in, or those under `dir` when it is not NULL.
 * *out  owned, pf_suite_free(). Errors: RP_EPARSE or RP_EIO, with file, line
 * and column. */
rp_code pf_suite_load(const char *dir, pf_suite **out, rp_err *err);
void pf_suite_free(pf_suite *s);

/* Keeps the cases whose id fits one of `filters` (all when there is none) and
 * none of `excludes`; globs, where * crosses slashes and a pattern without
 * brackets stands for every variation. */
void pf_suite_select(pf_suite *s, const json_t *filters, const json_t *excludes,
                     const json_t *tags);

/* The catalogue of requirements: the entry of an id, or NULL. */
const json_t *pf_catalogue_find(const char *id);
/* Loads it once; needed before the first case. Errors: RP_EPARSE. */
rp_code pf_catalogue_load(rp_err *err);
void pf_catalogue_free(void);

/* Whether a glob fits an id, as pf_suite_select() says. */
bool pf_case_id_fits(const char *pattern, const char *id);

#endif
