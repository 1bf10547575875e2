#include "reference/io/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <rpcref/mem.h>
#include <stdatomic.h>
#include <string.h>

enum { CHUNK = 16 * 1024 };

struct rp_credentials {
    SSL_CTX *ctx;
    bool server;
    bool skip_verify;
    atomic_int refs;
};

struct rp_tls {
    SSL *ssl;
    BIO *in;  /* owned by ssl */
    BIO *out; /* owned by ssl */
    bool server;
    bool ready;
    char *identity;
};

static const unsigned char alpn_h2[] = {2, 'h', '2'};

static const char *tls_reason(void)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

    return reason != NULL ? reason : "unknown reason";
}

static int select_alpn(SSL *ssl, const unsigned char **out,
                       unsigned char *out_len, const unsigned char *in,
                       unsigned in_len, void *arg)
{
    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len,
                              alpn_h2, sizeof(alpn_h2), in,
                              in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

static rp_code load_roots(SSL_CTX *ctx, const char *file, rp_err *err)
{
    if (file == NULL) {
        SSL_CTX_set_default_verify_paths(ctx);
        return RP_OK;
    }
    if (SSL_CTX_load_verify_file(ctx, file) != 1)
        return rp_fail(err, RP_ETLS, "%s: no certificates to trust: %s", file,
                       tls_reason());
    return RP_OK;
}

static rp_code load_own(SSL_CTX *ctx, const rp_tls_opts *opts, rp_err *err)
{
    if (opts->cert_file == NULL)
        return RP_OK;
    if (SSL_CTX_use_certificate_chain_file(ctx, opts->cert_file) != 1)
        return rp_fail(err, RP_ETLS, "%s: no certificate chain: %s",
                       opts->cert_file, tls_reason());
    if (opts->key_file == NULL ||
        SSL_CTX_use_PrivateKey_file(ctx, opts->key_file, SSL_FILETYPE_PEM) != 1)
        return rp_fail(err, RP_ETLS, "%s: no private key that fits: %s",
                       opts->key_file ? opts->key_file : "(none)",
                       tls_reason());
    return RP_OK;
}

static rp_code credentials_fill(rp_credentials *c, const rp_tls_opts *opts,
                                rp_err *err)
{
    rp_code rc = load_own(c->ctx, opts, err);

    SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION);
    /* of TLS 1.2 only what RFC 9113 appendix A leaves */
    SSL_CTX_set_cipher_list(c->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
    if (rc == RP_OK && (!c->server || opts->roots_file != NULL))
        rc = load_roots(c->ctx, opts->roots_file, err);
    if (c->server) {
        SSL_CTX_set_alpn_select_cb(c->ctx, select_alpn, NULL);
        if (opts->require_client_cert)
            SSL_CTX_set_verify(
                c->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                NULL);
    } else {
        SSL_CTX_set_alpn_protos(c->ctx, alpn_h2, sizeof(alpn_h2));
        SSL_CTX_set_verify(c->ctx,
                           opts->insecure_skip_verify ? SSL_VERIFY_NONE
                                                      : SSL_VERIFY_PEER,
                           NULL);
    }
    return rc;
}

static rp_code credentials_new(const rp_tls_opts *opts, bool server,
                               rp_credentials **out, rp_err *err)
{
    rp_credentials *c = RP_NEW(rp_credentials);
    rp_code rc;

    *out = NULL;
    ERR_clear_error();
    c->server = server;
    c->skip_verify = opts->insecure_skip_verify;
    atomic_init(&c->refs, 1);
    c->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    if (c->ctx == NULL)
        rc = rp_fail(err, RP_ETLS, "no TLS: %s", tls_reason());
    else
        rc = credentials_fill(c, opts, err);
    if (rc == RP_OK)
        *out = c;
    else
        rp_credentials_unref(c);
    return rc;
}

rp_code rp_credentials_new_client(const rp_tls_opts *opts, rp_credentials **out,
                                  rp_err *err)
{
    return credentials_new(opts, false, out, err);
}

rp_code rp_credentials_new_server(const rp_tls_opts *opts, rp_credentials **out,
                                  rp_err *err)
{
    if (opts->cert_file == NULL || opts->key_file == NULL) {
        *out = NULL;
        return rp_fail(err, RP_EINVAL,
                       "a TLS server needs a certificate and its key");
    }
    return credentials_new(opts, true, out, err);
}

rp_credentials *rp_credentials_ref(rp_credentials *c)
{
    if (c != NULL)
        atomic_fetch_add(&c->refs, 1);
    return c;
}

void rp_credentials_unref(rp_credentials *c)
{
    if (c == NULL || atomic_fetch_sub(&c->refs, 1) > 1)
        return;
    SSL_CTX_free(c->ctx);
    rp_mem_free(c);
}

static bool is_number(const char *host)
{
    unsigned char octets[16];

    return inet_pton(AF_INET, host, octets) == 1 ||
           inet_pton(AF_INET6, host, octets) == 1;
}

static void expect_name(rp_tls *t, const char *name)
{
    if (name == NULL)
        return;
    if (is_number(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), name);
    } else {
        SSL_set_tlsext_host_name(t->ssl, name);
        SSL_set1_host(t->ssl, name);
    }
}

rp_tls *rp_tls_new(rp_credentials *c, const char *server_name)
{
    rp_tls *t = RP_NEW(rp_tls);

    t->ssl = SSL_new(c->ctx);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    SSL_set_bio(t->ssl, t->in, t->out);
    t->server = c->server;
    if (c->server) {
        SSL_set_accept_state(t->ssl);
    } else {
        SSL_set_connect_state(t->ssl);
        if (!c->skip_verify)
            expect_name(t, server_name);
        else if (server_name != NULL && !is_number(server_name))
            SSL_set_tlsext_host_name(t->ssl, server_name);
        ERR_clear_error();
        SSL_do_handshake(t->ssl);
    }
    return t;
}

void rp_tls_free(rp_tls *t)
{
    if (t == NULL)
        return;
    SSL_free(t->ssl);
    rp_mem_free(t->identity);
    rp_mem_free(t);
}

static rp_code fail_tls(const rp_tls *t, rp_err *err)
{
    long verify = SSL_get_verify_result(t->ssl);

    if (!t->server && verify != X509_V_OK)
        return rp_fail(err, RP_ETLS, "TLS: the server's certificate: %s",
                       X509_verify_cert_error_string(verify));
    return rp_fail(err, RP_ETLS, "TLS: %s", tls_reason());
}

static void note_identity(rp_tls *t)
{
    X509 *cert = SSL_get1_peer_certificate(t->ssl);
    char name[256];

    if (cert == NULL)
        return;
    if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName,
                                  name, sizeof(name)) > 0)
        t->identity = rp_mem_dup_str(name);
    X509_free(cert);
}

static rp_code handshake(rp_tls *t, rp_err *err)
{
    const unsigned char *proto;
    unsigned len;
    int rc = SSL_do_handshake(t->ssl);

    if (rc != 1)
        return SSL_get_error(t->ssl, rc) == SSL_ERROR_WANT_READ
                   ? RP_OK
                   : fail_tls(t, err);
    SSL_get0_alpn_selected(t->ssl, &proto, &len);
    if (len != 2 || memcmp(proto, "h2", 2) != 0)
        return rp_fail(err, RP_ETLS, "TLS: the peer did not agree on ALPN h2");
    t->ready = true;
    note_identity(t);
    return RP_OK;
}

rp_code rp_tls_feed(rp_tls *t, rp_slice octets, rp_buf *plain, rp_err *err)
{
    int got;

    ERR_clear_error();
    BIO_write(t->in, octets.data, (int)octets.len);
    if (!t->ready) {
        rp_code rc = handshake(t, err);

        if (rc != RP_OK || !t->ready)
            return rc;
    }
    for (;;) {
        got = SSL_read(t->ssl, rp_buf_reserve(plain, CHUNK), CHUNK);
        if (got <= 0)
            break;
        rp_buf_commit(plain, (size_t)got);
    }
    switch (SSL_get_error(t->ssl, got)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return RP_OK;
    case SSL_ERROR_ZERO_RETURN:
        return rp_fail(err, RP_ECLOSED, "the peer closed the connection");
    default:
        return fail_tls(t, err);
    }
}

rp_code rp_tls_write(rp_tls *t, rp_buf *octets, rp_err *err)
{
    rp_slice rest = rp_buf_slice(octets);

    ERR_clear_error();
    while (rest.len > 0) {
        size_t part = rest.len < CHUNK ? rest.len : CHUNK;
        int put = SSL_write(t->ssl, rest.data, (int)part);

        if (put <= 0)
            return fail_tls(t, err);
        rest = rp_slice_sub(rest, (size_t)put, rest.len);
    }
    rp_buf_reset(octets);
    return RP_OK;
}

void rp_tls_take_output(rp_tls *t, rp_buf *out)
{
    size_t pending = BIO_ctrl_pending(t->out);

    if (pending == 0)
        return;
    BIO_read(t->out, rp_buf_reserve(out, pending), (int)pending);
    rp_buf_commit(out, pending);
}

bool rp_tls_is_ready(const rp_tls *t)
{
    return t->ready;
}

void rp_tls_close(rp_tls *t)
{
    ERR_clear_error();
    if (t->ready)
        SSL_shutdown(t->ssl);
}

const char *rp_tls_identity(const rp_tls *t)
{
    return t->identity;
}
