#include "reference/server/server.h"

#include "reference/io/address.h"
#include "reference/io/loop.h"
#include <arpa/inet.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { BACKLOG = 512 };

typedef struct port {
    struct port *next;
    rp_server *server;
    rp_credentials *credentials;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } u;
} port;

typedef struct lookup {
    rp_handler_lookup fn;
    void *user_data;
} lookup;

struct rp_server {
    rp_runtime *rt;
    rp_server_opts opts;
    rp_observer observer;
    lookup *lookups;
    size_t lookup_count, lookup_cap;
    port *ports;
    rp_server_conn **conns;
    size_t conn_count, conn_cap;
    uint64_t conn_ids;
    size_t calls;
    bool stopping;
    rp_nanos stop_at;
    rp_timer *grace_timer;
    rp_timer *stopped_timer;
    rp_task_fn stopped;
    void *stopped_arg;
};

static void tell_stopped(void *arg)
{
    rp_server *s = arg;
    rp_task_fn fn = s->stopped;

    if (s->conn_count > 0 || s->ports != NULL || fn == NULL)
        return;
    s->stopped = NULL;
    fn(s->stopped_arg);
}

static void on_grace(void *arg)
{
    rp_server *s = arg;

    for (size_t i = s->conn_count; i > 0; i--)
        rp_server_conn_abort(s->conns[i - 1]);
}

rp_code rp_server_new(rp_runtime *rt, const rp_server_opts *opts,
                      rp_server **out, rp_err *err)
{
    rp_server *s = RP_NEW(rp_server);

    (void)err;
    s->rt = rt;
    if (opts != NULL)
        s->opts = *opts;
    if (s->opts.observer != NULL) {
        s->observer = *s->opts.observer;
        s->opts.observer = &s->observer;
    }
    if (s->opts.max_receive == 0)
        s->opts.max_receive = 4 * 1024 * 1024;
    s->stop_at = RP_FOREVER;
    s->grace_timer = rp_timer_new(rt, on_grace, s);
    s->stopped_timer = rp_timer_new(rt, tell_stopped, s);
    *out = s;
    return RP_OK;
}

void rp_server_add_lookup(rp_server *s, rp_handler_lookup fn, void *user_data)
{
    s->lookups = rp_mem_grow(s->lookups, s->lookup_count, &s->lookup_cap,
                             sizeof(lookup));
    s->lookups[s->lookup_count++] = (lookup){fn, user_data};
}

static void on_connection(uv_stream_t *listener, int status)
{
    port *p = listener->data;
    rp_server *s = p->server;
    rp_server_conn *c;

    if (status != 0)
        return;
    c = rp_server_conn_new(s, ++s->conn_ids, p->credentials, listener);
    if (c == NULL)
        return;
    s->conns =
        rp_mem_grow(s->conns, s->conn_count, &s->conn_cap, sizeof(*s->conns));
    s->conns[s->conn_count++] = c;
}

static int bind_tcp(rp_server *s, port *p, const rp_target *target)
{
    struct sockaddr_storage addr;
    int rc;

    uv_tcp_init(rp_runtime_loop(s->rt), &p->u.tcp);
    rc = uv_ip4_addr(strcmp(target->host, "localhost") == 0 ? "127.0.0.1"
                                                            : target->host,
                     target->port, (struct sockaddr_in *)&addr);
    if (rc != 0)
        rc = uv_ip6_addr(target->host, target->port,
                         (struct sockaddr_in6 *)&addr);
    return rc != 0 ? rc : uv_tcp_bind(&p->u.tcp, (struct sockaddr *)&addr, 0);
}

static int bind_unix(rp_server *s, port *p, const rp_target *target)
{
    uv_pipe_init(rp_runtime_loop(s->rt), &p->u.pipe, 0);
    return uv_pipe_bind(&p->u.pipe, target->path);
}

static int bound_port(port *p)
{
    struct sockaddr_storage addr;
    int len = sizeof(addr);

    if (p->u.handle.type != UV_TCP ||
        uv_tcp_getsockname(&p->u.tcp, (struct sockaddr *)&addr, &len) != 0)
        return 0;
    return addr.ss_family == AF_INET
               ? ntohs(((struct sockaddr_in *)&addr)->sin_port)
               : ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
}

static void on_port_closed(uv_handle_t *h)
{
    port *p = h->data;

    rp_credentials_unref(p->credentials);
    rp_mem_free(p);
}

rp_code rp_server_add_port(rp_server *s, const char *address,
                           rp_credentials *credentials, int *out, rp_err *err)
{
    rp_target target;
    port *p;
    int rc = rp_target_parse(address, &target, err);

    if (rc != RP_OK)
        return (rp_code)rc;
    p = RP_NEW(port);
    p->server = s;
    p->credentials = rp_credentials_ref(credentials);
    rc = target.is_unix ? bind_unix(s, p, &target) : bind_tcp(s, p, &target);
    p->u.handle.data = p;
    if (rc == 0)
        rc = uv_listen(&p->u.stream, BACKLOG, on_connection);
    if (rc != 0) {
        uv_close(&p->u.handle, on_port_closed);
        return rp_fail(err, rc == UV_EADDRINUSE ? RP_EBUSY : RP_EIO,
                       "cannot listen on %s: %s", address, uv_strerror(rc));
    }
    p->next = s->ports;
    s->ports = p;
    if (out != NULL)
        *out = bound_port(p);
    return RP_OK;
}

static void close_ports(rp_server *s)
{
    while (s->ports != NULL) {
        port *p = s->ports;

        s->ports = p->next;
        uv_close(&p->u.handle, on_port_closed);
    }
}

void rp_server_stop(rp_server *s, rp_nanos grace, rp_task_fn stopped, void *arg)
{
    rp_nanos until = rp_time_add(rp_time_now(), grace);

    if (!s->stopping) {
        s->stopping = true;
        s->stopped = stopped;
        s->stopped_arg = arg;
        close_ports(s);
        for (size_t i = s->conn_count; i > 0; i--)
            rp_server_conn_drain(s->conns[i - 1]);
    }
    if (until < s->stop_at) {
        s->stop_at = until;
        rp_timer_set(s->grace_timer, grace);
    }
    rp_timer_set(s->stopped_timer, 0);
}

void rp_server_free(rp_server *s)
{
    if (s == NULL)
        return;
    rp_timer_free(s->grace_timer);
    rp_timer_free(s->stopped_timer);
    rp_mem_free(s->lookups);
    rp_mem_free(s->conns);
    rp_mem_free(s);
}

size_t rp_server_calls(const rp_server *s)
{
    return s->calls;
}

rp_runtime *rp_server_runtime(const rp_server *s)
{
    return s->rt;
}

const rp_server_opts *rp_server_get_opts(const rp_server *s)
{
    return &s->opts;
}

bool rp_server_lookup(const rp_server *s, const char *method,
                      rp_method_handler *out)
{
    for (size_t i = 0; i < s->lookup_count; i++) {
        if (s->lookups[i].fn(s->lookups[i].user_data, method, out))
            return true;
    }
    return false;
}

bool rp_server_is_stopping(const rp_server *s)
{
    return s->stopping;
}

bool rp_server_call_enter(rp_server *s)
{
    if (s->opts.max_concurrent_rpcs > 0 &&
        s->calls >= s->opts.max_concurrent_rpcs)
        return false;
    s->calls++;
    return true;
}

void rp_server_call_leave(rp_server *s)
{
    s->calls--;
}

void rp_server_conn_gone(rp_server *s, rp_server_conn *c)
{
    for (size_t i = 0; i < s->conn_count; i++) {
        if (s->conns[i] == c) {
            s->conns[i] = s->conns[--s->conn_count];
            break;
        }
    }
    if (s->stopping)
        rp_timer_set(s->stopped_timer, 0);
}
