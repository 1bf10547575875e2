/* transport.h - an ordered stream of octets to a peer: TCP or a Unix socket,
 * with or without TLS.
 *
 * Threads: the loop's. */
#ifndef REFERENCE_IO_TRANSPORT_H
#define REFERENCE_IO_TRANSPORT_H

#include "reference/io/address.h"
#include <rpcref/credentials.h>
#include <rpcref/runtime.h>
#include <rpcref/slice.h>

typedef struct rp_transport rp_transport;

/* on_open comes once, when octets may be written (after the TLS handshake);
 * on_close once, last, also when the connection was never made, after which
 * the transport is gone. `why` is a sentence. */
typedef struct rp_transport_events {
    void (*on_open)(void *user_data);
    void (*on_read)(void *user_data, rp_slice octets);
    void (*on_drained)(
        void *user_data); /* all written octets are on their way */
    void (*on_close)(void *user_data, const char *why);
} rp_transport_events;

typedef struct rp_transport_opts {
    rp_runtime *runtime;
    rp_credentials *credentials; /* borrowed; NULL: no TLS */
    const char *server_name;     /* client with TLS: whom to expect */
    const rp_transport_events *events;
    void *user_data;
} rp_transport_opts;

/* Begins to connect; the outcome comes as an event, never from inside. */
rp_transport *rp_transport_connect(const rp_transport_opts *opts,
                                   const rp_address *address);

/* Takes a connection off a listening uv_stream_t (passed as void *). NULL
 * when there is none after all. Its events come after rp_transport_begin(),
 * on_open perhaps from inside it. */
rp_transport *rp_transport_accept(const rp_transport_opts *opts,
                                  void *listener);
void rp_transport_begin(rp_transport *t);

/* Sends; the octets of *octets are taken, it is left empty. */
void rp_transport_write_take(rp_transport *t, rp_buf *octets);

/* Octets handed over and not yet taken by the system. */
size_t rp_transport_queued(const rp_transport *t);

/* Sends what is queued, then closes; on_close follows. Idempotent. */
void rp_transport_close(rp_transport *t);

/* Ends at once; on_close follows, from the loop. */
void rp_transport_abort(rp_transport *t);

/* "ipv4:1.2.3.4:5", "ipv6:[::1]:5", "unix:path"; "" before it is known. */
const char *rp_transport_peer(const rp_transport *t);

/* The subject common name of the peer's verified certificate, or NULL. */
const char *rp_transport_identity(const rp_transport *t);

#endif
