/* preflight.h - finds out what a target offers before the first case runs.
 *
 * Threads: the engine's; runs the loop. */
#ifndef HARNESS_RUN_PREFLIGHT_H
#define HARNESS_RUN_PREFLIGHT_H

#include "harness/run/target.h"
#include <uv.h>

/* Fills target->capabilities by the probes of fixtures/probes.yaml.
 * Errors: RP_EIO when the target cannot be reached or does not answer HTTP/2,
 * with the reason; RP_EPARSE for a fault in the probes. */
rp_code pf_preflight(uv_loop_t *loop, pf_target *target, double time_scale,
                     rp_err *err);

#endif
