/* grpc.testing.TestService, as grpc/grpc doc/interop-test-descriptions.md
 * describes the server. */
#include <rpcref/services.h>

#include "grpc/testing/empty.pb-c.h"
#include "grpc/testing/messages.pb-c.h"
#include "reference/io/loop.h"
#include "reference/services/interop_orca.h"
#include "reference/services/message.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RESPONSE_MAX = 64 * 1024 * 1024 };

/* One response that is still to be sent. */
typedef struct reply {
    struct reply *next;
    int32_t size;
    int32_t pause_us;
    bool plain;
} reply;

typedef struct interop_call {
    rp_server_call *call;
    rp_timer *timer;
    const char *method;
    reply *first;
    reply **last;
    bool half_closed;
    bool hold;      /* HalfDuplexCall: answers come after the half-close */
    bool streaming; /* several requests may come */
    bool asked;     /* for the next of them */
    bool paused;    /* the timer runs */
    bool blocked;   /* on_sent will come */
    bool done;
    uint64_t total; /* StreamingInputCall */
    rp_status status;
    rp_metadata trailing;
} interop_call;

static void ask(interop_call *i)
{
    if (i->done || i->asked || !i->streaming)
        return;
    i->asked = true;
    rp_server_call_receive(i->call);
}

static void finish(interop_call *i)
{
    if (i->done)
        return;
    i->done = true;
    rp_server_call_finish(i->call, &i->status, &i->trailing, NULL);
}

static void fail(interop_call *i, rp_status_code code, const char *why)
{
    rp_status_set(&i->status, code, "%s", why);
    finish(i);
}

/* The request, or NULL when it is malformed, which ends the call. */
static void *receive(interop_call *i, const ProtobufCMessageDescriptor *type,
                     rp_slice message)
{
    void *m = rp_message_receive(i->call, type, message);

    i->done |= m == NULL;
    return m;
}

/* True when the request asks for a status, which then ends the call. */
static bool echo_status(interop_call *i, const Grpc__Testing__EchoStatus *want)
{
    if (want == NULL || want->code == 0)
        return false;
    rp_status_set(&i->status, rp_status_of_number(want->code), "%s",
                  want->message);
    i->status.raw_code = want->code;
    finish(i);
    return true;
}

/* Whether the message came compressed as the request says it should. */
static bool check_compressed(interop_call *i,
                             const Grpc__Testing__BoolValue *expected,
                             bool packed)
{
    if (expected == NULL || !expected->value || packed)
        return true;
    fail(i, RP_STATUS_INVALID_ARGUMENT,
         "the message was expected to be compressed and is not");
    return false;
}

static bool check_sizes(interop_call *i, int32_t type, int64_t size)
{
    if (type == 0 && size >= 0 && size <= RESPONSE_MAX)
        return true;
    fail(i, RP_STATUS_INVALID_ARGUMENT, "unsupported response type or size");
    return false;
}

static void use_compression(interop_call *i)
{
    rp_server_call_set_compression(i->call, RP_COMPRESSION_GZIP, NULL);
}

static void send_initial(interop_call *i)
{
    const rp_metadata *md = rp_server_call_metadata(i->call);
    rp_metadata initial = RP_METADATA_INIT;

    for (size_t k = 0; k < md->count; k++) {
        const rp_metadata_entry *e = &md->entries[k];

        if (strcmp(e->key, "x-grpc-test-echo-initial") == 0)
            rp_metadata_append(&initial, rp_slice_str(e->key),
                               rp_buf_slice(&e->value));
    }
    if (strcmp(i->method, "CacheableUnaryCall") == 0)
        rp_metadata_add_str(&initial, "cache-control", "max-age=60, public",
                            NULL);
    /* only what must be told early is: an early error stays Trailers-Only */
    if (initial.count > 0)
        rp_server_call_send_initial(i->call, &initial, NULL);
    rp_metadata_clear(&initial);
}

static void collect_trailing(interop_call *i)
{
    const rp_metadata *md = rp_server_call_metadata(i->call);

    for (size_t k = 0; k < md->count; k++) {
        const rp_metadata_entry *e = &md->entries[k];

        if (strcmp(e->key, "x-grpc-test-echo-trailing-bin") == 0)
            rp_metadata_append(&i->trailing, rp_slice_str(e->key),
                               rp_buf_slice(&e->value));
    }
}

static void answer_empty(interop_call *i, rp_slice message)
{
    Grpc__Testing__Empty *in =
        receive(i, &grpc__testing__empty__descriptor, message);
    Grpc__Testing__Empty out = GRPC__TESTING__EMPTY__INIT;

    if (in == NULL)
        return;
    grpc__testing__empty__free_unpacked(in, NULL);
    send_initial(i);
    rp_message_send(i->call, &out.base, false);
    finish(i);
}

/* The body of a response: zeros, or for a cache the time of its making. */
static void fill_body(const interop_call *i, size_t size, rp_buf *out)
{
    if (strcmp(i->method, "CacheableUnaryCall") == 0) {
        rp_buf_printf(out, "%lld", (long long)rp_time_wall());
        return;
    }
    memset(rp_buf_reserve(out, size), 0, size);
    rp_buf_commit(out, size);
}

static void send_simple(interop_call *i, const Grpc__Testing__SimpleRequest *in)
{
    Grpc__Testing__SimpleResponse out = GRPC__TESTING__SIMPLE_RESPONSE__INIT;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    bool packed =
        in->response_compressed != NULL && in->response_compressed->value;
    const char *who = rp_server_call_identity(i->call);
    char host[64] = "localhost";
    char id[128];
    rp_buf body = RP_BUF_INIT;

    if (packed)
        use_compression(i);
    send_initial(i);
    fill_body(i, (size_t)in->response_size, &body);
    payload.body.len = body.len;
    payload.body.data = body.data;
    out.payload = &payload;
    gethostname(host, sizeof(host) - 1);
    snprintf(id, sizeof(id), "%s:%ld", host, (long)getpid());
    if (in->fill_server_id) {
        out.server_id = id;
        out.hostname = host;
    }
    if (in->fill_username && who != NULL)
        out.username = (char *)(uintptr_t)who;
    rp_message_send(i->call, &out.base, !packed);
    rp_buf_clear(&body);
    rp_interop_add_load(in->orca_per_query_report, &i->trailing);
    finish(i);
}

static void answer_unary(interop_call *i, rp_slice message, bool packed)
{
    Grpc__Testing__SimpleRequest *in =
        receive(i, &grpc__testing__simple_request__descriptor, message);

    if (in == NULL)
        return;
    if (check_compressed(i, in->expect_compressed, packed) &&
        check_sizes(i, in->response_type, in->response_size)) {
        if (in->response_status != NULL && in->response_status->code != 0)
            send_initial(i);
        if (!echo_status(i, in->response_status))
            send_simple(i, in);
    }
    grpc__testing__simple_request__free_unpacked(in, NULL);
}

static void take_input(interop_call *i, rp_slice message, bool packed)
{
    Grpc__Testing__StreamingInputCallRequest *in = receive(
        i, &grpc__testing__streaming_input_call_request__descriptor, message);

    if (in == NULL)
        return;
    if (in->payload != NULL)
        i->total += in->payload->body.len;
    if (check_compressed(i, in->expect_compressed, packed))
        ask(i);
    grpc__testing__streaming_input_call_request__free_unpacked(in, NULL);
}

static void answer_input(interop_call *i)
{
    Grpc__Testing__StreamingInputCallResponse out =
        GRPC__TESTING__STREAMING_INPUT_CALL_RESPONSE__INIT;

    out.aggregated_payload_size = (int32_t)i->total;
    send_initial(i);
    rp_message_send(i->call, &out.base, false);
    finish(i);
}

/* --- streams of responses ------------------------------------------------- */

static void advance(interop_call *i);

static void send_output(interop_call *i, const reply *r)
{
    Grpc__Testing__StreamingOutputCallResponse out =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_RESPONSE__INIT;
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;

    payload.body.len = (size_t)r->size;
    payload.body.data = rp_mem_new(payload.body.len);
    out.payload = &payload;
    rp_message_send(i->call, &out.base, r->plain);
    rp_mem_free(payload.body.data);
}

static void on_pause(void *arg)
{
    interop_call *i = arg;

    i->paused = false;
    if (i->first != NULL)
        i->first->pause_us = 0;
    advance(i);
}

/* Sends what is due until it must wait for a pause, for room, or for more
 * requests. */
static void advance(interop_call *i)
{
    while (i->first != NULL && !i->paused && !i->blocked && !i->done &&
           !(i->hold && !i->half_closed)) {
        reply *r = i->first;

        if (r->pause_us > 0) {
            i->paused = true;
            rp_timer_set(i->timer, r->pause_us * RP_MICROSECOND);
            return;
        }
        send_output(i, r);
        i->first = r->next;
        if (i->first == NULL)
            i->last = &i->first;
        rp_mem_free(r);
        if (rp_server_call_is_blocked(i->call) && i->first != NULL)
            i->blocked = true;
    }
    if (i->first == NULL && i->half_closed)
        finish(i);
    else if (i->first == NULL)
        ask(i);
}

static bool add_replies(interop_call *i,
                        const Grpc__Testing__StreamingOutputCallRequest *in)
{
    for (size_t k = 0; k < in->n_response_parameters; k++) {
        const Grpc__Testing__ResponseParameters *p = in->response_parameters[k];
        bool packed = p->compressed != NULL && p->compressed->value;
        reply *r;

        if (!check_sizes(i, in->response_type, p->size))
            return false;
        if (packed)
            use_compression(i);
        r = RP_NEW(reply);
        r->size = p->size;
        r->pause_us = p->interval_us > 0 ? p->interval_us : 0;
        r->plain = !packed;
        *i->last = r;
        i->last = &r->next;
    }
    return true;
}

static void take_output(interop_call *i, rp_slice message)
{
    Grpc__Testing__StreamingOutputCallRequest *in = receive(
        i, &grpc__testing__streaming_output_call_request__descriptor, message);

    if (in == NULL)
        return;
    if (!echo_status(i, in->response_status) && add_replies(i, in)) {
        send_initial(i);
        /* the next request is read when this one has been answered, so that
           a client that does not read holds its own requests too */
        advance(i);
        if (i->hold)
            ask(i);
    }
    grpc__testing__streaming_output_call_request__free_unpacked(in, NULL);
}

/* --- events --------------------------------------------------------------- */

static void on_message(rp_server_call *call, rp_slice message, bool packed,
                       void *user)
{
    interop_call *i = user;

    (void)call;
    i->asked = false;
    if (i->done)
        return;
    if (strcmp(i->method, "EmptyCall") == 0)
        answer_empty(i, message);
    else if (strcmp(i->method, "UnaryCall") == 0 ||
             strcmp(i->method, "CacheableUnaryCall") == 0)
        answer_unary(i, message, packed);
    else if (strcmp(i->method, "StreamingInputCall") == 0)
        take_input(i, message, packed);
    else
        take_output(i, message);
}

static void on_half_close(rp_server_call *call, void *user)
{
    interop_call *i = user;

    (void)call;
    i->half_closed = true;
    if (strcmp(i->method, "StreamingInputCall") == 0 && !i->done)
        answer_input(i);
    else if (!i->done)
        advance(i);
}

static void on_sent(rp_server_call *call, void *user)
{
    interop_call *i = user;

    (void)call;
    i->blocked = false;
    if (strcmp(i->method, "StreamingInputCall") != 0)
        advance(i);
}

static void on_done(rp_server_call *call, bool cancelled, void *user)
{
    interop_call *i = user;

    (void)call;
    (void)cancelled;
    while (i->first != NULL) {
        reply *r = i->first;

        i->first = r->next;
        rp_mem_free(r);
    }
    rp_timer_free(i->timer);
    rp_status_clear(&i->status);
    rp_metadata_clear(&i->trailing);
    rp_mem_free(i);
}

static const rp_server_call_events events = {
    .on_message = on_message,
    .on_half_close = on_half_close,
    .on_sent = on_sent,
    .on_done = on_done,
};

static void start(rp_server_call *call, void *user)
{
    interop_call *i = RP_NEW(interop_call);

    (void)user;
    i->call = call;
    i->last = &i->first;
    i->method = strrchr(rp_server_call_method(call), '/') + 1;
    i->hold = strcmp(i->method, "HalfDuplexCall") == 0;
    i->timer = rp_timer_new(rp_server_call_runtime(call), on_pause, i);
    collect_trailing(i);
    i->streaming = strcmp(i->method, "StreamingInputCall") == 0 ||
                   strcmp(i->method, "FullDuplexCall") == 0 || i->hold;
    /* a later request may ask for compressed messages, when the headers, which
       must name the coding, have long been sent */
    if (strcmp(i->method, "FullDuplexCall") == 0)
        use_compression(i);
    rp_server_call_set_events(call, &events, i);
    rp_server_call_receive(call);
}

bool rp_services_interop(void *user_data, const char *method,
                         rp_method_handler *out)
{
    static const struct {
        const char *path;
        bool request_streaming, response_streaming;
    } methods[] = {
        {"/grpc.testing.TestService/EmptyCall", false, false},
        {"/grpc.testing.TestService/UnaryCall", false, false},
        {"/grpc.testing.TestService/CacheableUnaryCall", false, false},
        {"/grpc.testing.TestService/StreamingOutputCall", false, true},
        {"/grpc.testing.TestService/StreamingInputCall", true, false},
        {"/grpc.testing.TestService/FullDuplexCall", true, true},
        {"/grpc.testing.TestService/HalfDuplexCall", true, true},
    };

    (void)user_data;
    for (size_t k = 0; k < RP_COUNT(methods); k++) {
        if (strcmp(methods[k].path, method) != 0)
            continue;
        out->request_streaming = methods[k].request_streaming;
        out->response_streaming = methods[k].response_streaming;
        out->start = start;
        return true;
    }
    return false;
}
