/* conn.h - one HTTP/2 connection of a channel. */
#ifndef REFERENCE_CLIENT_CONN_H
#define REFERENCE_CLIENT_CONN_H

#include "reference/h2/conn.h"
#include "reference/io/address.h"
#include <rpcref/channel.h>

typedef struct rp_client_conn rp_client_conn;

/* What a call gets told about its stream. */
typedef struct rp_stream_sink {
    void (*on_headers)(struct rp_stream_sink *sink, const rp_h2_fields *f,
                       bool end);
    void (*on_data)(struct rp_stream_sink *sink, rp_slice octets);
    void (*on_end)(struct rp_stream_sink *sink);
    void (*on_writable)(struct rp_stream_sink *sink);
    /* Last. `why`: NULL for the stream alone, else what ended the connection.
     * `unprocessed`: the server has certainly not seen it. */
    void (*on_close)(struct rp_stream_sink *sink, uint32_t code,
                     const char *why, bool unprocessed);
} rp_stream_sink;

/* Begins to connect; the channel is told what comes of it. */
rp_client_conn *rp_client_conn_new(rp_channel *ch, const rp_address *address,
                                   uint64_t id);

/* Opens a stream for a call; NULL when the connection takes no more. */
rp_h2_stream *rp_client_conn_open(rp_client_conn *c, const rp_h2_field *fields,
                                  size_t count, rp_stream_sink *sink);

/* Sends what streams have queued, soon. */
void rp_client_conn_flush(rp_client_conn *c);

uint64_t rp_client_conn_id(const rp_client_conn *c);
const char *rp_client_conn_peer(const rp_client_conn *c);

/* GOAWAY, then closed when the last stream has ended. */
void rp_client_conn_drain(rp_client_conn *c);
/* At once; streams end. */
void rp_client_conn_abort(rp_client_conn *c);

#endif
