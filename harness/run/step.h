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

/* What may stand as an argument. A string that holds a placeholder may stand
 * for any of them. */
typedef enum pf_arg_kind {
    PF_ARG_ANY,
    PF_ARG_TEXT,
    PF_ARG_COUNT, /* an integer, not negative */
    PF_ARG_SWITCH,
    PF_ARG_DURATION,
    PF_ARG_OCTETS,
    PF_ARG_MAP,
    PF_ARG_LIST,
    PF_ARG_STEPS,    /* a list of steps */
    PF_ARG_BRANCHES, /* a list of such lists */
} pf_arg_kind;

typedef struct pf_arg {
    const char *name;
    pf_arg_kind kind;
    bool needed;
} pf_arg;

typedef enum pf_step_result {
    PF_STEP_DONE,
    PF_STEP_WAIT, /* try again after the next event */
    PF_STEP_FAIL, /* pf_script_expected() and _actual() have been told */
} pf_step_result;

typedef struct pf_step {
    const char *verb;
    unsigned drivers;   /* pf_driver bits: verbs are found within a driver */
    const pf_arg *args; /* ended by a NULL name */
    /* More about the arguments, when a case is loaded; may be NULL.
     * Errors: RP_EPARSE. */
    rp_code (*check)(const json_t *args, rp_err *err);
    /* `again`: not the first try. A wait ends with `within` (default the
     * case's time), when `late`, if there is one, says what was missing. */
    pf_step_result (*run)(pf_script *s, const json_t *args, bool again);
    /* What to do when the time is up; NULL: failed. */
    pf_step_result (*late)(pf_script *s, const json_t *args);
} pf_step;

extern const pf_step *const pf_step_registry[];

/* The step of a verb; NULL when the driver has none. */
const pf_step *pf_step_find(pf_driver driver, const char *verb);

/* Checks one step of a case: a verb that exists, with arguments it knows and
 * of the right kind; of nested steps only that they are lists.
 * *at  the node that is wrong. Errors: RP_EPARSE. */
rp_code pf_step_check(pf_driver driver, const json_t *step, const json_t **at,
                      rp_err *err);

/* Of a step as written: its verb, and its arguments in *args; NULL when it is
 * not {verb: arguments}, beside `when` and `note`. */
const char *pf_step_verb(const json_t *step, const json_t **args);

#endif
