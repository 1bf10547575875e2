#include <rpcref/server.h>

#include "reference/io/loop.h"
#include "reference/message/framing.h"
#include "reference/rpc/fields.h"
#include "reference/rpc/timeout.h"
#include "reference/server/server.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>

struct rp_server_call {
    rp_server_conn *conn; /* NULL once the stream is gone */
    rp_h2_stream *stream;
    rp_runtime *rt;
    rp_server *server;
    rp_server_call_events events;
    void *user_data;
    rp_method_handler handler;
    char *method;
    char *peer;
    char *identity;
    rp_metadata metadata;
    bool accepts[RP_COMPRESSION_DEFAULT];
    const rp_coding *coding; /* of the response */
    rp_nanos deadline;
    rp_timer *deadline_timer;
    rp_timer *event_timer;
    rp_framing framing;
    rp_buf message;
    size_t uncredited;
    size_t wanted;
    size_t messages;
    bool packed;  /* the single message, as it travelled */
    bool handed;  /* the single message, to the handler */
    bool counted; /* in the server's calls */
    bool remote_ended;
    bool half_close_told;
    bool headers_sent;
    bool sent_due;
    bool finished;
    bool cancelled;
    bool told;
};

static void flush(rp_server_call *c)
{
    if (c->conn != NULL)
        rp_server_conn_flush(c->conn);
}

static void wake(rp_server_call *c)
{
    rp_timer_set(c->event_timer, 0);
}

static void call_free(rp_server_call *c)
{
    if (c->stream != NULL)
        rp_h2_stream_set_user(c->stream, NULL);
    if (c->counted)
        rp_server_call_leave(c->server);
    rp_mem_free(c->method);
    rp_mem_free(c->peer);
    rp_mem_free(c->identity);
    rp_metadata_clear(&c->metadata);
    rp_framing_clear(&c->framing);
    rp_buf_clear(&c->message);
    rp_timer_free(c->deadline_timer);
    rp_timer_free(c->event_timer);
    rp_mem_free(c);
}

/* --- the response --------------------------------------------------------- */

static void add_response_fields(rp_field_list *l)
{
    rp_field_list_add_str(l, ":status", "200");
    rp_field_list_add_str(l, "content-type", "application/grpc");
}

rp_code rp_server_call_set_compression(rp_server_call *c, rp_compression coding,
                                       rp_err *err)
{
    if (c->headers_sent)
        return rp_fail(err, RP_ESTATE, "the response headers have been sent");
    c->coding = coding < RP_COMPRESSION_DEFAULT && c->accepts[coding]
                    ? rp_coding_get(coding)
                    : NULL;
    return RP_OK;
}

rp_code rp_server_call_send_initial(rp_server_call *c, const rp_metadata *md,
                                    rp_err *err)
{
    rp_field_list l = {0};

    if (c->headers_sent || c->finished)
        return rp_fail(err, RP_ESTATE, "the response headers have been sent");
    c->headers_sent = true;
    if (c->stream == NULL)
        return RP_OK;
    add_response_fields(&l);
    if (c->coding != NULL && c->coding->id != RP_COMPRESSION_IDENTITY)
        rp_field_list_add_str(&l, "grpc-encoding", c->coding->name);
    rp_field_list_add_str(&l, "grpc-accept-encoding", rp_coding_accept_list());
    if (md != NULL)
        rp_field_list_add_metadata(&l, md);
    rp_field_list_finish(&l);
    rp_h2_stream_headers(c->stream, l.items, l.count, false);
    rp_field_list_clear(&l);
    flush(c);
    return RP_OK;
}

rp_code rp_server_call_send(rp_server_call *c, rp_slice message, bool plain,
                            rp_err *err)
{
    rp_buf framed = RP_BUF_INIT;

    if (c->finished)
        return rp_fail(err, RP_ESTATE, "a message after the call was finished");
    if (!c->headers_sent)
        rp_server_call_send_initial(c, NULL, NULL);
    if (c->stream == NULL)
        return RP_OK;
    rp_framing_write(message, plain ? NULL : c->coding, &framed);
    rp_h2_stream_write_take(c->stream, &framed);
    rp_buf_clear(&framed);
    c->sent_due = true;
    rp_server_conn_forgive(c->conn);
    flush(c);
    return RP_OK;
}

bool rp_server_call_is_blocked(const rp_server_call *c)
{
    return c->stream != NULL && rp_h2_stream_queued(c->stream) > 0;
}

static void send_trailers(rp_server_call *c, const rp_status *status,
                          const rp_metadata *trailing)
{
    rp_field_list l = {0};

    if (!c->headers_sent) {
        add_response_fields(&l);
        if (status->code == RP_STATUS_UNIMPLEMENTED)
            rp_field_list_add_str(&l, "grpc-accept-encoding",
                                  rp_coding_accept_list());
    }
    rp_field_list_add_status(&l, status);
    if (trailing != NULL)
        rp_field_list_add_metadata(&l, trailing);
    rp_field_list_finish(&l);
    if (c->headers_sent)
        rp_h2_stream_trailers(c->stream, l.items, l.count);
    else
        rp_h2_stream_headers(c->stream, l.items, l.count, true);
    rp_field_list_clear(&l);
}

rp_code rp_server_call_finish(rp_server_call *c, const rp_status *status,
                              const rp_metadata *trailing, rp_err *err)
{
    static const rp_status ok = RP_STATUS_INIT;

    if (c->finished)
        return rp_fail(err, RP_ESTATE, "the call has been finished");
    c->finished = true;
    rp_timer_stop(c->deadline_timer);
    if (c->stream != NULL) {
        send_trailers(c, status != NULL ? status : &ok, trailing);
        rp_h2_stream_consume(c->stream, c->uncredited);
        c->uncredited = 0;
        flush(c);
    }
    wake(c);
    return RP_OK;
}

void rp_server_call_fail(rp_server_call *c, rp_status_code code,
                         const char *fmt, ...)
{
    rp_status status = RP_STATUS_INIT;
    rp_buf text = RP_BUF_INIT;
    va_list args;

    va_start(args, fmt);
    rp_buf_vprintf(&text, fmt, args);
    va_end(args);
    rp_status_set(&status, code, "%s", rp_buf_str(&text));
    rp_server_call_finish(c, &status, NULL, NULL);
    rp_status_clear(&status);
    rp_buf_clear(&text);
}

void rp_server_call_cancel(rp_server_call *c)
{
    c->cancelled |= !c->finished;
    rp_server_call_fail(c, RP_STATUS_CANCELLED, "cancelled by the server");
}

/* Ends the call over the head of its handler. */
static void revoke(rp_server_call *c, rp_status_code code, const char *why)
{
    if (c->finished)
        return;
    c->cancelled = true;
    rp_framing_clear(&c->framing);
    rp_server_call_fail(c, code, "%s", why);
}

static void on_deadline(void *arg)
{
    rp_server_call *c = arg;

    if (rp_time_now() < c->deadline)
        rp_timer_set(c->deadline_timer, c->deadline - rp_time_now());
    else
        revoke(c, RP_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
}

/* --- the request ---------------------------------------------------------- */

static void credit(rp_server_call *c)
{
    bool reading = c->wanted > 0 || !c->handler.request_streaming;
    size_t kept = reading ? 0 : rp_framing_pending(&c->framing);
    size_t due = c->uncredited > kept ? c->uncredited - kept : 0;

    if (c->stream == NULL || due == 0)
        return;
    rp_h2_stream_consume(c->stream, due);
    c->uncredited -= due;
    flush(c);
}

/* Takes the next message out. False when there is none now. */
static bool take(rp_server_call *c, bool *packed)
{
    rp_err err = RP_ERR_INIT;
    rp_code rc = rp_framing_next(&c->framing, &c->message, packed, &err);

    if (rc == RP_OK)
        return true;
    if (rc != RP_EAGAIN)
        revoke(c,
               rc == RP_ELIMIT ? RP_STATUS_RESOURCE_EXHAUSTED
                               : RP_STATUS_INTERNAL,
               err.text);
    else if (c->remote_ended && rp_framing_pending(&c->framing) > 0)
        revoke(c, RP_STATUS_INTERNAL, "the request ended inside a message");
    return false;
}

static void hand_out(rp_server_call *c, bool packed)
{
    c->wanted--;
    if (c->events.on_message != NULL)
        c->events.on_message(c, rp_buf_slice(&c->message), packed,
                             c->user_data);
}

/* A method with one request message: it is handed out when it is certain that
 * there is no second. */
static void advance_single(rp_server_call *c)
{
    bool packed;

    while (!c->finished && c->messages < 2) {
        rp_buf first = RP_BUF_INIT;

        if (c->messages == 1) {
            first = c->message;
            c->message = (rp_buf)RP_BUF_INIT;
        }
        if (!take(c, &packed)) {
            if (c->messages == 1) {
                rp_buf_clear(&c->message);
                c->message = first;
            }
            break;
        }
        rp_buf_clear(&first);
        c->packed = packed;
        c->messages++;
    }
    if (c->finished)
        return;
    if (c->messages > 1)
        revoke(c, RP_STATUS_UNIMPLEMENTED,
               "more than one message for a method that takes one");
    else if (c->remote_ended && c->messages == 0)
        revoke(c, RP_STATUS_UNIMPLEMENTED,
               "no message for a method that takes one");
    else if (c->remote_ended && c->wanted > 0 && !c->handed) {
        c->handed = true;
        hand_out(c, c->packed);
    }
}

static void advance_stream(rp_server_call *c)
{
    bool packed;

    while (!c->finished && c->wanted > 0 && take(c, &packed)) {
        c->messages++;
        hand_out(c, packed);
    }
}

static bool all_read(const rp_server_call *c)
{
    return c->remote_ended && rp_framing_pending(&c->framing) == 0 &&
           (c->handler.request_streaming || c->handed);
}

static void tell_done(rp_server_call *c)
{
    c->told = true;
    if (c->events.on_done != NULL)
        c->events.on_done(c, c->cancelled, c->user_data);
    call_free(c);
}

static void on_event_timer(void *arg)
{
    rp_server_call *c = arg;

    if (c->sent_due && !c->finished && !rp_server_call_is_blocked(c)) {
        c->sent_due = false;
        if (c->events.on_sent != NULL)
            c->events.on_sent(c, c->user_data);
    }
    if (!c->finished && c->handler.request_streaming)
        advance_stream(c);
    else if (!c->finished)
        advance_single(c);
    if (!c->finished && !c->half_close_told && all_read(c)) {
        c->half_close_told = true;
        if (c->events.on_half_close != NULL)
            c->events.on_half_close(c, c->user_data);
    }
    credit(c);
    if (c->finished && !c->told)
        tell_done(c);
}

void rp_server_call_receive(rp_server_call *c)
{
    c->wanted++;
    wake(c);
}

/* --- the beginning -------------------------------------------------------- */

static void refuse_http(rp_h2_stream *s, const char *status)
{
    rp_field_list l = {0};

    rp_field_list_add_str(&l, ":status", status);
    if (strcmp(status, "405") == 0)
        rp_field_list_add_str(&l, "allow", "POST");
    rp_field_list_finish(&l);
    rp_h2_stream_headers(s, l.items, l.count, true);
    rp_field_list_clear(&l);
}

static bool is_grpc(rp_slice type)
{
    rp_slice rest = rp_slice_sub(type, strlen("application/grpc"), type.len);

    return rp_slice_starts_with(type, "application/grpc") &&
           (rest.len == 0 || rest.data[0] == '+' || rest.data[0] == ';');
}

/* NULL when the request is gRPC, else the HTTP status that refuses it. */
static const char *check_http(const rp_h2_fields *f)
{
    rp_slice text;

    if (!rp_h2_fields_get(f, ":method", &text) ||
        !rp_slice_equal_str(text, "POST"))
        return "405";
    if (!rp_h2_fields_get(f, "content-type", &text) || !is_grpc(text))
        return "415";
    return NULL;
}

static void read_accepts(rp_server_call *c, const rp_h2_fields *f)
{
    c->accepts[RP_COMPRESSION_IDENTITY] = true;
    for (size_t i = 0; i < f->count; i++) {
        rp_slice list = f->items[i].value;
        size_t from = 0;

        if (!rp_slice_equal_str(f->items[i].name, "grpc-accept-encoding"))
            continue;
        for (size_t at = 0; at <= list.len; at++) {
            rp_slice token;
            rp_compression id;

            if (at < list.len && list.data[at] != ',')
                continue;
            token = rp_slice_sub(list, from, at - from);
            while (token.len > 0 && token.data[0] == ' ')
                token = rp_slice_sub(token, 1, token.len);
            while (token.len > 0 && token.data[token.len - 1] == ' ')
                token.len--;
            if (rp_compression_parse(token, &id))
                c->accepts[id] = true;
            from = at + 1;
        }
    }
}

static bool read_encoding(rp_server_call *c, const rp_h2_fields *f)
{
    rp_slice text;

    if (!rp_h2_fields_get(f, "grpc-encoding", &text))
        return true;
    c->framing.coding = rp_coding_find(text);
    if (c->framing.coding != NULL)
        return true;
    rp_server_call_fail(c, RP_STATUS_UNIMPLEMENTED,
                        "grpc-encoding '%.*s' is not known; known are %s",
                        (int)(text.len < 100 ? text.len : 100),
                        (const char *)text.data, rp_coding_accept_list());
    return false;
}

static bool read_timeout(rp_server_call *c, const rp_h2_fields *f)
{
    rp_nanos timeout;
    rp_slice text;

    if (!rp_h2_fields_get(f, "grpc-timeout", &text))
        return true;
    if (rp_timeout_parse(text, &timeout) != RP_OK) {
        rp_server_call_fail(c, RP_STATUS_INTERNAL, "malformed grpc-timeout");
        return false;
    }
    c->deadline = rp_time_add(rp_time_now(), timeout);
    if (c->deadline != RP_FOREVER)
        rp_timer_set(c->deadline_timer, timeout);
    return true;
}

/* Reads what the request says about itself. False: the call has been ended. */
static bool read_request(rp_server_call *c, const rp_h2_fields *f)
{
    rp_err err = RP_ERR_INIT;

    if (f->too_large) {
        rp_server_call_fail(c, RP_STATUS_RESOURCE_EXHAUSTED,
                            "the request headers are larger than the limit");
        return false;
    }
    if (rp_server_is_stopping(c->server)) {
        rp_server_call_fail(c, RP_STATUS_UNAVAILABLE, "the server is stopping");
        return false;
    }
    c->counted = rp_server_call_enter(c->server);
    if (!c->counted) {
        rp_server_call_fail(c, RP_STATUS_RESOURCE_EXHAUSTED,
                            "too many calls at once");
        return false;
    }
    if (rp_fields_to_metadata(f, &c->metadata, &err) != RP_OK) {
        rp_server_call_fail(c, RP_STATUS_INTERNAL, "%s", err.text);
        return false;
    }
    if (!rp_server_lookup(c->server, c->method, &c->handler)) {
        rp_server_call_fail(c, RP_STATUS_UNIMPLEMENTED, "Method not found!");
        return false;
    }
    return read_encoding(c, f) && read_timeout(c, f);
}

static rp_server_call *call_new(rp_server_conn *conn, rp_h2_stream *stream,
                                const rp_h2_fields *f)
{
    rp_server_call *c = RP_NEW(rp_server_call);
    rp_slice path = {NULL, 0};

    c->conn = conn;
    c->stream = stream;
    c->server = rp_server_conn_server(conn);
    c->rt = rp_server_runtime(c->server);
    rp_h2_fields_get(f, ":path", &path);
    c->method = rp_slice_dup_str(path);
    c->peer = rp_mem_dup_str(rp_server_conn_peer(conn));
    c->identity = rp_mem_dup_str(rp_server_conn_identity(conn));
    c->deadline = RP_FOREVER;
    c->deadline_timer = rp_timer_new(c->rt, on_deadline, c);
    c->event_timer = rp_timer_new(c->rt, on_event_timer, c);
    rp_framing_init(&c->framing, rp_server_get_opts(c->server)->max_receive);
    rp_h2_stream_set_user(stream, c);
    return c;
}

void rp_server_call_begin(rp_server_conn *conn, rp_h2_stream *stream,
                          const rp_h2_fields *f, bool end)
{
    const char *refusal = f->too_large ? NULL : check_http(f);
    rp_server_call *c;

    if (refusal != NULL) {
        refuse_http(stream, refusal);
        rp_server_conn_flush(conn);
        return;
    }
    c = call_new(conn, stream, f);
    c->remote_ended = end;
    read_accepts(c, f);
    if (!read_request(c, f))
        return;
    rp_server_call_set_compression(
        c, rp_server_get_opts(c->server)->compression, NULL);
    c->handler.start(c, c->handler.user_data);
    wake(c);
}

void rp_server_call_on_trailers(rp_server_call *c, bool end)
{
    if (end)
        rp_server_call_on_end(c);
}

void rp_server_call_on_data(rp_server_call *c, rp_slice octets)
{
    if (c->finished) {
        rp_h2_stream_consume(c->stream, octets.len);
        return;
    }
    c->uncredited += octets.len;
    rp_framing_feed(&c->framing, octets);
    wake(c);
}

void rp_server_call_on_end(rp_server_call *c)
{
    c->remote_ended = true;
    wake(c);
}

void rp_server_call_on_writable(rp_server_call *c)
{
    if (c->sent_due)
        wake(c);
}

void rp_server_call_on_close(rp_server_call *c, uint32_t code)
{
    (void)code;
    c->stream = NULL;
    c->conn = NULL;
    if (!c->finished) {
        c->finished = true;
        c->cancelled = true;
    }
    rp_timer_stop(c->deadline_timer);
    wake(c);
}

/* --- what a handler may ask ----------------------------------------------- */

void rp_server_call_set_events(rp_server_call *c,
                               const rp_server_call_events *events,
                               void *user_data)
{
    c->events = *events;
    c->user_data = user_data;
}

const char *rp_server_call_method(const rp_server_call *c)
{
    return c->method;
}

const rp_metadata *rp_server_call_metadata(const rp_server_call *c)
{
    return &c->metadata;
}

rp_nanos rp_server_call_time_left(const rp_server_call *c)
{
    rp_nanos left;

    if (c->deadline == RP_FOREVER)
        return RP_FOREVER;
    left = c->deadline - rp_time_now();
    return left > 0 ? left : 0;
}

const char *rp_server_call_peer(const rp_server_call *c)
{
    return c->peer;
}

const char *rp_server_call_identity(const rp_server_call *c)
{
    return c->identity;
}

rp_compression rp_server_call_request_compression(const rp_server_call *c)
{
    return c->framing.coding != NULL ? c->framing.coding->id
                                     : RP_COMPRESSION_IDENTITY;
}

rp_runtime *rp_server_call_runtime(const rp_server_call *c)
{
    return c->rt;
}
