/* reference.h - the reference server with every service it ships: TestService,
 * health and reflection.
 *
 * Threads: the runtime's loop thread. */
#ifndef HARNESS_DRIVERS_REFERENCE_H
#define HARNESS_DRIVERS_REFERENCE_H

#include <rpcref/server.h>

typedef struct pf_reference pf_reference;

/* `opts` may be NULL. *out  owned, given back with pf_reference_free().
 * Errors: as rp_server_new(). */
rp_code pf_reference_new(rp_runtime *rt, const rp_server_opts *opts,
                         pf_reference **out, rp_err *err);

/* Borrowed: for its ports. */
rp_server *pf_reference_server(pf_reference *r);

/* As rp_server_stop(); whoever watches the health learns of it first. */
void pf_reference_stop(pf_reference *r, rp_nanos grace, rp_task_fn stopped,
                       void *arg);

/* After `stopped`, or without a connection made. NULL is allowed. */
void pf_reference_free(pf_reference *r);

#endif
