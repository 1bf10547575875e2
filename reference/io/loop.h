/* loop.h - the inside of a runtime. */
#ifndef REFERENCE_IO_LOOP_H
#define REFERENCE_IO_LOOP_H

#include <rpcref/runtime.h>
#include <rpcref/time.h>

/* A timer that calls once. Owned; freeing it inside its callback is fine. */
typedef struct rp_timer rp_timer;

rp_timer *rp_timer_new(rp_runtime *rt, rp_task_fn fn, void *arg);
/* Calls `after` nanoseconds from now, in place of an earlier setting. */
void rp_timer_set(rp_timer *t, rp_nanos after);
void rp_timer_stop(rp_timer *t);
/* NULL is allowed; it never calls again. */
void rp_timer_free(rp_timer *t);

#endif
