#include "reference/client/channel.h"

#include "reference/io/address.h"
#include "reference/io/loop.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define BACKOFF_FACTOR 1.6
#define BACKOFF_JITTER 0.2

enum { ADDRESSES_MAX = 16 };

struct rp_channel {
    int refs;
    rp_runtime *rt;
    rp_channel_opts opts;
    rp_observer observer;
    rp_target target;
    char *authority;
    char *user_agent;
    rp_connectivity state;
    rp_client_conn *conn; /* connecting or ready; not one that drains */
    rp_address addresses[ADDRESSES_MAX];
    size_t address_count, address_next;
    uint64_t conn_count;
    rp_timer *attempt_timer; /* connect timeout, or the end of backoff */
    rp_timer *notify_timer;  /* brings what must not come from inside */
    rp_nanos backoff;
    rp_nanos attempt_start;
    bool resolving;
    char why[RP_ERR_TEXT_MAX];
    rp_channel_waiter *waiters;
    rp_channel_member *members;
    rp_channel_watch_fn watch;
    void *watch_data;
    uv_getaddrinfo_t resolve;
};

const char *rp_connectivity_name(rp_connectivity state)
{
    static const char *const names[] = {
        [RP_CONNECTIVITY_IDLE] = "IDLE",
        [RP_CONNECTIVITY_CONNECTING] = "CONNECTING",
        [RP_CONNECTIVITY_READY] = "READY",
        [RP_CONNECTIVITY_TRANSIENT_FAILURE] = "TRANSIENT_FAILURE",
        [RP_CONNECTIVITY_SHUTDOWN] = "SHUTDOWN",
    };

    return names[state];
}

static void set_state(rp_channel *ch, rp_connectivity state)
{
    if (ch->state == state || ch->state == RP_CONNECTIVITY_SHUTDOWN)
        return;
    ch->state = state;
    if (ch->watch != NULL)
        ch->watch(state, ch->watch_data);
}

/* Tells waiters what the state means for them. */
static void serve_waiters(void *arg)
{
    rp_channel *ch = arg;
    rp_channel_waiter **at = &ch->waiters;
    bool ready = ch->state == RP_CONNECTIVITY_READY;
    bool failing = ch->state == RP_CONNECTIVITY_TRANSIENT_FAILURE;
    rp_channel_waiter *told = NULL;
    rp_channel_waiter **told_end = &told;

    while (*at != NULL) {
        rp_channel_waiter *w = *at;

        if (ready || (failing && !w->wait_for_ready)) {
            *at = w->next;
            w->next = NULL;
            *told_end = w;
            told_end = &w->next;
        } else {
            at = &w->next;
        }
    }
    while (told != NULL) {
        rp_channel_waiter *w = told;

        told = w->next;
        w->next = NULL;
        w->on_ready(w, ready ? ch->conn : NULL, ch->why);
    }
}

static void attempt_failed(rp_channel *ch);

static void next_address(rp_channel *ch)
{
    if (ch->address_next >= ch->address_count) {
        attempt_failed(ch);
        return;
    }
    ch->conn = rp_client_conn_new(ch, &ch->addresses[ch->address_next++],
                                  ++ch->conn_count);
}

static void add_addresses(rp_channel *ch, const struct addrinfo *list)
{
    for (; list != NULL && ch->address_count < ADDRESSES_MAX;
         list = list->ai_next) {
        rp_address *a = &ch->addresses[ch->address_count++];

        memset(a, 0, sizeof(*a));
        memcpy(&a->addr, list->ai_addr, list->ai_addrlen);
        a->len = list->ai_addrlen;
    }
}

static void on_resolved(uv_getaddrinfo_t *req, int status,
                        struct addrinfo *list)
{
    rp_channel *ch = req->data;

    ch->resolving = false;
    if (status == 0)
        add_addresses(ch, list);
    else
        snprintf(ch->why, sizeof(ch->why), "cannot resolve '%s': %s",
                 ch->target.host, uv_strerror(status));
    uv_freeaddrinfo(list);
    if (ch->state != RP_CONNECTIVITY_SHUTDOWN)
        next_address(ch);
    rp_channel_unref(ch);
}

static void begin_attempt(rp_channel *ch)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char port[8];

    set_state(ch, RP_CONNECTIVITY_CONNECTING);
    ch->attempt_start = rp_time_now();
    ch->address_count = 0;
    ch->address_next = 0;
    rp_timer_set(ch->attempt_timer, ch->opts.connect_timeout);
    if (ch->target.is_unix) {
        rp_address_of_unix(ch->target.path, &ch->addresses[0]);
        ch->address_count = 1;
        next_address(ch);
        return;
    }
    snprintf(port, sizeof(port), "%d", ch->target.port);
    ch->resolve.data = rp_channel_ref(ch);
    ch->resolving = true;
    if (uv_getaddrinfo(rp_runtime_loop(ch->rt), &ch->resolve, on_resolved,
                       ch->target.host, port, &hints) != 0) {
        ch->resolving = false;
        rp_channel_unref(ch);
        attempt_failed(ch);
    }
}

/* Waits until an initial backoff after the attempt's start, with jitter. */
static void attempt_failed(rp_channel *ch)
{
    double jitter =
        1 - BACKOFF_JITTER + 2 * BACKOFF_JITTER * (rand() / (double)RAND_MAX);
    rp_nanos wait = (rp_nanos)((double)ch->backoff * jitter) -
                    (rp_time_now() - ch->attempt_start);

    ch->backoff = (rp_nanos)((double)ch->backoff * BACKOFF_FACTOR);
    if (ch->backoff > ch->opts.backoff_max)
        ch->backoff = ch->opts.backoff_max;
    ch->conn = NULL;
    rp_timer_set(ch->attempt_timer, wait > 0 ? wait : 0);
    set_state(ch, RP_CONNECTIVITY_TRANSIENT_FAILURE);
    rp_timer_set(ch->notify_timer, 0);
}

static void on_attempt_timer(void *arg)
{
    rp_channel *ch = arg;

    if (ch->state == RP_CONNECTIVITY_TRANSIENT_FAILURE) {
        begin_attempt(ch);
    } else if (ch->state == RP_CONNECTIVITY_CONNECTING && ch->conn != NULL) {
        snprintf(ch->why, sizeof(ch->why), "connecting took too long");
        rp_client_conn_abort(ch->conn);
    }
}

static void fill_opts(rp_channel *ch, const rp_channel_opts *opts,
                      const char *target)
{
    if (opts != NULL)
        ch->opts = *opts;
    rp_credentials_ref(ch->opts.credentials);
    if (ch->opts.observer != NULL) {
        ch->observer = *ch->opts.observer;
        ch->opts.observer = &ch->observer;
    }
    if (ch->opts.max_receive == 0)
        ch->opts.max_receive = 4 * 1024 * 1024;
    if (ch->opts.backoff_initial == 0)
        ch->opts.backoff_initial = RP_SECOND;
    if (ch->opts.backoff_max == 0)
        ch->opts.backoff_max = 120 * RP_SECOND;
    if (ch->opts.connect_timeout == 0)
        ch->opts.connect_timeout = 20 * RP_SECOND;
    ch->backoff = ch->opts.backoff_initial;
    if (ch->opts.authority != NULL)
        ch->authority = rp_mem_dup_str(ch->opts.authority);
    else if (ch->target.is_unix)
        ch->authority = rp_mem_dup_str("localhost");
    else
        ch->authority = rp_mem_printf(
            strchr(ch->target.host, ':') != NULL ? "[%s]:%d" : "%s:%d",
            ch->target.host, ch->target.port);
    (void)target;
    ch->user_agent = rp_mem_printf(
        "%s%sgrpc-c-rpcref/%s", ch->opts.user_agent ? ch->opts.user_agent : "",
        ch->opts.user_agent ? " " : "", RP_VERSION);
}

rp_code rp_channel_new(rp_runtime *rt, const char *target,
                       const rp_channel_opts *opts, rp_channel **out,
                       rp_err *err)
{
    rp_channel *ch = RP_NEW(rp_channel);
    rp_code rc = rp_target_parse(target, &ch->target, err);

    *out = NULL;
    if (rc != RP_OK) {
        rp_mem_free(ch);
        return rc;
    }
    ch->refs = 1;
    ch->rt = rt;
    fill_opts(ch, opts, target);
    ch->attempt_timer = rp_timer_new(rt, on_attempt_timer, ch);
    ch->notify_timer = rp_timer_new(rt, serve_waiters, ch);
    *out = ch;
    return RP_OK;
}

rp_connectivity rp_channel_state(const rp_channel *ch)
{
    return ch->state;
}

void rp_channel_connect(rp_channel *ch)
{
    if (ch->state == RP_CONNECTIVITY_IDLE)
        begin_attempt(ch);
}

void rp_channel_watch(rp_channel *ch, rp_channel_watch_fn cb, void *user_data)
{
    ch->watch = cb;
    ch->watch_data = user_data;
    if (cb != NULL)
        cb(ch->state, user_data);
}

const char *rp_channel_why(const rp_channel *ch)
{
    return ch->why;
}

void rp_channel_close(rp_channel *ch)
{
    if (ch->state == RP_CONNECTIVITY_SHUTDOWN)
        return;
    set_state(ch, RP_CONNECTIVITY_SHUTDOWN);
    rp_timer_stop(ch->attempt_timer);
    while (ch->members != NULL) {
        rp_channel_member *m = ch->members;

        rp_channel_leave(ch, m);
        m->on_shutdown(m);
    }
    if (ch->resolving)
        uv_cancel((uv_req_t *)&ch->resolve);
    if (ch->conn != NULL) {
        rp_client_conn_drain(ch->conn);
        ch->conn = NULL;
    }
}

static void channel_free(rp_channel *ch)
{
    rp_timer_free(ch->attempt_timer);
    rp_timer_free(ch->notify_timer);
    rp_credentials_unref(ch->opts.credentials);
    rp_mem_free(ch->authority);
    rp_mem_free(ch->user_agent);
    rp_mem_free(ch);
}

rp_channel *rp_channel_ref(rp_channel *ch)
{
    ch->refs++;
    return ch;
}

void rp_channel_unref(rp_channel *ch)
{
    if (ch != NULL && --ch->refs == 0)
        channel_free(ch);
}

void rp_channel_wait(rp_channel *ch, rp_channel_waiter *w)
{
    rp_channel_waiter **at = &ch->waiters;

    while (*at != NULL)
        at = &(*at)->next;
    w->next = NULL;
    *at = w;
    rp_channel_connect(ch);
    rp_timer_set(ch->notify_timer, 0);
}

void rp_channel_forget(rp_channel *ch, rp_channel_waiter *w)
{
    for (rp_channel_waiter **at = &ch->waiters; *at != NULL;
         at = &(*at)->next) {
        if (*at == w) {
            *at = w->next;
            w->next = NULL;
            return;
        }
    }
}

void rp_channel_join(rp_channel *ch, rp_channel_member *m)
{
    m->prev = NULL;
    m->next = ch->members;
    if (m->next != NULL)
        m->next->prev = m;
    ch->members = m;
}

void rp_channel_leave(rp_channel *ch, rp_channel_member *m)
{
    if (m->prev != NULL)
        m->prev->next = m->next;
    else if (ch->members == m)
        ch->members = m->next;
    if (m->next != NULL)
        m->next->prev = m->prev;
    m->prev = NULL;
    m->next = NULL;
}

rp_runtime *rp_channel_runtime(const rp_channel *ch)
{
    return ch->rt;
}

const rp_channel_opts *rp_channel_get_opts(const rp_channel *ch)
{
    return &ch->opts;
}

const char *rp_channel_authority(const rp_channel *ch)
{
    return ch->authority;
}

const char *rp_channel_user_agent(const rp_channel *ch)
{
    return ch->user_agent;
}

bool rp_channel_is_closed(const rp_channel *ch)
{
    return ch->state == RP_CONNECTIVITY_SHUTDOWN;
}

void rp_channel_conn_ready(rp_channel *ch, rp_client_conn *conn)
{
    if (conn != ch->conn)
        return;
    rp_timer_stop(ch->attempt_timer);
    ch->backoff = ch->opts.backoff_initial;
    set_state(ch, RP_CONNECTIVITY_READY);
    rp_timer_set(ch->notify_timer, 0);
}

/* The connection takes no new calls; the next call makes another. */
void rp_channel_conn_draining(rp_channel *ch, rp_client_conn *conn)
{
    if (conn != ch->conn)
        return;
    ch->conn = NULL;
    set_state(ch, RP_CONNECTIVITY_IDLE);
    if (ch->waiters != NULL)
        rp_channel_connect(ch);
}

void rp_channel_conn_closed(rp_channel *ch, rp_client_conn *conn,
                            const char *why)
{
    if (conn != ch->conn || ch->state == RP_CONNECTIVITY_SHUTDOWN)
        return;
    snprintf(ch->why, sizeof(ch->why), "%s", why);
    ch->conn = NULL;
    if (ch->state == RP_CONNECTIVITY_READY) {
        set_state(ch, RP_CONNECTIVITY_IDLE);
        if (ch->waiters != NULL)
            rp_channel_connect(ch);
    } else {
        next_address(ch);
    }
}
