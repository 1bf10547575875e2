/* select.h - which of the cases are run: globs, tags, shards.
 *
 * Threads: one at a time. */
#ifndef HARNESS_CASE_SELECT_H
#define HARNESS_CASE_SELECT_H

#include "harness/case/case.h"

/* What is wanted; zeroed members want everything. */
typedef struct pf_selection {
    const json_t *filters;  /* array of globs over ids and aliases */
    const json_t *excludes; /* the same */
    const json_t *tags;     /* array: one of them */
    unsigned shard, shards; /* part `shard` (from 1) of `shards` */
} pf_selection;

/* Drops the cases that are not wanted; the order stays. Shards cut what the
 * rest has chosen, so that together they are the whole. */
void pf_select(pf_suite *s, const pf_selection *wanted);

/* Whether a glob fits an id: * crosses slashes, and a pattern without brackets
 * stands for every variation. */
bool pf_select_id_fits(const char *pattern, const char *id);

/* Reads "I/N". Errors: RP_EINVAL. */
rp_code pf_select_parse_shard(const char *text, pf_selection *out, rp_err *err);

/* The shard that a CI system's environment names (JOB_COMPLETION_INDEX,
 * CI_NODE_INDEX and CI_NODE_TOTAL, ...); nothing is changed when there is
 * none. Errors: RP_EINVAL when the variables make no sense. */
rp_code pf_select_shard_of_environment(pf_selection *out, rp_err *err);

#endif
