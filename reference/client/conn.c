#include "reference/client/conn.h"

#include "reference/client/channel.h"
#include "reference/io/loop.h"
#include "reference/io/transport.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>

enum { PULL_MAX = 64 * 1024, QUEUE_MAX = 256 * 1024 };

struct rp_client_conn {
    rp_channel *channel; /* a reference */
    uint64_t id;
    rp_transport *transport;
    rp_h2_conn *h2;
    rp_timer *flush_timer;
    rp_buf out;
    char peer[160];
    char why[RP_ERR_TEXT_MAX]; /* a fault of ours, before the transport's */
    uint32_t goaway_last;
    uint32_t goaway_code;
    bool goaway;
    bool ready;
    bool draining;
};

static const rp_observer *observer_of(const rp_client_conn *c)
{
    return rp_channel_get_opts(c->channel)->observer;
}

static void observe(rp_client_conn *c, bool sent, rp_slice octets)
{
    const rp_observer *o = observer_of(c);

    if (o != NULL && octets.len > 0)
        o->on_octets(o->user_data, c->id, sent, octets);
}

static void flush_now(void *arg)
{
    rp_client_conn *c = arg;

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
        (c->draining && rp_h2_conn_streams(c->h2) == 0))
        rp_transport_close(c->transport);
}

void rp_client_conn_flush(rp_client_conn *c)
{
    rp_timer_set(c->flush_timer, 0);
}

static rp_stream_sink *sink_of(rp_h2_stream *s)
{
    return rp_h2_stream_user(s);
}

static void h2_headers(void *user, rp_h2_stream *s, const rp_h2_fields *f,
                       bool end)
{
    (void)user;
    if (sink_of(s) != NULL)
        sink_of(s)->on_headers(sink_of(s), f, end);
}

static void h2_data(void *user, rp_h2_stream *s, rp_slice octets)
{
    (void)user;
    if (sink_of(s) != NULL)
        sink_of(s)->on_data(sink_of(s), octets);
    else
        rp_h2_stream_consume(s, octets.len);
}

static void h2_end(void *user, rp_h2_stream *s)
{
    (void)user;
    if (sink_of(s) != NULL)
        sink_of(s)->on_end(sink_of(s));
}

static void h2_writable(void *user, rp_h2_stream *s)
{
    (void)user;
    if (sink_of(s) != NULL)
        sink_of(s)->on_writable(sink_of(s));
}

static void h2_close(void *user, rp_h2_stream *s, uint32_t code, bool unsent)
{
    rp_client_conn *c = user;
    rp_stream_sink *sink = sink_of(s);
    bool above = c->goaway && rp_h2_stream_id(s) > c->goaway_last;

    rp_h2_stream_set_user(s, NULL);
    if (sink != NULL)
        sink->on_close(sink, code, NULL, unsent || above || code == 7);
    if (c->draining)
        rp_client_conn_flush(c);
}

static void h2_settings(void *user)
{
    rp_client_conn *c = user;

    c->ready = true;
    rp_channel_conn_ready(c->channel, c);
}

static void h2_goaway(void *user, uint32_t last, uint32_t code, rp_slice debug)
{
    rp_client_conn *c = user;

    c->goaway = true;
    c->goaway_last = last;
    c->goaway_code = code;
    snprintf(c->why, sizeof(c->why), "GOAWAY with code %u%s%.*s", code,
             debug.len > 0 ? ": " : "",
             (int)(debug.len < 200 ? debug.len : 200),
             debug.data != NULL ? (const char *)debug.data : "");
    c->draining = true;
    rp_channel_conn_draining(c->channel, c);
}

static const rp_h2_events h2_events = {
    .on_headers = h2_headers,
    .on_data = h2_data,
    .on_end = h2_end,
    .on_writable = h2_writable,
    .on_close = h2_close,
    .on_settings = h2_settings,
    .on_goaway = h2_goaway,
};

static void on_open(void *user)
{
    rp_client_conn *c = user;
    const rp_channel_opts *opts = rp_channel_get_opts(c->channel);
    rp_h2_opts h2 = {
        .events = &h2_events,
        .user_data = c,
        .stream_window = opts->stream_window,
        .max_header_list = opts->max_metadata,
    };
    const rp_observer *o = observer_of(c);

    snprintf(c->peer, sizeof(c->peer), "%s", rp_transport_peer(c->transport));
    if (o != NULL && o->on_open != NULL)
        o->on_open(o->user_data, c->id, c->peer);
    c->h2 = rp_h2_conn_new(&h2);
    flush_now(c);
}

/* What answers instead of HTTP/2, by its first octets; NULL: nothing known. */
static const char *diagnose(rp_slice octets)
{
    if (rp_slice_starts_with(octets, "HTTP/1."))
        return "the peer speaks HTTP/1, not HTTP/2";
    if (octets.len >= 2 && octets.data[0] == 0x15 && octets.data[1] == 0x03)
        return "the peer expects TLS";
    return NULL;
}

static void on_read(void *user, rp_slice octets)
{
    rp_client_conn *c = user;
    rp_err err = RP_ERR_INIT;

    observe(c, false, octets);
    if (!c->ready && diagnose(octets) != NULL) {
        snprintf(c->why, sizeof(c->why), "%s", diagnose(octets));
        rp_transport_abort(c->transport);
        return;
    }
    if (rp_h2_conn_feed(c->h2, octets, &err) != RP_OK)
        snprintf(c->why, sizeof(c->why), "%s", err.text);
    flush_now(c);
}

static void on_drained(void *user)
{
    flush_now(user);
}

typedef struct ending {
    rp_client_conn *conn;
    const char *why;
} ending;

static void end_stream(rp_h2_stream *s, void *arg)
{
    ending *e = arg;
    rp_stream_sink *sink = sink_of(s);
    bool above = e->conn->goaway && rp_h2_stream_id(s) > e->conn->goaway_last;

    rp_h2_stream_set_user(s, NULL);
    if (sink != NULL)
        sink->on_close(sink, 0, e->why, above);
}

static void on_close(void *user, const char *why)
{
    rp_client_conn *c = user;
    const rp_observer *o = observer_of(c);
    ending e = {c, c->why[0] != '\0' ? c->why : why};

    c->transport = NULL;
    if (o != NULL && o->on_close != NULL && c->h2 != NULL)
        o->on_close(o->user_data, c->id);
    rp_channel_conn_closed(c->channel, c, e.why);
    if (c->h2 != NULL)
        rp_h2_conn_each(c->h2, end_stream, &e);
    rp_h2_conn_free(c->h2);
    rp_timer_free(c->flush_timer);
    rp_buf_clear(&c->out);
    rp_channel_unref(c->channel);
    rp_mem_free(c);
}

static const rp_transport_events transport_events = {
    .on_open = on_open,
    .on_read = on_read,
    .on_drained = on_drained,
    .on_close = on_close,
};

/* The host of the authority: what the certificate must be for. */
static void host_of(const char *authority, char *out, size_t size)
{
    const char *start = authority[0] == '[' ? authority + 1 : authority;
    size_t len = strcspn(start, authority[0] == '[' ? "]" : ":");

    snprintf(out, size, "%.*s", (int)len, start);
}

rp_client_conn *rp_client_conn_new(rp_channel *ch, const rp_address *address,
                                   uint64_t id)
{
    rp_client_conn *c = RP_NEW(rp_client_conn);
    char name[256];
    rp_transport_opts opts = {
        .runtime = rp_channel_runtime(ch),
        .credentials = rp_channel_get_opts(ch)->credentials,
        .server_name = name,
        .events = &transport_events,
        .user_data = c,
    };

    host_of(rp_channel_authority(ch), name, sizeof(name));
    c->channel = rp_channel_ref(ch);
    c->id = id;
    c->flush_timer = rp_timer_new(opts.runtime, flush_now, c);
    c->transport = rp_transport_connect(&opts, address);
    return c;
}

rp_h2_stream *rp_client_conn_open(rp_client_conn *c, const rp_h2_field *fields,
                                  size_t count, rp_stream_sink *sink)
{
    rp_h2_stream *s;

    if (c->draining || c->h2 == NULL)
        return NULL;
    s = rp_h2_stream_open(c->h2, fields, count, sink);
    rp_client_conn_flush(c);
    return s;
}

uint64_t rp_client_conn_id(const rp_client_conn *c)
{
    return c->id;
}

const char *rp_client_conn_peer(const rp_client_conn *c)
{
    return c->peer;
}

void rp_client_conn_drain(rp_client_conn *c)
{
    c->draining = true;
    if (c->h2 == NULL) {
        rp_client_conn_abort(c);
        return;
    }
    rp_h2_conn_goaway(c->h2, false, 0, NULL);
    rp_client_conn_flush(c);
}

void rp_client_conn_abort(rp_client_conn *c)
{
    if (c->transport != NULL)
        rp_transport_abort(c->transport);
}
