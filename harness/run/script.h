/* script.h - one case being run: its steps, its calls, its verdict.
 *
 * Threads: the engine's. */
#ifndef HARNESS_RUN_SCRIPT_H
#define HARNESS_RUN_SCRIPT_H

#include "harness/case/case.h"
#include "harness/run/target.h"
#include "reports/result.h"
#include <rpcref/slice.h>
#include <rpcref/time.h>

typedef struct pf_script pf_script;
typedef struct pf_call pf_call;

/* Begins a case; `done` comes once, from the loop. The script is the caller's
 * to free, after that. */
pf_script *pf_script_start(const pf_case *c, pf_target *target,
                           double time_scale,
                           void (*done)(pf_script *s, void *user_data),
                           void *user_data);
void pf_script_free(pf_script *s);

/* What came of it; borrowed. */
const pf_case *pf_script_case(const pf_script *s);
bool pf_script_passed(const pf_script *s);
/* An outcome of `any_of` may lower or raise it; PF_VERDICT_COUNT: none did. */
pf_verdict pf_script_graded(const pf_script *s);
const char *pf_script_expected_text(pf_script *s);
const char *pf_script_actual_text(pf_script *s);
const char *pf_script_why(pf_script *s);
bool pf_script_is_error(const pf_script *s);
rp_nanos pf_script_elapsed(const pf_script *s);
size_t pf_script_step_number(const pf_script *s);

/* --- for steps ------------------------------------------------------------ */

pf_target *pf_script_target(pf_script *s);
/* Something happened: steps are tried again soon. */
void pf_script_wake(pf_script *s);
/* The call named in args ("c" when none is), as the present branch sees it;
 * NULL after telling so. */
pf_call *pf_script_call(pf_script *s, const json_t *args);
/* Names a call (NULL: "c") from here on; the script's now. */
void pf_script_add_call(pf_script *s, const char *name, pf_call *call);
/* Since the present step began, and a duration scaled for slow machines. */
rp_nanos pf_script_step_age(const pf_script *s);
rp_nanos pf_script_scaled(const pf_script *s, const json_t *duration);
/* Tries again after so long at the latest. */
void pf_script_alarm(pf_script *s, rp_nanos after);
/* Empty buffers for what was expected and what was seen. */
rp_buf *pf_script_expected(pf_script *s);
rp_buf *pf_script_actual(pf_script *s);
/* Passed, but as `v`; of several the worst counts. */
void pf_script_grade(pf_script *s, pf_verdict v, const char *why);
/* The harness cannot judge: verdict error. */
void pf_script_break(pf_script *s, const char *why);

/* Keeps a value (taken) under a name, for `check`. */
void pf_script_save(pf_script *s, const char *name, json_t *value);
/* What was kept; NULL: nothing. Borrowed. */
const json_t *pf_script_saved(const pf_script *s, const char *name);

/* The present step has steps within: runs them `times` over before it goes on,
 * the placeholder `as` (NULL: none) standing for the round. */
void pf_script_repeat(pf_script *s, const json_t *steps, size_t times,
                      const char *as);
/* Begins a branch beside the present one, with more placeholders (NULL: no
 * more), and how many of those begun by the present step are left. */
void pf_script_spawn(pf_script *s, const json_t *steps, const json_t *names);
size_t pf_script_branches_left(const pf_script *s);
/* Arrives at a barrier (once for each step) and says whether all `of` are
 * there. */
bool pf_script_meet(pf_script *s, const char *barrier, size_t of, bool again);

#endif
