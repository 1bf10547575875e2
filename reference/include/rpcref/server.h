/* server.h - serving RPCs, as events.
 *
 * The mirror of call.h: a handler is started for each call, asks for messages
 * when it wants them, sends while there is room, and finishes with a status.
 *
 * Threads: the runtime's loop thread.
 * Spec: grpc/grpc doc/PROTOCOL-HTTP2.md. */
#ifndef RPCREF_SERVER_H
#define RPCREF_SERVER_H

#include <rpcref/compression.h>
#include <rpcref/credentials.h>
#include <rpcref/metadata.h>
#include <rpcref/observer.h>
#include <rpcref/runtime.h>
#include <rpcref/status.h>
#include <rpcref/time.h>

typedef struct rp_server rp_server;
typedef struct rp_server_call rp_server_call;

/* What is borrowed lasts as long as the event. Any may be NULL. */
typedef struct rp_server_call_events {
    void (*on_message)(rp_server_call *call, rp_slice message, bool packed,
                       void *user_data);
    /* The client has half-closed and every message has been handed out. */
    void (*on_half_close)(rp_server_call *call, void *user_data);
    /* All messages sent so far are on their way: send more. */
    void (*on_sent)(rp_server_call *call, void *user_data);
    /* Last, once: the call is over. `cancelled`: not by the handler but by
     * the client, the deadline, the connection or the server's stop. The call
     * is gone afterwards. */
    void (*on_done)(rp_server_call *call, bool cancelled, void *user_data);
} rp_server_call_events;

/* How a method is served. Without request_streaming exactly one message is
 * demanded and handed out, once the client has half-closed. */
typedef struct rp_method_handler {
    bool request_streaming;
    bool response_streaming;
    /* Takes the call: must call rp_server_call_set_events() before returning,
     * or finish it. */
    void (*start)(rp_server_call *call, void *user_data);
    void *user_data;
} rp_method_handler;

/* Finds the handler of "/service/method"; false when it has none. */
typedef bool (*rp_handler_lookup)(void *user_data, const char *method,
                                  rp_method_handler *out);

/* Zeroed members take the default in parentheses. */
typedef struct rp_server_opts {
    uint32_t max_concurrent_streams; /* of one connection (no limit) */
    uint32_t max_concurrent_rpcs;    /* of the server (no limit): more get
                                        RESOURCE_EXHAUSTED */
    size_t max_receive;              /* octets of a message (4 MiB) */
    size_t max_metadata;             /* octets of a header list (16 KiB) */
    uint32_t stream_window;          /* octets (65535) */
    rp_compression compression;      /* of responses (identity) */
    uint32_t max_ping_strikes;       /* PINGs without calls or data (2) */
    const rp_observer *observer;     /* copied */
} rp_server_opts;

/* *out  owned, given back with rp_server_free(). */
rp_code rp_server_new(rp_runtime *rt, const rp_server_opts *opts,
                      rp_server **out, rp_err *err);

/* Adds a place where methods are looked up; asked in the order added. */
void rp_server_add_lookup(rp_server *s, rp_handler_lookup fn, void *user_data);

/* Listens on "HOST:PORT" (a number; port 0: any) or "unix:PATH", with TLS
 * when credentials are given (shared). *port  what was bound.
 * Errors: RP_EINVAL for an address that does not parse, RP_EBUSY when it is
 * taken, RP_EIO. */
rp_code rp_server_add_port(rp_server *s, const char *address,
                           rp_credentials *credentials, int *port, rp_err *err);

/* Refuses new connections and calls at once (GOAWAY), lets running calls go
 * on for `grace`, then cancels them. `stopped` is called once, from the loop,
 * when the last connection is gone. Called again: an earlier grace is
 * shortened, never lengthened, and `stopped` is not kept. */
void rp_server_stop(rp_server *s, rp_nanos grace, rp_task_fn stopped,
                    void *arg);

/* After `stopped`. NULL is allowed. */
void rp_server_free(rp_server *s);

/* Calls running now. */
size_t rp_server_calls(const rp_server *s);

/* --- of one call ---------------------------------------------------------- */

void rp_server_call_set_events(rp_server_call *call,
                               const rp_server_call_events *events,
                               void *user_data);
const char *rp_server_call_method(const rp_server_call *call);
const rp_metadata *rp_server_call_metadata(const rp_server_call *call);
/* What is left of the deadline, not negative; RP_FOREVER: none. */
rp_nanos rp_server_call_time_left(const rp_server_call *call);
/* "ipv4:..." and so on. */
const char *rp_server_call_peer(const rp_server_call *call);
/* The common name of the client's certificate, or NULL. */
const char *rp_server_call_identity(const rp_server_call *call);
/* What the client sends its messages in. */
rp_compression rp_server_call_request_compression(const rp_server_call *call);
rp_runtime *rp_server_call_runtime(const rp_server_call *call);

/* Asks for one more message. */
void rp_server_call_receive(rp_server_call *call);

/* The coding of responses, when the client accepts it; identity otherwise.
 * Errors: RP_ESTATE after the headers have been sent. */
rp_code rp_server_call_set_compression(rp_server_call *call,
                                       rp_compression coding, rp_err *err);

/* Sends the response headers now. `md` may be NULL.
 * Errors: RP_ESTATE when they have been sent. */
rp_code rp_server_call_send_initial(rp_server_call *call, const rp_metadata *md,
                                    rp_err *err);

/* Sends a message, with the headers before the first. `plain`: not compressed
 * although the response is. Errors: RP_ESTATE after finish. */
rp_code rp_server_call_send(rp_server_call *call, rp_slice message, bool plain,
                            rp_err *err);

/* Whether octets sent are still waiting for room; on_sent will come. */
bool rp_server_call_is_blocked(const rp_server_call *call);

/* Ends the call; without headers before it, as Trailers-Only. Both may be
 * NULL (OK, no metadata). on_done follows from the loop.
 * Errors: RP_ESTATE when it has been finished. */
rp_code rp_server_call_finish(rp_server_call *call, const rp_status *status,
                              const rp_metadata *trailing, rp_err *err);

/* The same with a code and a formatted message. */
void rp_server_call_fail(rp_server_call *call, rp_status_code code,
                         const char *fmt, ...) RP_PRINTF(3, 4);

/* Ends the call with CANCELLED, as RpcContext.cancel() does. */
void rp_server_call_cancel(rp_server_call *call);

#endif
