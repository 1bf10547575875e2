/* catalogue.h - the requirements that cases cite (fixtures/requirements.yaml).
 *
 * Threads: constant once loaded. */
#ifndef HARNESS_CASE_CATALOGUE_H
#define HARNESS_CASE_CATALOGUE_H

#include <jansson.h>
#include <rpcref/error.h>

typedef struct pf_catalogue pf_catalogue;

/* Loads the catalogue that is built in. *out  owned. Errors: RP_EPARSE. */
rp_code pf_catalogue_load(pf_catalogue **out, rp_err *err);
/* NULL is allowed. */
void pf_catalogue_free(pf_catalogue *c);

/* The entry of an id, or NULL. Borrowed. */
const json_t *pf_catalogue_find(const pf_catalogue *c, const char *id);

/* All entries, in the order of the file. Borrowed. */
const json_t *pf_catalogue_entries(const pf_catalogue *c);

#endif
