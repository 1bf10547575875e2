/* serve: the reference server. */
#include "harness/cli/command.h"

#include "harness/drivers/reference.h"
#include <rpcref/mem.h>
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
    pf_reference *reference;
    uv_signal_t sigint, sigterm;
    bool stopping;
} serving;

static void on_stopped(void *arg)
{
    serving *s = arg;

    uv_close((uv_handle_t *)&s->sigint, NULL);
    uv_close((uv_handle_t *)&s->sigterm, NULL);
}

/* The second signal waits for no call. */
static void on_signal(uv_signal_t *h, int number)
{
    serving *s = h->data;

    (void)number;
    pf_reference_stop(s->reference, s->stopping ? 0 : STOP_GRACE, on_stopped,
                      s);
    s->stopping = true;
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

/* Listens and says where. */
static rp_code listen_on(serving *s, const char *address,
                         rp_credentials *credentials, rp_err *err)
{
    int port;
    rp_code rc = rp_server_add_port(pf_reference_server(s->reference), address,
                                    credentials, &port, err);

    if (rc != RP_OK)
        return rc;
    if (strncmp(address, "unix:", 5) == 0)
        printf("listening on %s\n", address);
    else
        printf("listening on %.*s:%d\n", (int)(strrchr(address, ':') - address),
               address, port);
    fflush(stdout);
    return RP_OK;
}

static rp_code serve(serving *s, const pf_options *o, const char *address,
                     rp_err *err)
{
    rp_credentials *credentials;
    rp_code rc = make_credentials(o, &credentials, err);

    if (rc == RP_OK)
        rc = pf_reference_new(s->rt, NULL, &s->reference, err);
    if (rc == RP_OK)
        rc = listen_on(s, address, credentials, err);
    if (rc == RP_OK) {
        listen_signals(s);
        uv_run(&s->loop, UV_RUN_DEFAULT);
    }
    pf_reference_free(s->reference);
    rp_credentials_unref(credentials);
    return rc;
}

static int run(const pf_options *o)
{
    const char *given = json_string_value(json_array_get(o->positional, 0));
    const char *number = pf_options_get(o, "port");
    char *address = given != NULL
                        ? rp_mem_dup_str(given)
                        : rp_mem_printf("127.0.0.1:%s", number ? number : "0");
    rp_err err = RP_ERR_INIT;
    serving s = {0};
    rp_code rc;

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&s.loop);
    rp_runtime_adopt(&s.loop, &s.rt, NULL);
    rc = serve(&s, o, address, &err);
    if (rc != RP_OK)
        fprintf(stderr, "rpcproof serve: %s\n", err.text);
    rp_runtime_free(s.rt);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    uv_loop_close(&s.loop);
    rp_mem_free(address);
    if (rc == RP_EBUSY || rc == RP_EIO)
        return EXIT_UNREACHABLE;
    return rc == RP_OK ? 0 : EXIT_USAGE;
}

const pf_command PF_COMMAND_serve = {
    "serve", "the reference server: TestService, health, reflection",
    "[ADDR] [OPTIONS]", options, run};
