#include "reference/server/server.h"

#include "reference/io/loop.h"
#include "reference/io/transport.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>

enum { PULL_MAX = 64 * 1024, QUEUE_MAX = 256 * 1024, ENHANCE_YOUR_CALM = 11 };

/* How long a client that does not read may keep a connection that is over. */
#define LINGER (2 * RP_SECOND)

struct rp_server_conn {
    rp_server *server;
    uint64_t id;
    rp_transport *transport;
    rp_h2_conn *h2;
    rp_timer *flush_timer;
    rp_timer *drain_timer; /* between the two GOAWAYs, then the linger */
    rp_buf out;
    uint32_t strikes;
    bool draining;
    bool final; /* the last GOAWAY has been sent */
};

static void observe(rp_server_conn *c, bool sent, rp_slice octets)
{
    const rp_observer *o = rp_server_get_opts(c->server)->observer;

    if (o != NULL && octets.len > 0)
        o->on_octets(o->user_data, c->id, sent, octets);
}

static void flush_now(void *arg)
{
    rp_server_conn *c = arg;

    if (c->transport == NULL || c->h2 == NULL)
        return;
    while (rp_transport_queued(c->transport) < QUEUE_MAX) {
        rp_h2_conn_pull(c->h2, PULL_MAX, &c->out);
        if (c->out.len == 0)
            break;
        observe(c, true, rp_buf_slice(&c->out));
        rp_transport_write_take(c->transport, &c->out);
    }
    if (rp_h2_conn_is_done(c->h2) ||
        (c->final && rp_h2_conn_streams(c->h2) == 0))
        rp_transport_close(c->transport);
}

void rp_server_conn_flush(rp_server_conn *c)
{
    if (c->flush_timer != NULL)
        rp_timer_set(c->flush_timer, 0);
}

static void h2_headers(void *user, rp_h2_stream *s, const rp_h2_fields *f,
                       bool end)
{
    rp_server_conn *c = user;

    c->strikes = 0;
    if (rp_h2_stream_user(s) == NULL)
        rp_server_call_begin(c, s, f, end);
    else
        rp_server_call_on_trailers(rp_h2_stream_user(s), end);
}

static void h2_data(void *user, rp_h2_stream *s, rp_slice octets)
{
    rp_server_conn *c = user;

    c->strikes = 0;
    if (rp_h2_stream_user(s) != NULL)
        rp_server_call_on_data(rp_h2_stream_user(s), octets);
    else
        rp_h2_stream_consume(s, octets.len);
}

static void h2_end(void *user, rp_h2_stream *s)
{
    (void)user;
    if (rp_h2_stream_user(s) != NULL)
        rp_server_call_on_end(rp_h2_stream_user(s));
}

static void h2_writable(void *user, rp_h2_stream *s)
{
    (void)user;
    if (rp_h2_stream_user(s) != NULL)
        rp_server_call_on_writable(rp_h2_stream_user(s));
}

static void h2_close(void *user, rp_h2_stream *s, uint32_t code, bool unsent)
{
    rp_server_conn *c = user;

    (void)unsent;
    if (rp_h2_stream_user(s) != NULL)
        rp_server_call_on_close(rp_h2_stream_user(s), code);
    if (c->final)
        rp_server_conn_flush(c);
}

static void h2_ping(void *user, bool ack)
{
    rp_server_conn *c = user;
    uint32_t allowed = rp_server_get_opts(c->server)->max_ping_strikes;

    if (ack)
        return;
    c->strikes++;
    if (c->strikes <= (allowed > 0 ? allowed : 2) || c->final)
        return;
    c->final = true;
    rp_h2_conn_goaway(c->h2, false, ENHANCE_YOUR_CALM, "too_many_pings");
    flush_now(c);
    rp_transport_close(c->transport);
}

static const rp_h2_events h2_events = {
    .on_headers = h2_headers,
    .on_data = h2_data,
    .on_end = h2_end,
    .on_writable = h2_writable,
    .on_close = h2_close,
    .on_ping = h2_ping,
};

static void on_open(void *user)
{
    rp_server_conn *c = user;
    const rp_server_opts *opts = rp_server_get_opts(c->server);
    rp_h2_opts h2 = {
        .server = true,
        .events = &h2_events,
        .user_data = c,
        .max_concurrent_streams = opts->max_concurrent_streams,
        .stream_window = opts->stream_window,
        .max_header_list = opts->max_metadata,
    };

    if (opts->observer != NULL && opts->observer->on_open != NULL)
        opts->observer->on_open(opts->observer->user_data, c->id,
                                rp_transport_peer(c->transport));
    c->h2 = rp_h2_conn_new(&h2);
    flush_now(c);
}

static void on_read(void *user, rp_slice octets)
{
    rp_server_conn *c = user;

    observe(c, false, octets);
    if (rp_h2_conn_feed(c->h2, octets, NULL) != RP_OK) {
        c->final = true;
        rp_timer_set(c->drain_timer, LINGER);
    }
    flush_now(c);
}

static void on_drained(void *user)
{
    flush_now(user);
}

static void end_stream(rp_h2_stream *s, void *arg)
{
    rp_server_call *call = rp_h2_stream_user(s);

    (void)arg;
    rp_h2_stream_set_user(s, NULL);
    if (call != NULL)
        rp_server_call_on_close(call, 0);
}

static void on_close(void *user, const char *why)
{
    rp_server_conn *c = user;
    const rp_server_opts *opts = rp_server_get_opts(c->server);

    (void)why;
    c->transport = NULL;
    if (c->h2 != NULL)
        rp_h2_conn_each(c->h2, end_stream, NULL);
    if (opts->observer != NULL && opts->observer->on_close != NULL)
        opts->observer->on_close(opts->observer->user_data, c->id);
    rp_h2_conn_free(c->h2);
    rp_timer_free(c->flush_timer);
    rp_timer_free(c->drain_timer);
    rp_buf_clear(&c->out);
    rp_server_conn_gone(c->server, c);
    rp_mem_free(c);
}

static const rp_transport_events transport_events = {
    .on_open = on_open,
    .on_read = on_read,
    .on_drained = on_drained,
    .on_close = on_close,
};

static void on_drain_timer(void *arg)
{
    rp_server_conn *c = arg;

    if (c->transport == NULL)
        return;
    if (c->final) {
        rp_transport_abort(c->transport);
        return;
    }
    c->final = true;
    rp_h2_conn_goaway(c->h2, false, 0, NULL);
    flush_now(c);
}

rp_server_conn *rp_server_conn_new(rp_server *s, uint64_t id,
                                   rp_credentials *credentials, void *listener)
{
    rp_server_conn *c = RP_NEW(rp_server_conn);
    rp_transport_opts opts = {
        .runtime = rp_server_runtime(s),
        .credentials = credentials,
        .events = &transport_events,
        .user_data = c,
    };

    c->server = s;
    c->id = id;
    c->transport = rp_transport_accept(&opts, listener);
    if (c->transport == NULL) {
        rp_mem_free(c);
        return NULL;
    }
    c->flush_timer = rp_timer_new(opts.runtime, flush_now, c);
    c->drain_timer = rp_timer_new(opts.runtime, on_drain_timer, c);
    rp_transport_begin(c->transport);
    return c;
}

/* A round trip should pass between the two GOAWAYs, so that requests on their
 * way are still served; 100 ms stands for one. */
void rp_server_conn_drain(rp_server_conn *c)
{
    if (c->draining || c->transport == NULL)
        return;
    c->draining = true;
    if (c->h2 == NULL) {
        rp_transport_abort(c->transport);
        return;
    }
    rp_h2_conn_goaway(c->h2, true, 0, NULL);
    rp_timer_set(c->drain_timer, 100 * RP_MILLISECOND);
    rp_server_conn_flush(c);
}

void rp_server_conn_abort(rp_server_conn *c)
{
    if (c->transport != NULL)
        rp_transport_abort(c->transport);
}

void rp_server_conn_forgive(rp_server_conn *c)
{
    c->strikes = 0;
}

rp_server *rp_server_conn_server(const rp_server_conn *c)
{
    return c->server;
}

const char *rp_server_conn_peer(const rp_server_conn *c)
{
    return c->transport != NULL ? rp_transport_peer(c->transport) : "";
}

const char *rp_server_conn_identity(const rp_server_conn *c)
{
    return c->transport != NULL ? rp_transport_identity(c->transport) : NULL;
}
