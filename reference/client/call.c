#include <rpcref/call.h>

#include "reference/client/channel.h"
#include "reference/io/loop.h"
#include "reference/message/framing.h"
#include "reference/rpc/fields.h"
#include "reference/rpc/timeout.h"
#include <rpcref/mem.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Of what was sent, kept until the server has answered, to send it again on
 * another connection (transparent retry). */
enum { REPLAY_MAX = 64 * 1024, H2_CANCEL = 8, H2_NO_ERROR = 0 };

struct rp_call {
    int refs;
    rp_channel *channel;
    rp_call_events events;
    void *user_data;
    rp_channel_member member;
    rp_channel_waiter waiter;
    rp_stream_sink sink;
    rp_client_conn *conn; /* while there is a stream */
    rp_h2_stream *stream;
    char peer[160];

    char *method;
    char *authority;
    rp_metadata metadata;
    const rp_coding *coding;
    bool wait_for_ready;
    bool single_response;
    rp_nanos deadline;
    rp_timer *deadline_timer;
    rp_timer *event_timer; /* what must not come from inside a function */

    rp_buf replay;
    bool committed; /* no longer to be retried */
    bool retried;
    bool half_closed;
    bool sent_due;

    rp_framing framing;
    size_t uncredited;
    size_t wanted;
    rp_buf message;
    rp_metadata initial;
    rp_metadata trailing;
    rp_status status; /* what the end will say */
    bool initial_due;
    bool headers_seen;
    bool non_grpc;
    bool remote_done; /* status is known */
    bool done;        /* on_done is due or was */
    bool told;        /* on_done was */
    rp_call_facts facts;
};

static void advance(rp_call *c);

static void detach_stream(rp_call *c, bool reset, uint32_t code)
{
    if (c->stream == NULL)
        return;
    rp_h2_stream_set_user(c->stream, NULL);
    rp_h2_stream_consume(c->stream, c->uncredited);
    c->uncredited = 0;
    if (reset) {
        rp_h2_stream_reset(c->stream, code);
        rp_client_conn_flush(c->conn);
    }
    c->stream = NULL;
    c->conn = NULL;
}

static void call_free(rp_call *c)
{
    rp_mem_free(c->method);
    rp_mem_free(c->authority);
    rp_metadata_clear(&c->metadata);
    rp_metadata_clear(&c->initial);
    rp_metadata_clear(&c->trailing);
    rp_status_clear(&c->status);
    rp_framing_clear(&c->framing);
    rp_buf_clear(&c->message);
    rp_buf_clear(&c->replay);
    rp_timer_free(c->deadline_timer);
    rp_timer_free(c->event_timer);
    rp_channel_unref(c->channel);
    rp_mem_free(c);
}

static void call_drop(rp_call *c)
{
    if (--c->refs == 0)
        call_free(c);
}

/* The status is final: nothing more is taken from the wire. */
static void conclude(rp_call *c)
{
    if (c->done)
        return;
    c->done = true;
    rp_timer_stop(c->deadline_timer);
    rp_channel_forget(c->channel, &c->waiter);
    rp_channel_leave(c->channel, &c->member);
    rp_timer_set(c->event_timer, 0);
}

/* Ends on this side, whatever the server may still say. */
static void finish_local(rp_call *c, rp_status_code code, const char *why)
{
    if (c->done)
        return;
    rp_status_set(&c->status, code, "%s", why);
    rp_metadata_clear(&c->trailing);
    c->facts.local = true;
    detach_stream(c, true, H2_CANCEL);
    rp_framing_clear(&c->framing);
    conclude(c);
}

static void on_deadline(void *arg)
{
    rp_call *c = arg;

    if (rp_time_now() < c->deadline)
        rp_timer_set(c->deadline_timer, c->deadline - rp_time_now());
    else
        finish_local(c, RP_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
}

static void on_shutdown(rp_channel_member *m)
{
    rp_call *c = (rp_call *)(void *)((char *)m - offsetof(rp_call, member));

    finish_local(c, RP_STATUS_CANCELLED, "the channel was closed");
}

/* --- the request ---------------------------------------------------------- */

static void request_fields(const rp_call *c, rp_field_list *l)
{
    rp_buf text = RP_BUF_INIT;
    bool secure = rp_channel_get_opts(c->channel)->credentials != NULL;

    rp_field_list_add_str(l, ":method", "POST");
    rp_field_list_add_str(l, ":scheme", secure ? "https" : "http");
    rp_field_list_add_str(l, ":path", c->method);
    rp_field_list_add_str(
        l, ":authority",
        c->authority != NULL ? c->authority : rp_channel_authority(c->channel));
    if (c->deadline != RP_FOREVER) {
        rp_timeout_format(c->deadline - rp_time_now(), &text);
        rp_field_list_add(l, "grpc-timeout", rp_buf_slice(&text));
        rp_buf_clear(&text);
    }
    rp_field_list_add_str(l, "te", "trailers");
    rp_field_list_add_str(l, "content-type", "application/grpc");
    rp_field_list_add_str(l, "user-agent", rp_channel_user_agent(c->channel));
    if (c->coding != NULL && c->coding->id != RP_COMPRESSION_IDENTITY)
        rp_field_list_add_str(l, "grpc-encoding", c->coding->name);
    rp_field_list_add_str(l, "grpc-accept-encoding", rp_coding_accept_list());
    rp_field_list_add_metadata(l, &c->metadata);
    rp_field_list_finish(l);
}

static void on_ready(rp_channel_waiter *w, rp_client_conn *conn,
                     const char *why)
{
    rp_call *c = (rp_call *)(void *)((char *)w - offsetof(rp_call, waiter));
    rp_field_list fields = {0};
    rp_buf copy = RP_BUF_INIT;

    if (c->done)
        return;
    if (conn == NULL) {
        finish_local(c, RP_STATUS_UNAVAILABLE, why);
        return;
    }
    request_fields(c, &fields);
    c->stream = rp_client_conn_open(conn, fields.items, fields.count, &c->sink);
    rp_field_list_clear(&fields);
    if (c->stream == NULL) {
        rp_channel_wait(c->channel, &c->waiter);
        return;
    }
    c->conn = conn;
    c->facts.connection_id = rp_client_conn_id(conn);
    c->facts.stream_id = rp_h2_stream_id(c->stream);
    snprintf(c->peer, sizeof(c->peer), "%s", rp_client_conn_peer(conn));
    rp_buf_append(&copy, rp_buf_slice(&c->replay));
    if (copy.len > 0)
        rp_h2_stream_write_take(c->stream, &copy);
    if (c->half_closed)
        rp_h2_stream_end(c->stream);
    rp_buf_clear(&copy);
    rp_client_conn_flush(conn);
}

rp_code rp_call_send(rp_call *c, rp_slice message, bool plain, rp_err *err)
{
    const rp_channel_opts *opts = rp_channel_get_opts(c->channel);
    rp_buf framed = RP_BUF_INIT;

    if (c->half_closed)
        return rp_fail(err, RP_ESTATE, "a message after half-close");
    if (c->done)
        return RP_OK;
    if (opts->max_send > 0 && message.len > opts->max_send) {
        finish_local(c, RP_STATUS_RESOURCE_EXHAUSTED,
                     "the message to send is larger than the limit");
        return rp_fail(err, RP_ELIMIT,
                       "a message of %zu octets is above the limit of %zu",
                       message.len, opts->max_send);
    }
    rp_framing_write(message, plain ? NULL : c->coding, &framed);
    c->sent_due = true;
    if (c->stream == NULL ||
        (!c->committed && c->replay.len + framed.len <= REPLAY_MAX))
        rp_buf_append(&c->replay, rp_buf_slice(&framed));
    else
        c->committed = true;
    if (c->stream != NULL) {
        rp_h2_stream_write_take(c->stream, &framed);
        rp_client_conn_flush(c->conn);
    }
    rp_buf_clear(&framed);
    return RP_OK;
}

void rp_call_half_close(rp_call *c)
{
    if (c->half_closed)
        return;
    c->half_closed = true;
    if (c->stream != NULL) {
        rp_h2_stream_end(c->stream);
        rp_client_conn_flush(c->conn);
    }
}

/* --- the response --------------------------------------------------------- */

static rp_call *call_of(rp_stream_sink *sink)
{
    return (rp_call *)(void *)((char *)sink - offsetof(rp_call, sink));
}

static void on_writable(rp_stream_sink *sink)
{
    rp_call *c = call_of(sink);

    if (c->sent_due)
        rp_timer_set(c->event_timer, 0);
}

static void commit(rp_call *c)
{
    c->committed = true;
    rp_buf_clear(&c->replay);
}

/* The response has ended; status says how. */
static void remote_end(rp_call *c)
{
    if (c->remote_done)
        return;
    c->remote_done = true;
    rp_timer_stop(c->deadline_timer);
    rp_timer_set(c->event_timer, 0);
}

static void read_trailers(rp_call *c, const rp_h2_fields *f)
{
    rp_err err = RP_ERR_INIT;

    if (!rp_fields_to_status(f, &c->status)) {
        if (c->non_grpc || c->facts.http_status != 200)
            rp_status_set(&c->status, rp_status_of_http(c->facts.http_status),
                          "HTTP status %d and no grpc-status",
                          c->facts.http_status);
        else
            rp_status_set(&c->status, RP_STATUS_UNKNOWN,
                          "the trailers lack grpc-status");
        c->facts.local = true;
    }
    if (f->too_large) {
        rp_status_set(&c->status, RP_STATUS_RESOURCE_EXHAUSTED,
                      "the trailers are larger than the limit");
        c->facts.local = true;
    }
    if (rp_fields_to_metadata(f, &c->trailing, &err) != RP_OK)
        rp_status_set(&c->status, RP_STATUS_INTERNAL, "%s", err.text);
    remote_end(c);
}

static int http_status_of(const rp_h2_fields *f)
{
    rp_slice text;
    int status = 0;

    if (!rp_h2_fields_get(f, ":status", &text))
        return 0;
    for (size_t i = 0; i < text.len; i++)
        status = 10 * status + (text.data[i] - '0');
    return status;
}

static void read_initial(rp_call *c, const rp_h2_fields *f)
{
    rp_err err = RP_ERR_INIT;
    rp_slice text;

    c->non_grpc = !rp_h2_fields_get(f, "content-type", &text) ||
                  !rp_slice_starts_with(text, "application/grpc");
    if (c->non_grpc || c->facts.http_status != 200) {
        c->non_grpc = true;
        return;
    }
    if (f->too_large) {
        finish_local(c, RP_STATUS_RESOURCE_EXHAUSTED,
                     "the response headers are larger than the limit");
        return;
    }
    if (rp_h2_fields_get(f, "grpc-encoding", &text))
        c->framing.coding = rp_coding_find(text);
    if (rp_fields_to_metadata(f, &c->initial, &err) != RP_OK) {
        finish_local(c, RP_STATUS_INTERNAL, err.text);
        return;
    }
    c->initial_due = true;
    rp_timer_set(c->event_timer, 0);
}

static void on_headers(rp_stream_sink *sink, const rp_h2_fields *f, bool end)
{
    rp_call *c = call_of(sink);

    if (!c->headers_seen) {
        int status = http_status_of(f);

        if (status >= 100 && status < 200)
            return;
        c->headers_seen = true;
        c->facts.http_status = status;
        c->facts.trailers_only = end;
        if (!end) {
            commit(c);
            read_initial(c, f);
            return;
        }
    }
    commit(c);
    read_trailers(c, f);
}

static void on_data(rp_stream_sink *sink, rp_slice octets)
{
    rp_call *c = call_of(sink);

    if (c->non_grpc || c->done) {
        rp_h2_stream_consume(c->stream, octets.len);
        return;
    }
    c->uncredited += octets.len;
    rp_framing_feed(&c->framing, octets);
    rp_timer_set(c->event_timer, 0);
}

static void on_end(rp_stream_sink *sink)
{
    rp_call *c = call_of(sink);

    /* END_STREAM on DATA: there are no trailers */
    if (c->non_grpc)
        rp_status_set(&c->status, rp_status_of_http(c->facts.http_status),
                      "HTTP status %d and no grpc-status",
                      c->facts.http_status);
    else
        rp_status_set(&c->status, RP_STATUS_INTERNAL,
                      "the response ended without trailers");
    c->facts.local = true;
    remote_end(c);
}

static bool retry(rp_call *c, bool unprocessed)
{
    if (!unprocessed || c->committed || c->retried || c->done)
        return false;
    c->retried = true;
    rp_channel_wait(c->channel, &c->waiter);
    return true;
}

static void on_close(rp_stream_sink *sink, uint32_t code, const char *why,
                     bool unprocessed)
{
    rp_call *c = call_of(sink);

    c->stream = NULL;
    c->conn = NULL;
    c->uncredited = 0;
    if (c->remote_done || c->done)
        return;
    if (retry(c, unprocessed))
        return;
    c->facts.local = true;
    if (why != NULL) {
        rp_status_set(&c->status, RP_STATUS_UNAVAILABLE, "%s", why);
    } else {
        c->facts.was_reset = true;
        c->facts.reset_code = code;
        rp_status_set(&c->status, rp_status_of_reset(code),
                      "the stream was reset with code %u", code);
        if (code == H2_CANCEL && rp_time_now() >= c->deadline)
            rp_status_set(&c->status, RP_STATUS_DEADLINE_EXCEEDED,
                          "Deadline Exceeded");
    }
    remote_end(c);
}

/* Credit for all that has been taken out, and for a message that is wanted
 * and not whole yet. */
static void credit(rp_call *c)
{
    size_t kept = c->wanted > 0 ? 0 : rp_framing_pending(&c->framing);
    size_t due = c->uncredited > kept ? c->uncredited - kept : 0;

    if (c->stream == NULL || due == 0)
        return;
    rp_h2_stream_consume(c->stream, due);
    c->uncredited -= due;
    rp_client_conn_flush(c->conn);
}

static void fail_message(rp_call *c, rp_code rc, const rp_err *err)
{
    finish_local(
        c, rc == RP_ELIMIT ? RP_STATUS_RESOURCE_EXHAUSTED : RP_STATUS_INTERNAL,
        err->text);
}

/* Hands out one message. False when there is none to hand out. */
static bool deliver(rp_call *c)
{
    rp_err err = RP_ERR_INIT;
    bool packed;
    rp_code rc;

    if (c->done ||
        (c->wanted == 0 && !(c->single_response && c->facts.messages > 0)))
        return false;
    rc = rp_framing_next(&c->framing, &c->message, &packed, &err);
    if (rc == RP_EAGAIN)
        return false;
    if (rc != RP_OK) {
        fail_message(c, rc, &err);
        return false;
    }
    if (c->single_response && c->facts.messages > 0) {
        finish_local(c, RP_STATUS_INTERNAL,
                     "more than one message answers a call that has one");
        return false;
    }
    c->facts.messages++;
    c->wanted--;
    if (c->events.on_message != NULL)
        c->events.on_message(c, rp_buf_slice(&c->message), packed,
                             c->user_data);
    return true;
}

/* The status is known and every message before it has been handed out. */
static void settle(rp_call *c)
{
    rp_err err = RP_ERR_INIT;
    bool packed;

    if (rp_framing_pending(&c->framing) > 0 &&
        rp_framing_missing(&c->framing) == 0)
        return; /* a whole message waits to be asked for */
    if (rp_framing_pending(&c->framing) > 0) {
        rp_code rc = rp_framing_next(&c->framing, &c->message, &packed, &err);

        if (rc != RP_EAGAIN) {
            fail_message(c, rc, &err);
            return;
        }
        if (c->status.code == RP_STATUS_OK)
            rp_status_set(&c->status, RP_STATUS_INTERNAL,
                          "the response ended inside a message");
    }
    if (c->status.code == RP_STATUS_OK && c->single_response &&
        c->facts.messages == 0)
        rp_status_set(&c->status, RP_STATUS_INTERNAL,
                      "status OK without the message it needs");
    if (c->stream != NULL)
        detach_stream(c,
                      !rp_h2_stream_remote_ended(c->stream) ||
                          !c->half_closed || rp_h2_stream_queued(c->stream) > 0,
                      H2_NO_ERROR);
    conclude(c);
}

static void tell_done(rp_call *c)
{
    c->told = true;
    if (c->events.on_done != NULL)
        c->events.on_done(c, &c->status, &c->trailing, c->user_data);
    call_drop(c); /* the reference of the call on itself */
}

static void advance(rp_call *c)
{
    c->refs++;
    if (c->initial_due) {
        c->initial_due = false;
        if (c->events.on_initial != NULL)
            c->events.on_initial(c, &c->initial, c->user_data);
    }
    if (c->sent_due && !c->done && c->stream != NULL &&
        rp_h2_stream_queued(c->stream) == 0) {
        c->sent_due = false;
        if (c->events.on_sent != NULL)
            c->events.on_sent(c, c->user_data);
    }
    while (deliver(c))
        continue;
    credit(c);
    if (c->remote_done && !c->done)
        settle(c);
    if (c->done && !c->told)
        tell_done(c);
    call_drop(c);
}

static void on_event_timer(void *arg)
{
    advance(arg);
}

void rp_call_receive(rp_call *c)
{
    c->wanted++;
    rp_timer_set(c->event_timer, 0);
}

void rp_call_cancel(rp_call *c)
{
    finish_local(c, RP_STATUS_CANCELLED, "cancelled by the application");
}

/* --- the call ------------------------------------------------------------- */

static void fill_call(rp_call *c, const rp_call_opts *opts)
{
    const rp_channel_opts *defaults = rp_channel_get_opts(c->channel);
    rp_compression id = opts->compression == RP_COMPRESSION_DEFAULT
                            ? defaults->compression
                            : opts->compression;

    if (opts->events != NULL)
        c->events = *opts->events;
    c->user_data = opts->user_data;
    c->method = rp_mem_dup_str(opts->method);
    c->authority = rp_mem_dup_str(opts->authority);
    if (opts->metadata != NULL)
        rp_metadata_copy(&c->metadata, opts->metadata);
    c->coding = rp_coding_get(id);
    c->wait_for_ready = opts->wait_for_ready;
    c->single_response = opts->single_response;
    rp_framing_init(&c->framing, opts->max_receive > 0 ? opts->max_receive
                                                       : defaults->max_receive);
    c->deadline = opts->timeout != 0 ? rp_time_add(rp_time_now(), opts->timeout)
                                     : RP_FOREVER;
    c->waiter.wait_for_ready = opts->wait_for_ready;
    c->waiter.on_ready = on_ready;
    c->member.on_shutdown = on_shutdown;
    c->sink =
        (rp_stream_sink){on_headers, on_data, on_end, on_writable, on_close};
}

rp_code rp_call_start(rp_channel *ch, const rp_call_opts *opts, rp_call **out,
                      rp_err *err)
{
    rp_call *c;

    *out = NULL;
    if (opts->method == NULL || opts->method[0] != '/')
        return rp_fail(err, RP_EINVAL, "'%.200s' is not /service/method",
                       opts->method != NULL ? opts->method : "");
    if (rp_channel_is_closed(ch))
        return rp_fail(err, RP_ECLOSED, "the channel is closed");
    c = RP_NEW(rp_call);
    c->refs = 2; /* the caller's, and its own until on_done */
    c->channel = rp_channel_ref(ch);
    fill_call(c, opts);
    c->deadline_timer = rp_timer_new(rp_channel_runtime(ch), on_deadline, c);
    c->event_timer = rp_timer_new(rp_channel_runtime(ch), on_event_timer, c);
    rp_channel_join(ch, &c->member);
    if (c->deadline != RP_FOREVER && opts->timeout < 0) {
        finish_local(c, RP_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
    } else {
        if (c->deadline != RP_FOREVER)
            rp_timer_set(c->deadline_timer, opts->timeout);
        rp_channel_wait(ch, &c->waiter);
    }
    *out = c;
    return RP_OK;
}

void rp_call_get_facts(const rp_call *c, rp_call_facts *out)
{
    *out = c->facts;
}

const char *rp_call_peer(const rp_call *c)
{
    return c->peer;
}

void rp_call_unref(rp_call *c)
{
    if (c == NULL)
        return;
    memset(&c->events, 0, sizeof(c->events));
    if (!c->done)
        finish_local(c, RP_STATUS_CANCELLED, "given up by the application");
    call_drop(c);
}
