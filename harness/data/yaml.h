/* yaml.h - YAML text as a tree of JSON values that knows its lines.
 *
 * A strict subset, so that a case means the same to everyone: no anchors,
 * tags, merge keys, duplicate keys or second documents, and no bare words that
 * YAML 1.1 takes for booleans.
 *
 * Threads: one at a time for each document. */
#ifndef HARNESS_DATA_YAML_H
#define HARNESS_DATA_YAML_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>

typedef struct pf_yaml pf_yaml;

/* Parses one document. `name` is said in errors. *out  owned.
 * Errors: RP_EPARSE, as "name:line:column: what is wrong". */
rp_code pf_yaml_parse(const char *name, rp_slice text, pf_yaml **out,
                      rp_err *err);
/* NULL is allowed; the tree goes with it unless referenced. */
void pf_yaml_free(pf_yaml *y);

json_t *pf_yaml_root(const pf_yaml *y);

/* Fails with RP_EPARSE and the place of a node of the tree before the
 * sentence. */
rp_code pf_yaml_fail(const pf_yaml *y, const json_t *node, rp_err *err,
                     const char *fmt, ...) RP_PRINTF(4, 5);

#endif
