/* conn.h - one HTTP/2 connection of either side, sans-I/O, over nghttp2.
 *
 * Octets go in and come out; what happens on streams is told by events.
 * Received DATA is credited to the connection at once and to its stream only
 * when it has been consumed, so a reader that stops holds its own sender and
 * nobody else's.
 *
 * Threads: one at a time for each connection.
 * Spec: RFC 9113. nghttp2 enforces its message rules (section 8), which gRPC
 * relies on: a malformed request or response is reset with PROTOCOL_ERROR. */
#ifndef REFERENCE_H2_CONN_H
#define REFERENCE_H2_CONN_H

#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct rp_h2_conn rp_h2_conn;
typedef struct rp_h2_stream rp_h2_stream;

typedef struct rp_h2_field {
    rp_slice name;
    rp_slice value;
} rp_h2_field;

/* A header block. Borrowed for the length of the event. */
typedef struct rp_h2_fields {
    const rp_h2_field *items;
    size_t count;
    size_t size;    /* as RFC 9113 section 6.5.2 counts */
    bool too_large; /* above the limit: the rest was not kept */
} rp_h2_fields;

/* The first field of that name; false when there is none. */
bool rp_h2_fields_get(const rp_h2_fields *f, const char *name, rp_slice *out);

/* All events get the user data of the connection. Streams are told apart by
 * rp_h2_stream_user(). `end`: END_STREAM came with it. */
typedef struct rp_h2_events {
    void (*on_headers)(void *conn_user, rp_h2_stream *s, const rp_h2_fields *f,
                       bool end);
    void (*on_data)(void *conn_user, rp_h2_stream *s, rp_slice octets);
    void (*on_end)(void *conn_user, rp_h2_stream *s);
    /* all octets written to the stream have been framed */
    void (*on_writable)(void *conn_user, rp_h2_stream *s);
    /* the stream is over and about to be freed; error_code of RST_STREAM, 0
     * when it ended well; `unsent`: its HEADERS never left */
    void (*on_close)(void *conn_user, rp_h2_stream *s, uint32_t error_code,
                     bool unsent);
    void (*on_settings)(void *conn_user); /* the peer's first SETTINGS */
    void (*on_goaway)(void *conn_user, uint32_t last_stream,
                      uint32_t error_code, rp_slice debug);
    void (*on_ping)(void *conn_user, bool ack);
} rp_h2_events;

typedef struct rp_h2_opts {
    bool server;
    const rp_h2_events *events;
    void *user_data;
    uint32_t max_concurrent_streams; /* 0: not advertised */
    uint32_t stream_window;          /* 0: 65535 */
    size_t max_header_list;          /* 0: 16 KiB */
} rp_h2_opts;

/* Queues the connection preface and SETTINGS. */
rp_h2_conn *rp_h2_conn_new(const rp_h2_opts *opts);
/* Streams still there are freed without an event. */
void rp_h2_conn_free(rp_h2_conn *c);

/* Takes octets of the peer.
 * Errors: RP_EPROTO for a connection error; GOAWAY is then in the output. */
rp_code rp_h2_conn_feed(rp_h2_conn *c, rp_slice octets, rp_err *err);

/* Appends what is to be sent, until about `max` octets are in *out. */
void rp_h2_conn_pull(rp_h2_conn *c, size_t max, rp_buf *out);
bool rp_h2_conn_wants_write(const rp_h2_conn *c);
/* Nothing more will be read or written. */
bool rp_h2_conn_is_done(const rp_h2_conn *c);

/* GOAWAY that lets streams up to the last one seen go on; with `notice` the
 * first half of a graceful shutdown (2^31-1). */
void rp_h2_conn_goaway(rp_h2_conn *c, bool notice, uint32_t error_code,
                       const char *debug);
void rp_h2_conn_ping(rp_h2_conn *c);
size_t rp_h2_conn_streams(const rp_h2_conn *c);

/* Calls fn for every open stream; fn may reset it. */
void rp_h2_conn_each(rp_h2_conn *c, void (*fn)(rp_h2_stream *s, void *arg),
                     void *arg);

/* Client: opens a stream. NULL when no more can be opened. */
rp_h2_stream *rp_h2_stream_open(rp_h2_conn *c, const rp_h2_field *fields,
                                size_t count, void *user);
/* Server: response headers; with `end` the whole response (Trailers-Only). */
void rp_h2_stream_headers(rp_h2_stream *s, const rp_h2_field *fields,
                          size_t count, bool end);
/* Appends to what is to be sent as DATA; *octets is taken. */
void rp_h2_stream_write_take(rp_h2_stream *s, rp_buf *octets);
/* Client: END_STREAM behind what has been written. */
void rp_h2_stream_end(rp_h2_stream *s);
/* Server: trailers behind what has been written. Fields are copied. */
void rp_h2_stream_trailers(rp_h2_stream *s, const rp_h2_field *fields,
                           size_t count);
void rp_h2_stream_reset(rp_h2_stream *s, uint32_t error_code);
/* The reader is done with so many octets. */
void rp_h2_stream_consume(rp_h2_stream *s, size_t octets);
/* Octets written and not yet framed. */
size_t rp_h2_stream_queued(const rp_h2_stream *s);
uint32_t rp_h2_stream_id(const rp_h2_stream *s);
void *rp_h2_stream_user(const rp_h2_stream *s);
void rp_h2_stream_set_user(rp_h2_stream *s, void *user);
/* Whether the peer has half-closed. */
bool rp_h2_stream_remote_ended(const rp_h2_stream *s);

#endif
