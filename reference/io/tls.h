/* tls.h - TLS over octets: OpenSSL between two memory buffers, sans-I/O.
 *
 * Threads: one at a time for each session.
 * Spec: RFC 9113 section 9.2, PROTOCOL-HTTP2.md "Security". */
#ifndef REFERENCE_IO_TLS_H
#define REFERENCE_IO_TLS_H

#include <rpcref/credentials.h>
#include <rpcref/slice.h>
#include <stdbool.h>

typedef struct rp_tls rp_tls;

/* A session of the side the credentials are for. `server_name` is sent as SNI
 * (when it is a name) and compared with the certificate; client only. */
rp_tls *rp_tls_new(rp_credentials *c, const char *server_name);
void rp_tls_free(rp_tls *t);

/* Takes octets from the peer and goes on with the handshake.
 * *plain is appended to. Errors: RP_ETLS with the reason (unknown issuer,
 * expired, wrong name, no ALPN h2, ...); RP_ECLOSED at the peer's close. */
rp_code rp_tls_feed(rp_tls *t, rp_slice octets, rp_buf *plain, rp_err *err);

/* Encrypts; *octets is left empty. Before the handshake is done nothing may be
 * written. Errors: RP_ETLS. */
rp_code rp_tls_write(rp_tls *t, rp_buf *octets, rp_err *err);

/* What is to be sent to the peer; the caller takes it. */
void rp_tls_take_output(rp_tls *t, rp_buf *out);

bool rp_tls_is_ready(const rp_tls *t);

/* Writes close_notify. */
void rp_tls_close(rp_tls *t);

/* The subject common name of the peer's certificate, or NULL. */
const char *rp_tls_identity(const rp_tls *t);

#endif
