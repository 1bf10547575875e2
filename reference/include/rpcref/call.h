/* call.h - one RPC, from the client's side, as events.
 *
 * Messages are sent when the transport has room (`on_sent` asks for more) and
 * received only when asked for with rp_call_receive(), so neither side has to
 * hold more than it wants.
 *
 * Threads: the channel's loop thread. Events never come from inside the
 * function that causes them. A call lives until rp_call_unref(); it may be
 * given up at any time and then ends by itself.
 * Spec: grpc/grpc doc/PROTOCOL-HTTP2.md. */
#ifndef RPCREF_CALL_H
#define RPCREF_CALL_H

#include <rpcref/channel.h>
#include <rpcref/metadata.h>
#include <rpcref/status.h>

typedef struct rp_call rp_call;

/* What is borrowed lasts as long as the event. Any may be NULL. */
typedef struct rp_call_events {
    /* The response headers have come (not with Trailers-Only). */
    void (*on_initial)(rp_call *call, const rp_metadata *md, void *user_data);
    /* The message asked for. `packed`: it travelled compressed. */
    void (*on_message)(rp_call *call, rp_slice message, bool packed,
                       void *user_data);
    /* All messages sent so far are on their way: send more. */
    void (*on_sent)(rp_call *call, void *user_data);
    /* The end, once, last, after all messages that were asked for. */
    void (*on_done)(rp_call *call, const rp_status *status,
                    const rp_metadata *trailing, void *user_data);
} rp_call_events;

typedef struct rp_call_opts {
    const char *method;           /* "/package.Service/Method" */
    rp_nanos timeout;             /* from now; 0: no deadline */
    const rp_metadata *metadata;  /* NULL: none */
    bool wait_for_ready;          /* wait through TRANSIENT_FAILURE */
    rp_compression compression;   /* RP_COMPRESSION_DEFAULT: the channel's */
    const char *authority;        /* NULL: the channel's */
    size_t max_receive;           /* 0: the channel's */
    bool single_response;         /* unary response: exactly one with OK */
    const rp_call_events *events; /* kept until on_done */
    void *user_data;
} rp_call_opts;

/* Starts a call. *out  owned, given back with rp_call_unref().
 * Errors: RP_EINVAL for a method that is no path; RP_ECLOSED when the channel
 * is closed. All later trouble is the status. */
rp_code rp_call_start(rp_channel *ch, const rp_call_opts *opts, rp_call **out,
                      rp_err *err);

/* Sends one message. `plain`: not compressed although the call is.
 * Errors: RP_ESTATE after half-close; RP_ELIMIT above the channel's max_send
 * (the call then ends with RESOURCE_EXHAUSTED). A call that is over takes and
 * forgets it. */
rp_code rp_call_send(rp_call *call, rp_slice message, bool plain, rp_err *err);

/* No more messages will be sent. Idempotent. */
void rp_call_half_close(rp_call *call);

/* Asks for one more message. */
void rp_call_receive(rp_call *call);

/* Ends with CANCELLED; nothing when it is over. */
void rp_call_cancel(rp_call *call);

/* Facts of the wire, for reports; valid from on_done on. */
typedef struct rp_call_facts {
    bool trailers_only;
    int http_status; /* 0: no headers came */
    bool was_reset;  /* RST_STREAM came */
    uint32_t reset_code;
    uint32_t stream_id;     /* 0: never on the wire */
    uint64_t connection_id; /* as the observer counts; 0: none */
    bool local;             /* the status was made on this side */
    size_t messages;        /* received and handed out */
} rp_call_facts;
void rp_call_get_facts(const rp_call *call, rp_call_facts *out);

/* "ipv4:...": whom the call went to; "" when to nobody. */
const char *rp_call_peer(const rp_call *call);

/* Cancels a call that is still going on, without events. NULL is allowed. */
void rp_call_unref(rp_call *call);

#endif
