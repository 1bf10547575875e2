/* credentials.h - what a secure channel or port proves and demands.
 *
 * TLS 1.2 or later with ALPN "h2"; the peer's certificate is always checked.
 *
 * Threads: constant after creation; any thread may share them.
 * Spec: PROTOCOL-HTTP2.md "Security", RFC 9113 section 9.2. */
#ifndef RPCREF_CREDENTIALS_H
#define RPCREF_CREDENTIALS_H

#include <rpcref/error.h>
#include <stdbool.h>

typedef struct rp_credentials rp_credentials;

/* Paths of PEM files. Zeroed members are left out. */
typedef struct rp_tls_opts {
    const char *roots_file; /* whom to trust; NULL: the system's roots */
    const char *cert_file;  /* own chain: needed by a server */
    const char *key_file;
    bool require_client_cert;  /* server: demand one, signed by the roots */
    bool insecure_skip_verify; /* client: accept any certificate */
} rp_tls_opts;

/* Errors: RP_EINVAL when a server lacks certificate or key; RP_ETLS when a
 * file cannot be read or does not fit, naming it. */
rp_code rp_credentials_new_client(const rp_tls_opts *opts, rp_credentials **out,
                                  rp_err *err);
rp_code rp_credentials_new_server(const rp_tls_opts *opts, rp_credentials **out,
                                  rp_err *err);

/* Shares; the last rp_credentials_unref() frees. NULL is allowed. */
rp_credentials *rp_credentials_ref(rp_credentials *c);
void rp_credentials_unref(rp_credentials *c);

#endif
