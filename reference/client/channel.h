/* channel.h - the inside of a channel, for calls and connections. */
#ifndef REFERENCE_CLIENT_CHANNEL_H
#define REFERENCE_CLIENT_CHANNEL_H

#include "reference/client/conn.h"
#include <rpcref/channel.h>

/* Waits for a connection. The waiter is told once: a connection, or NULL and
 * the reason it fails fast. `entry` is kept until then or until
 * rp_channel_forget(). */
typedef struct rp_channel_waiter {
    struct rp_channel_waiter *next;
    bool wait_for_ready;
    void (*on_ready)(struct rp_channel_waiter *w, rp_client_conn *conn,
                     const char *why);
} rp_channel_waiter;

void rp_channel_wait(rp_channel *ch, rp_channel_waiter *w);
void rp_channel_forget(rp_channel *ch, rp_channel_waiter *w);

/* Every call that has not ended, so that closing can end it. */
typedef struct rp_channel_member {
    struct rp_channel_member *prev, *next;
    void (*on_shutdown)(struct rp_channel_member *m);
} rp_channel_member;

void rp_channel_join(rp_channel *ch, rp_channel_member *m);
void rp_channel_leave(rp_channel *ch, rp_channel_member *m);

rp_channel *rp_channel_ref(rp_channel *ch);
rp_runtime *rp_channel_runtime(const rp_channel *ch);
const rp_channel_opts *rp_channel_get_opts(const rp_channel *ch);
const char *rp_channel_authority(const rp_channel *ch);
const char *rp_channel_user_agent(const rp_channel *ch);
bool rp_channel_is_closed(const rp_channel *ch);

/* From a connection. */
void rp_channel_conn_ready(rp_channel *ch, rp_client_conn *conn);
void rp_channel_conn_draining(rp_channel *ch, rp_client_conn *conn);
void rp_channel_conn_closed(rp_channel *ch, rp_client_conn *conn,
                            const char *why);

#endif
