/* serve: the reference server. */
#include "harness/cli/command.h"

#include <rpcref/mem.h>
#include <rpcref/server.h>
#include <rpcref/services.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

#define STOP_GRACE (5 * RP_SECOND)

static const pf_option options[] = {
    {"port", "N", "listen on 127.0.0.1:N (0: any)"},
    {"tls", NULL, "serve TLS"},
    {"use_tls", NULL, "the same, as the official interop server calls it"},
    {"cert", "FILE", "certificate chain"},
    {"key", "FILE", "private key"},
    {"cacert", "FILE", "demand client certificates signed by these"},
    {NULL, NULL, NULL},
};

typedef struct serving {
    uv_loop_t loop;
    rp_runtime *rt;
    rp_server *server;
    uv_signal_t sigint, sigterm;
    bool stopped;
} serving;

static void on_stopped(void *arg)
{
    serving *s = arg;

    s->stopped = true;
    uv_close((uv_handle_t *)&s->sigint, NULL);
    uv_close((uv_handle_t *)&s->sigterm, NULL);
}

static void on_signal(uv_signal_t *h, int number)
{
    serving *s = h->data;

    (void)number;
    rp_server_stop(s->server, STOP_GRACE, on_stopped, s);
}

static rp_code make_credentials(const pf_options *o, rp_credentials **out,
                                rp_err *err)
{
    rp_tls_opts tls = {
        .cert_file = pf_options_get(o, "cert"),
        .key_file = pf_options_get(o, "key"),
        .roots_file = pf_options_get(o, "cacert"),
        .require_client_cert = pf_options_has(o, "cacert"),
    };

    *out = NULL;
    if (!pf_options_has(o, "tls") && !pf_options_has(o, "use_tls"))
        return RP_OK;
    return rp_credentials_new_server(&tls, out, err);
}

static void listen_signals(serving *s)
{
    uv_signal_init(&s->loop, &s->sigint);
    uv_signal_init(&s->loop, &s->sigterm);
    s->sigint.data = s;
    s->sigterm.data = s;
    uv_signal_start(&s->sigint, on_signal, SIGINT);
    uv_signal_start(&s->sigterm, on_signal, SIGTERM);
}

static int run(const pf_options *o)
{
    const char *given = json_string_value(json_array_get(o->positional, 0));
    const char *number = pf_options_get(o, "port");
    char *address = given != NULL
                        ? rp_mem_dup_str(given)
                        : rp_mem_printf("127.0.0.1:%s", number ? number : "0");
    rp_credentials *credentials;
    rp_err err = RP_ERR_INIT;
    serving s = {0};
    int port = 0;
    int status = EXIT_USAGE;
    rp_code rc = make_credentials(o, &credentials, &err);

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&s.loop);
    rp_runtime_adopt(&s.loop, &s.rt, NULL);
    rp_server_new(s.rt, NULL, &s.server, NULL);
    rp_server_add_lookup(s.server, rp_services_interop, NULL);
    if (rc == RP_OK) {
        rc = rp_server_add_port(s.server, address, credentials, &port, &err);
        if (rc == RP_EBUSY || rc == RP_EIO)
            status = EXIT_UNREACHABLE;
    }
    if (rc == RP_OK) {
        if (strncmp(address, "unix:", 5) == 0)
            printf("listening on %s\n", address);
        else
            printf("listening on %.*s:%d\n",
                   (int)(strrchr(address, ':') - address), address, port);
        fflush(stdout);
        listen_signals(&s);
        uv_run(&s.loop, UV_RUN_DEFAULT);
        status = 0;
    } else {
        fprintf(stderr, "rpcproof serve: %s\n", err.text);
    }
    rp_server_free(s.server);
    rp_runtime_free(s.rt);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    uv_loop_close(&s.loop);
    rp_credentials_unref(credentials);
    rp_mem_free(address);
    return status;
}

const pf_command PF_COMMAND_serve = {
    "serve", "the reference server: grpc.testing.TestService",
    "[ADDR] [OPTIONS]", options, run};
