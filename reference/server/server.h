/* server.h - the inside of a server, for its connections and calls. */
#ifndef REFERENCE_SERVER_SERVER_H
#define REFERENCE_SERVER_SERVER_H

#include "reference/h2/conn.h"
#include <rpcref/server.h>

typedef struct rp_server_conn rp_server_conn;

rp_runtime *rp_server_runtime(const rp_server *s);
const rp_server_opts *rp_server_get_opts(const rp_server *s);
bool rp_server_lookup(const rp_server *s, const char *method,
                      rp_method_handler *out);
bool rp_server_is_stopping(const rp_server *s);
/* Counts a call in (false: one too many) and out. */
bool rp_server_call_enter(rp_server *s);
void rp_server_call_leave(rp_server *s);

/* A connection, from accept to close. */
rp_server_conn *rp_server_conn_new(rp_server *s, uint64_t id,
                                   rp_credentials *credentials, void *listener);
void rp_server_conn_flush(rp_server_conn *c);
void rp_server_conn_drain(rp_server_conn *c);
void rp_server_conn_abort(rp_server_conn *c);
/* Data or headers were sent: PINGs so far are forgiven. */
void rp_server_conn_forgive(rp_server_conn *c);
rp_server *rp_server_conn_server(const rp_server_conn *c);
const char *rp_server_conn_peer(const rp_server_conn *c);
const char *rp_server_conn_identity(const rp_server_conn *c);
/* From a connection that is gone. */
void rp_server_conn_gone(rp_server *s, rp_server_conn *c);

/* What a connection tells a call about its stream. */
void rp_server_call_begin(rp_server_conn *c, rp_h2_stream *stream,
                          const rp_h2_fields *f, bool end);
void rp_server_call_on_trailers(rp_server_call *call, bool end);
void rp_server_call_on_data(rp_server_call *call, rp_slice octets);
void rp_server_call_on_end(rp_server_call *call);
void rp_server_call_on_writable(rp_server_call *call);
/* The stream is gone; `why` NULL when by RST_STREAM or its end. */
void rp_server_call_on_close(rp_server_call *call, uint32_t code);

#endif
