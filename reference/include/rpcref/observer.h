/* observer.h - a look at every octet of a connection, after TLS.
 *
 * The harness makes its transcripts from it and checks by itself what the
 * reference reports.
 *
 * Threads: called on the loop's thread. */
#ifndef RPCREF_OBSERVER_H
#define RPCREF_OBSERVER_H

#include <rpcref/slice.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct rp_observer {
    /* A connection was made; `id` counts them from 1 within the channel or
     * server. `peer` as in rp_call_peer(). May be NULL. */
    void (*on_open)(void *user_data, uint64_t id, const char *peer);
    /* Octets in the order they were sent or received, in any pieces. */
    void (*on_octets)(void *user_data, uint64_t id, bool sent, rp_slice octets);
    /* The connection has ended. May be NULL. */
    void (*on_close)(void *user_data, uint64_t id);
    void *user_data;
} rp_observer;

#endif
