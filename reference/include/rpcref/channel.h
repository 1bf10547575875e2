/* channel.h - a client's way to one target, and the state it is in.
 *
 * A channel connects when the first call needs it or when asked to, tries the
 * resolved addresses in order, uses one HTTP/2 connection for all calls, and
 * connects again with backoff.
 *
 * Threads: the runtime's loop thread (see runtime.h).
 * Spec: grpc/grpc doc/connectivity-semantics-and-api.md,
 * doc/connection-backoff.md. */
#ifndef RPCREF_CHANNEL_H
#define RPCREF_CHANNEL_H

#include <rpcref/compression.h>
#include <rpcref/credentials.h>
#include <rpcref/observer.h>
#include <rpcref/runtime.h>
#include <rpcref/time.h>

typedef struct rp_channel rp_channel;

typedef enum rp_connectivity {
    RP_CONNECTIVITY_IDLE,
    RP_CONNECTIVITY_CONNECTING,
    RP_CONNECTIVITY_READY,
    RP_CONNECTIVITY_TRANSIENT_FAILURE,
    RP_CONNECTIVITY_SHUTDOWN,
} rp_connectivity;

/* "IDLE" and so on. */
const char *rp_connectivity_name(rp_connectivity state);

/* Zeroed members take the default in parentheses. Strings are copied. */
typedef struct rp_channel_opts {
    rp_credentials *credentials; /* shared; NULL: plaintext */
    const char *authority;       /* (the target) also the TLS server name */
    const char *user_agent;      /* put before the library's own */
    rp_compression compression;  /* of requests (identity) */
    size_t max_receive;          /* octets of a message (4 MiB) */
    size_t max_send;             /* octets of a message (no limit) */
    size_t max_metadata;         /* octets of a header list (16 KiB) */
    uint32_t stream_window;      /* octets (65535) */
    rp_nanos backoff_initial;    /* (1 s) */
    rp_nanos backoff_max;        /* (120 s) */
    rp_nanos connect_timeout;    /* of one attempt (20 s) */
    const rp_observer *observer; /* copied */
} rp_channel_opts;

/* An IDLE channel; nothing is connected yet.
 * *out  owned, given back with rp_channel_close() and rp_channel_unref().
 * Errors: RP_EINVAL when the target does not parse. */
rp_code rp_channel_new(rp_runtime *rt, const char *target,
                       const rp_channel_opts *opts, rp_channel **out,
                       rp_err *err);

rp_connectivity rp_channel_state(const rp_channel *ch);

/* Leaves IDLE, as if a call had come. */
void rp_channel_connect(rp_channel *ch);

/* Calls cb with the present state from the loop, then at each change, in
 * order. One watcher; NULL ends it. */
typedef void (*rp_channel_watch_fn)(rp_connectivity state, void *user_data);
void rp_channel_watch(rp_channel *ch, rp_channel_watch_fn cb, void *user_data);

/* Why the last attempt to connect failed; "" when none has. Borrowed until
 * the next event. */
const char *rp_channel_why(const rp_channel *ch);

/* Ends all calls with CANCELLED and the connection; SHUTDOWN for good.
 * Idempotent. */
void rp_channel_close(rp_channel *ch);

/* The last reference closes. NULL is allowed. */
void rp_channel_unref(rp_channel *ch);

#endif
