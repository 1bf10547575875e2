/* lifecycle.h - a target that the harness starts itself: the embedded
 * reference server, or a command.
 *
 * Threads: the engine's. */
#ifndef HARNESS_DRIVERS_LIFECYCLE_H
#define HARNESS_DRIVERS_LIFECYCLE_H

#include <rpcref/runtime.h>
#include <uv.h>

typedef struct pf_lifecycle pf_lifecycle;

/* Starts the reference server on the loop, on any port of 127.0.0.1.
 * *address  the caller frees it with rp_mem_free(). */
rp_code pf_lifecycle_embedded(rp_runtime *rt, pf_lifecycle **out,
                              char **address, rp_err *err);

/* Starts a command in a process group of its own, with "{port}" replaced by a
 * free port, and waits until it accepts connections there.
 * Errors: RP_EIO when it cannot be started, ends, or does not listen in
 * 20 s. */
rp_code pf_lifecycle_spawn(uv_loop_t *loop, char **command, pf_lifecycle **out,
                           char **address, rp_err *err);

/* Stops it (SIGTERM, then SIGKILL after 5 s) and frees; NULL is allowed. Runs
 * the loop until it is gone. */
void pf_lifecycle_stop(uv_loop_t *loop, pf_lifecycle *l);

/* Whether the command has ended by itself. */
bool pf_lifecycle_is_dead(const pf_lifecycle *l);

/* The same, asked after a failure: waits a moment for a process that is just
 * dying, and sees one that has not been reaped. */
bool pf_lifecycle_has_died(const pf_lifecycle *l);

#endif
