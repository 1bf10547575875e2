/* step.h - the verbs of cases: a const table each.
 *
 * Each file of harness/steps/ defines one; to add a verb, add a file. A step is
 * tried again after every event until it is done, has failed, or its time is
 * up, so no step blocks and many cases run on one thread.
 *
 * Threads: the engine's. */
#ifndef HARNESS_RUN_STEP_H
#define HARNESS_RUN_STEP_H

#include "harness/run/script.h"
#include <jansson.h>
#include <rpcref/error.h>

typedef enum pf_step_result {
    PF_STEP_DONE,
    PF_STEP_WAIT, /* try again after the next event */
    PF_STEP_FAIL, /* pf_script_expected() and _actual() have been told */
} pf_step_result;

typedef struct pf_step {
    const char *verb;
    const char *const *keys; /* arguments it knows, ended by NULL */
    /* `again`: not the first try. A wait ends with `within` (default the
     * case's time), when on_late, if there is one, says what was missing. */
    pf_step_result (*run)(pf_script *s, const json_t *args, bool again);
    /* What to do when the time is up; NULL: failed. */
    pf_step_result (*late)(pf_script *s, const json_t *args);
} pf_step;

extern const pf_step *const pf_step_registry[];

/* The step of a verb; NULL when there is none. */
const pf_step *pf_step_find(const char *verb);

/* Checks one step of a case: a verb that exists, with arguments it knows.
 * Errors: RP_EPARSE. */
rp_code pf_step_check(const json_t *step, rp_err *err);

/* Of a step as written: its verb, and its arguments in *args. */
const char *pf_step_verb(const json_t *step, const json_t **args);

#endif
