/* runtime.h - the event loop that channels and servers live on.
 *
 * A runtime either owns a thread with a libuv loop, or adopts the loop of its
 * host, which the host runs. Channels, calls and servers are touched on the
 * loop's thread only; rp_runtime_post() brings work there from any other.
 *
 * Threads: rp_runtime_post() and rp_runtime_on_thread() from any; the rest
 * where said. */
#ifndef RPCREF_RUNTIME_H
#define RPCREF_RUNTIME_H

#include <rpcref/error.h>
#include <stdbool.h>

struct uv_loop_s;

typedef struct rp_runtime rp_runtime;
typedef void (*rp_task_fn)(void *arg);

/* Starts a thread with a loop of its own.
 * *out  owned, given back with rp_runtime_free().
 * Errors: RP_EIO when no thread or loop can be had. */
rp_code rp_runtime_new(rp_runtime **out, rp_err *err);

/* Uses a loop that the caller runs on its own thread, and that must outlive
 * the runtime. Call it on that thread. */
rp_code rp_runtime_adopt(struct uv_loop_s *loop, rp_runtime **out, rp_err *err);

/* Ends the runtime. Everything on it must have been freed. Of an owned
 * thread: waits for it, and must not be called on it. Of an adopted loop: the
 * loop must be run once more by its host to let its handles go. NULL is
 * allowed. */
void rp_runtime_free(rp_runtime *rt);

/* Runs fn(arg) on the loop's thread, later, in the order posted. */
void rp_runtime_post(rp_runtime *rt, rp_task_fn fn, void *arg);

/* Runs fn(arg) on the loop's thread and waits until it has returned; at once
 * when that is the caller's thread. */
void rp_runtime_run(rp_runtime *rt, rp_task_fn fn, void *arg);

bool rp_runtime_on_thread(const rp_runtime *rt);

/* The loop beneath, for those who bring handles of their own. */
struct uv_loop_s *rp_runtime_loop(rp_runtime *rt);

#endif
