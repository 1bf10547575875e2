#include "reference/io/transport.h"

#include "reference/io/tls.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { READ_MAX = 64 * 1024 };

struct rp_transport {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } u;
    uv_connect_t connecting;
    uv_shutdown_t shutting;
    rp_runtime *rt;
    rp_transport_events events;
    void *user_data;
    rp_tls *tls;
    char peer[160];
    char why[RP_ERR_TEXT_MAX];
    bool is_open;
    bool closing;  /* no more writes */
    bool ended;    /* the handle is being closed */
    size_t queued; /* octets with libuv */
    uint8_t read_buf[READ_MAX];
};

typedef struct write_req {
    uv_write_t req;
    rp_transport *t;
    uint8_t *data;
    size_t len;
} write_req;

static void on_handle_closed(uv_handle_t *h)
{
    rp_transport *t = h->data;

    if (t->events.on_close != NULL)
        t->events.on_close(t->user_data, t->why);
    rp_tls_free(t->tls);
    rp_mem_free(t);
}

static void end(rp_transport *t, const char *why)
{
    if (t->ended)
        return;
    t->ended = true;
    t->closing = true;
    snprintf(t->why, sizeof(t->why), "%s", why);
    uv_close(&t->u.handle, on_handle_closed);
}

static void on_written(uv_write_t *req, int status)
{
    write_req *w = (write_req *)(void *)req;
    rp_transport *t = w->t;

    t->queued -= w->len;
    rp_mem_free(w->data);
    rp_mem_free(w);
    if (status < 0) {
        end(t, uv_strerror(status));
        return;
    }
    if (t->queued == 0 && !t->closing && t->events.on_drained != NULL)
        t->events.on_drained(t->user_data);
}

/* Hands octets to the system, or to libuv when it has no room. */
static void send_octets(rp_transport *t, rp_buf *octets)
{
    write_req *w;
    uv_buf_t buf = uv_buf_init((char *)octets->data, (unsigned)octets->len);

    if (octets->len == 0 || t->ended) {
        rp_buf_clear(octets);
        return;
    }
    if (t->queued == 0) {
        int put = uv_try_write(&t->u.stream, &buf, 1);

        if (put == (int)octets->len) {
            rp_buf_reset(octets);
            return;
        }
        if (put > 0)
            rp_buf_consume(octets, (size_t)put);
    }
    w = RP_NEW(write_req);
    w->t = t;
    w->len = octets->len;
    w->data = octets->data;
    *octets = (rp_buf)RP_BUF_INIT;
    buf = uv_buf_init((char *)w->data, (unsigned)w->len);
    t->queued += w->len;
    if (uv_write(&w->req, &t->u.stream, &buf, 1, on_written) != 0) {
        t->queued -= w->len;
        rp_mem_free(w->data);
        rp_mem_free(w);
        end(t, "the connection cannot be written to");
    }
}

static void send_tls(rp_transport *t)
{
    rp_buf out = RP_BUF_INIT;

    rp_tls_take_output(t->tls, &out);
    send_octets(t, &out);
    rp_buf_clear(&out);
}

void rp_transport_write_take(rp_transport *t, rp_buf *octets)
{
    rp_err err = RP_ERR_INIT;

    if (t->closing) {
        rp_buf_reset(octets);
        return;
    }
    if (t->tls == NULL) {
        send_octets(t, octets);
        return;
    }
    if (rp_tls_write(t->tls, octets, &err) != RP_OK) {
        end(t, err.text);
        return;
    }
    send_tls(t);
}

size_t rp_transport_queued(const rp_transport *t)
{
    return t->queued;
}

static void opened(rp_transport *t)
{
    t->is_open = true;
    t->events.on_open(t->user_data);
}

static void read_tls(rp_transport *t, rp_slice octets)
{
    rp_buf plain = RP_BUF_INIT;
    rp_err err = RP_ERR_INIT;
    rp_code rc = rp_tls_feed(t->tls, octets, &plain, &err);

    send_tls(t);
    if (!t->is_open && rp_tls_is_ready(t->tls) && !t->ended)
        opened(t);
    if (plain.len > 0 && !t->ended)
        t->events.on_read(t->user_data, rp_buf_slice(&plain));
    if (rc != RP_OK)
        end(t, err.text);
    rp_buf_clear(&plain);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    rp_transport *t = h->data;

    (void)suggested;
    *buf = uv_buf_init((char *)t->read_buf, sizeof(t->read_buf));
}

static void on_read(uv_stream_t *s, ssize_t got, const uv_buf_t *buf)
{
    rp_transport *t = s->data;

    if (got < 0) {
        end(t, got == UV_EOF ? "the peer closed the connection"
                             : uv_strerror((int)got));
        return;
    }
    if (got == 0)
        return;
    if (t->tls != NULL)
        read_tls(t, rp_slice_of(buf->base, (size_t)got));
    else
        t->events.on_read(t->user_data, rp_slice_of(buf->base, (size_t)got));
}

static void note_peer(rp_transport *t)
{
    rp_address a;
    int len = sizeof(a.addr);

    memset(&a, 0, sizeof(a));
    if (t->u.handle.type == UV_TCP &&
        uv_tcp_getpeername(&t->u.tcp, (struct sockaddr *)&a.addr, &len) == 0)
        rp_address_format(&a, t->peer, sizeof(t->peer));
    else if (t->peer[0] == '\0')
        snprintf(t->peer, sizeof(t->peer), "unix:");
}

static void begin(rp_transport *t)
{
    note_peer(t);
    if (t->u.handle.type == UV_TCP)
        uv_tcp_nodelay(&t->u.tcp, 1);
    uv_read_start(&t->u.stream, on_alloc, on_read);
    if (t->tls != NULL)
        send_tls(t);
    else
        opened(t);
}

static void on_connected(uv_connect_t *req, int status)
{
    rp_transport *t = req->data;
    char why[RP_ERR_TEXT_MAX];

    if (t->ended)
        return;
    if (status != 0) {
        snprintf(why, sizeof(why), "cannot connect to %s: %s", t->peer,
                 uv_strerror(status));
        end(t, why);
        return;
    }
    begin(t);
}

static rp_transport *transport_new(const rp_transport_opts *opts, bool is_unix)
{
    rp_transport *t = RP_NEW(rp_transport);
    uv_loop_t *loop = rp_runtime_loop(opts->runtime);

    t->rt = opts->runtime;
    t->events = *opts->events;
    t->user_data = opts->user_data;
    if (opts->credentials != NULL)
        t->tls = rp_tls_new(opts->credentials, opts->server_name);
    if (is_unix)
        uv_pipe_init(loop, &t->u.pipe, 0);
    else
        uv_tcp_init(loop, &t->u.tcp);
    t->u.handle.data = t;
    return t;
}

rp_transport *rp_transport_connect(const rp_transport_opts *opts,
                                   const rp_address *address)
{
    bool is_unix = address->addr.ss_family == AF_UNIX;
    rp_transport *t = transport_new(opts, is_unix);
    int rc = 0;

    t->connecting.data = t;
    rp_address_format(address, t->peer, sizeof(t->peer));
    if (is_unix)
        uv_pipe_connect(
            &t->connecting, &t->u.pipe,
            ((const struct sockaddr_un *)(const void *)&address->addr)
                ->sun_path,
            on_connected);
    else
        rc = uv_tcp_connect(&t->connecting, &t->u.tcp,
                            (const struct sockaddr *)&address->addr,
                            on_connected);
    if (rc != 0)
        end(t, uv_strerror(rc));
    return t;
}

rp_transport *rp_transport_accept(const rp_transport_opts *opts, void *listener)
{
    uv_stream_t *from = listener;
    rp_transport *t = transport_new(opts, from->type == UV_NAMED_PIPE);

    if (uv_accept(from, &t->u.stream) != 0) {
        t->events.on_close = NULL;
        end(t, "not accepted");
        return NULL;
    }
    return t;
}

void rp_transport_begin(rp_transport *t)
{
    begin(t);
}

static void on_shut(uv_shutdown_t *req, int status)
{
    rp_transport *t = req->data;

    (void)status;
    end(t, "closed");
}

void rp_transport_close(rp_transport *t)
{
    if (t->closing)
        return;
    if (t->tls != NULL) {
        rp_tls_close(t->tls);
        send_tls(t);
    }
    t->closing = true;
    if (!t->is_open) {
        end(t, "closed");
        return;
    }
    t->shutting.data = t;
    if (uv_shutdown(&t->shutting, &t->u.stream, on_shut) != 0)
        end(t, "closed");
}

void rp_transport_abort(rp_transport *t)
{
    end(t, "ended");
}

const char *rp_transport_peer(const rp_transport *t)
{
    return t->peer;
}

const char *rp_transport_identity(const rp_transport *t)
{
    return t->tls != NULL ? rp_tls_identity(t->tls) : NULL;
}
