#include "reference/h2/conn.h"

#include <nghttp2/nghttp2.h>
#include <rpcref/mem.h>
#include <string.h>

enum {
    DEFAULT_HEADER_LIST = 16 * 1024,
    CONNECTION_WINDOW = 4 * 1024 * 1024,
    FIELD_OVERHEAD = 32,
};

struct rp_h2_stream {
    rp_h2_conn *conn;
    rp_h2_stream *prev, *next;
    int32_t id;
    void *user;
    rp_buf out;      /* DATA to be framed */
    size_t out_read; /* of it, framed */
    bool has_data;   /* a data provider is attached */
    bool deferred;
    bool ended; /* END_STREAM or trailers follow the data */
    bool remote_ended;
    rp_h2_field *trailers;
    size_t trailer_count;
    rp_buf trailer_text;
    size_t unconsumed;
};

struct rp_h2_conn {
    nghttp2_session *session;
    rp_h2_events events;
    void *user;
    bool server;
    bool settings_seen;
    bool broken;
    size_t max_header_list;
    rp_h2_stream *streams;
    size_t stream_count;

    /* the header block being received */
    rp_buf text;
    struct {
        size_t name, name_len, value, value_len;
    } * spans;
    size_t span_count, span_cap;
    size_t list_size;
    bool too_large;
};

bool rp_h2_fields_get(const rp_h2_fields *f, const char *name, rp_slice *out)
{
    for (size_t i = 0; i < f->count; i++) {
        if (rp_slice_equal_str(f->items[i].name, name)) {
            *out = f->items[i].value;
            return true;
        }
    }
    return false;
}

static rp_h2_stream *stream_new(rp_h2_conn *c, int32_t id)
{
    rp_h2_stream *s = RP_NEW(rp_h2_stream);

    s->conn = c;
    s->id = id;
    s->next = c->streams;
    if (s->next != NULL)
        s->next->prev = s;
    c->streams = s;
    c->stream_count++;
    return s;
}

static void stream_free(rp_h2_stream *s)
{
    rp_h2_conn *c = s->conn;

    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        c->streams = s->next;
    if (s->next != NULL)
        s->next->prev = s->prev;
    c->stream_count--;
    rp_buf_clear(&s->out);
    rp_buf_clear(&s->trailer_text);
    rp_mem_free(s->trailers);
    rp_mem_free(s);
}

static rp_h2_stream *stream_of(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

/* --- receiving ------------------------------------------------------------ */

static int on_begin_headers(nghttp2_session *session,
                            const nghttp2_frame *frame, void *user)
{
    rp_h2_conn *c = user;

    rp_buf_reset(&c->text);
    c->span_count = 0;
    c->list_size = 0;
    c->too_large = false;
    if (c->server && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        rp_h2_stream *s = stream_new(c, frame->hd.stream_id);

        nghttp2_session_set_stream_user_data(session, s->id, s);
    }
    return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
                     const uint8_t *name, size_t name_len, const uint8_t *value,
                     size_t value_len, uint8_t flags, void *user)
{
    rp_h2_conn *c = user;

    (void)session;
    (void)frame;
    (void)flags;
    c->list_size += name_len + value_len + FIELD_OVERHEAD;
    if (c->list_size > c->max_header_list) {
        c->too_large = true;
        return 0;
    }
    c->spans =
        rp_mem_grow(c->spans, c->span_count, &c->span_cap, sizeof(*c->spans));
    c->spans[c->span_count].name = c->text.len;
    c->spans[c->span_count].name_len = name_len;
    rp_buf_append(&c->text, rp_slice_of(name, name_len));
    c->spans[c->span_count].value = c->text.len;
    c->spans[c->span_count].value_len = value_len;
    rp_buf_append(&c->text, rp_slice_of(value, value_len));
    c->span_count++;
    return 0;
}

static void tell_headers(rp_h2_conn *c, rp_h2_stream *s, bool end)
{
    rp_h2_field *items = rp_mem_new(c->span_count * sizeof(*items));
    rp_slice text = rp_buf_slice(&c->text);
    rp_h2_fields fields = {items, c->span_count, c->list_size, c->too_large};

    for (size_t i = 0; i < c->span_count; i++) {
        items[i].name =
            rp_slice_sub(text, c->spans[i].name, c->spans[i].name_len);
        items[i].value =
            rp_slice_sub(text, c->spans[i].value, c->spans[i].value_len);
    }
    s->remote_ended |= end;
    c->events.on_headers(c->user, s, &fields, end);
    rp_mem_free(items);
}

static void frame_of_stream(rp_h2_conn *c, const nghttp2_frame *frame)
{
    rp_h2_stream *s = stream_of(c->session, frame->hd.stream_id);
    bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;

    if (s == NULL)
        return;
    if (frame->hd.type == NGHTTP2_HEADERS) {
        tell_headers(c, s, end);
    } else if (frame->hd.type == NGHTTP2_DATA && end) {
        s->remote_ended = true;
        c->events.on_end(c->user, s);
    }
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame,
                    void *user)
{
    rp_h2_conn *c = user;

    (void)session;
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA:
        frame_of_stream(c, frame);
        break;
    case NGHTTP2_SETTINGS:
        if (!c->settings_seen && !(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
            c->settings_seen = true;
            if (c->events.on_settings != NULL)
                c->events.on_settings(c->user);
        }
        break;
    case NGHTTP2_GOAWAY:
        if (c->events.on_goaway != NULL)
            c->events.on_goaway(c->user, (uint32_t)frame->goaway.last_stream_id,
                                frame->goaway.error_code,
                                rp_slice_of(frame->goaway.opaque_data,
                                            frame->goaway.opaque_data_len));
        break;
    case NGHTTP2_PING:
        if (c->events.on_ping != NULL)
            c->events.on_ping(c->user,
                              (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0);
        break;
    default:
        break;
    }
    return 0;
}

static int on_data_chunk(nghttp2_session *session, uint8_t flags, int32_t id,
                         const uint8_t *data, size_t len, void *user)
{
    rp_h2_conn *c = user;
    rp_h2_stream *s = stream_of(session, id);

    (void)flags;
    nghttp2_session_consume_connection(session, len);
    if (s == NULL)
        return 0;
    s->unconsumed += len;
    c->events.on_data(c->user, s, rp_slice_of(data, len));
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code,
                           void *user)
{
    rp_h2_conn *c = user;
    rp_h2_stream *s = stream_of(session, id);

    if (s == NULL)
        return 0;
    c->events.on_close(c->user, s, code, false);
    stream_free(s);
    return 0;
}

/* A request whose HEADERS could not be sent any more. */
static int on_not_sent(nghttp2_session *session, const nghttp2_frame *frame,
                       int reason, void *user)
{
    rp_h2_conn *c = user;

    (void)reason;
    if (frame->hd.type != NGHTTP2_HEADERS || c->server)
        return 0;
    for (rp_h2_stream *s = c->streams; s != NULL; s = s->next) {
        if (s->id != frame->hd.stream_id)
            continue;
        /* nghttp2 closes the stream it had opened for these HEADERS next */
        nghttp2_session_set_stream_user_data(session, s->id, NULL);
        c->events.on_close(c->user, s, NGHTTP2_REFUSED_STREAM, true);
        stream_free(s);
        break;
    }
    return 0;
}

static int on_sent(nghttp2_session *session, const nghttp2_frame *frame,
                   void *user)
{
    rp_h2_conn *c = user;
    rp_h2_stream *s = stream_of(session, frame->hd.stream_id);

    if (frame->hd.type != NGHTTP2_HEADERS || s == NULL)
        return 0;
    /* a response that is complete before the request: the rest is not wanted */
    if (c->server && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
        !s->remote_ended)
        rp_h2_stream_reset(s, NGHTTP2_NO_ERROR);
    return 0;
}

/* --- the connection ------------------------------------------------------- */

static void set_callbacks(nghttp2_session_callbacks *cb)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(cb,
                                                            on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb,
                                                              on_data_chunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(cb, on_not_sent);
    nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_sent);
}

static void submit_settings(rp_h2_conn *c, const rp_h2_opts *opts)
{
    nghttp2_settings_entry rows[4];
    size_t count = 0;

    rows[count++] = (nghttp2_settings_entry){
        NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, (uint32_t)c->max_header_list};
    if (!opts->server)
        rows[count++] =
            (nghttp2_settings_entry){NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
    if (opts->max_concurrent_streams > 0)
        rows[count++] =
            (nghttp2_settings_entry){NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                                     opts->max_concurrent_streams};
    if (opts->stream_window > 0)
        rows[count++] = (nghttp2_settings_entry){
            NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, opts->stream_window};
    nghttp2_submit_settings(c->session, NGHTTP2_FLAG_NONE, rows, count);
    nghttp2_session_set_local_window_size(c->session, NGHTTP2_FLAG_NONE, 0,
                                          CONNECTION_WINDOW);
}

rp_h2_conn *rp_h2_conn_new(const rp_h2_opts *opts)
{
    rp_h2_conn *c = RP_NEW(rp_h2_conn);
    nghttp2_session_callbacks *cb;
    nghttp2_option *option;

    c->events = *opts->events;
    c->user = opts->user_data;
    c->server = opts->server;
    c->max_header_list =
        opts->max_header_list > 0 ? opts->max_header_list : DEFAULT_HEADER_LIST;
    nghttp2_session_callbacks_new(&cb);
    set_callbacks(cb);
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    /* grpc-message may begin or end with spaces: its grammar leaves them as
       they are, and C-core sends them so */
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
    if (opts->server)
        nghttp2_session_server_new2(&c->session, cb, c, option);
    else
        nghttp2_session_client_new2(&c->session, cb, c, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(cb);
    submit_settings(c, opts);
    return c;
}

void rp_h2_conn_free(rp_h2_conn *c)
{
    if (c == NULL)
        return;
    while (c->streams != NULL)
        stream_free(c->streams);
    nghttp2_session_del(c->session);
    rp_buf_clear(&c->text);
    rp_mem_free(c->spans);
    rp_mem_free(c);
}

rp_code rp_h2_conn_feed(rp_h2_conn *c, rp_slice octets, rp_err *err)
{
    ssize_t used;

    if (c->broken)
        return RP_OK;
    used = nghttp2_session_mem_recv(c->session, octets.data, octets.len);
    if (used >= 0)
        return RP_OK;
    c->broken = true;
    if (used == NGHTTP2_ERR_BAD_CLIENT_MAGIC)
        nghttp2_session_terminate_session(c->session, NGHTTP2_PROTOCOL_ERROR);
    return rp_fail(err, RP_EPROTO, "HTTP/2: %s", nghttp2_strerror((int)used));
}

void rp_h2_conn_pull(rp_h2_conn *c, size_t max, rp_buf *out)
{
    while (out->len < max) {
        const uint8_t *data;
        ssize_t len = nghttp2_session_mem_send(c->session, &data);

        if (len <= 0)
            return;
        rp_buf_append(out, rp_slice_of(data, (size_t)len));
    }
}

bool rp_h2_conn_wants_write(const rp_h2_conn *c)
{
    return nghttp2_session_want_write(c->session) != 0;
}

bool rp_h2_conn_is_done(const rp_h2_conn *c)
{
    return c->broken || (!nghttp2_session_want_read(c->session) &&
                         !nghttp2_session_want_write(c->session));
}

void rp_h2_conn_goaway(rp_h2_conn *c, bool notice, uint32_t error_code,
                       const char *debug)
{
    if (notice) {
        nghttp2_submit_shutdown_notice(c->session);
        return;
    }
    nghttp2_submit_goaway(c->session, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(c->session),
                          error_code, (const uint8_t *)debug,
                          debug != NULL ? strlen(debug) : 0);
}

void rp_h2_conn_ping(rp_h2_conn *c)
{
    static const uint8_t data[8] = {'r', 'p', 'c', 'r', 'e', 'f'};

    nghttp2_submit_ping(c->session, NGHTTP2_FLAG_NONE, data);
}

size_t rp_h2_conn_streams(const rp_h2_conn *c)
{
    return c->stream_count;
}

void rp_h2_conn_each(rp_h2_conn *c, void (*fn)(rp_h2_stream *s, void *arg),
                     void *arg)
{
    rp_h2_stream *next;

    for (rp_h2_stream *s = c->streams; s != NULL; s = next) {
        next = s->next;
        fn(s, arg);
    }
}

/* --- sending -------------------------------------------------------------- */

static nghttp2_nv *to_nv(const rp_h2_field *fields, size_t count)
{
    nghttp2_nv *nv = rp_mem_new(count * sizeof(*nv));

    for (size_t i = 0; i < count; i++) {
        nv[i].name = (uint8_t *)(uintptr_t)fields[i].name.data;
        nv[i].namelen = fields[i].name.len;
        nv[i].value = (uint8_t *)(uintptr_t)fields[i].value.data;
        nv[i].valuelen = fields[i].value.len;
    }
    return nv;
}

static void submit_trailers(rp_h2_stream *s)
{
    nghttp2_nv *nv = to_nv(s->trailers, s->trailer_count);

    nghttp2_submit_trailer(s->conn->session, s->id, nv, s->trailer_count);
    rp_mem_free(nv);
}

static ssize_t read_data(nghttp2_session *session, int32_t id, uint8_t *buf,
                         size_t room, uint32_t *flags,
                         nghttp2_data_source *source, void *user)
{
    rp_h2_stream *s = source->ptr;
    rp_h2_conn *c = user;
    size_t left = s->out.len - s->out_read;
    size_t part = left < room ? left : room;

    (void)session;
    (void)id;
    if (left == 0 && !s->ended) {
        s->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (part > 0)
        memcpy(buf, s->out.data + s->out_read, part);
    s->out_read += part;
    if (s->out_read == s->out.len) {
        rp_buf_reset(&s->out);
        s->out_read = 0;
        if (s->ended) {
            *flags |= NGHTTP2_DATA_FLAG_EOF;
            if (s->trailers != NULL) {
                *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
                submit_trailers(s);
            }
        } else {
            c->events.on_writable(c->user, s);
        }
    }
    return (ssize_t)part;
}

static nghttp2_data_provider provider_of(rp_h2_stream *s)
{
    nghttp2_data_provider p = {.source = {.ptr = s},
                               .read_callback = read_data};

    return p;
}

rp_h2_stream *rp_h2_stream_open(rp_h2_conn *c, const rp_h2_field *fields,
                                size_t count, void *user)
{
    rp_h2_stream *s = stream_new(c, 0);
    nghttp2_data_provider p = provider_of(s);
    nghttp2_nv *nv = to_nv(fields, count);

    s->user = user;
    s->has_data = true;
    s->id = nghttp2_submit_request(c->session, NULL, nv, count, &p, s);
    rp_mem_free(nv);
    if (s->id < 0) {
        stream_free(s);
        return NULL;
    }
    return s;
}

void rp_h2_stream_headers(rp_h2_stream *s, const rp_h2_field *fields,
                          size_t count, bool end)
{
    nghttp2_nv *nv = to_nv(fields, count);
    nghttp2_data_provider p = provider_of(s);

    s->has_data = !end;
    nghttp2_submit_response(s->conn->session, s->id, nv, count,
                            end ? NULL : &p);
    rp_mem_free(nv);
}

static void resume(rp_h2_stream *s)
{
    if (s->deferred) {
        s->deferred = false;
        nghttp2_session_resume_data(s->conn->session, s->id);
    }
}

void rp_h2_stream_write_take(rp_h2_stream *s, rp_buf *octets)
{
    if (s->out.len == 0) {
        rp_buf_clear(&s->out);
        s->out = *octets;
        *octets = (rp_buf)RP_BUF_INIT;
    } else {
        rp_buf_append(&s->out, rp_buf_slice(octets));
        rp_buf_reset(octets);
    }
    resume(s);
}

void rp_h2_stream_end(rp_h2_stream *s)
{
    s->ended = true;
    resume(s);
}

void rp_h2_stream_trailers(rp_h2_stream *s, const rp_h2_field *fields,
                           size_t count)
{
    size_t at = 0;
    rp_slice text;

    s->trailers = rp_mem_new(count * sizeof(*s->trailers));
    s->trailer_count = count;
    for (size_t i = 0; i < count; i++) {
        rp_buf_append(&s->trailer_text, fields[i].name);
        rp_buf_append(&s->trailer_text, fields[i].value);
    }
    text = rp_buf_slice(&s->trailer_text);
    for (size_t i = 0; i < count; i++) {
        s->trailers[i].name = rp_slice_sub(text, at, fields[i].name.len);
        at += fields[i].name.len;
        s->trailers[i].value = rp_slice_sub(text, at, fields[i].value.len);
        at += fields[i].value.len;
    }
    s->ended = true;
    resume(s);
}

void rp_h2_stream_reset(rp_h2_stream *s, uint32_t error_code)
{
    nghttp2_submit_rst_stream(s->conn->session, NGHTTP2_FLAG_NONE, s->id,
                              error_code);
}

void rp_h2_stream_consume(rp_h2_stream *s, size_t octets)
{
    if (octets > s->unconsumed)
        octets = s->unconsumed;
    s->unconsumed -= octets;
    if (octets > 0)
        nghttp2_session_consume_stream(s->conn->session, s->id, octets);
}

size_t rp_h2_stream_queued(const rp_h2_stream *s)
{
    return s->out.len - s->out_read;
}

uint32_t rp_h2_stream_id(const rp_h2_stream *s)
{
    return (uint32_t)s->id;
}

void *rp_h2_stream_user(const rp_h2_stream *s)
{
    return s->user;
}

void rp_h2_stream_set_user(rp_h2_stream *s, void *user)
{
    s->user = user;
}

bool rp_h2_stream_remote_ended(const rp_h2_stream *s)
{
    return s->remote_ended;
}
