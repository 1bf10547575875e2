/* call: one RPC with the reference client, JSON in and out. */
#include "harness/cli/command.h"
#include "harness/data/schema.h"
#include "reference/base/file.h"

#include <rpcref/call.h>
#include <rpcref/mem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    EXIT_STATUS = 1,
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
    INPUT_MAX = 64 * 1024 * 1024
};

static const pf_option options[] = {
    {"data", "JSON", "a request message; repeatable; @FILE or - reads it", 'd'},
    {"header", "K:V", "metadata; repeatable", 'H'},
    {"timeout", "S", "deadline in seconds"},
    {"compression", "NAME", "gzip or deflate"},
    {"tls", NULL, "connect with TLS"},
    {"cacert", "FILE", "whom to trust"},
    {"cert", "FILE", "own certificate chain"},
    {"key", "FILE", "own private key"},
    {"authority", "NAME", "name to expect and to send"},
    {"insecure-skip-verify", NULL, "trust any certificate"},
    {NULL, NULL, NULL},
};

typedef struct calling {
    const pf_method *method;
    rp_call *call;
    bool done;
    int status;
} calling;

/* Octets are no JSON text: bytes fields are shown as escapes. */
static void print_message(const pf_method *m, rp_slice octets)
{
    json_t *v = NULL;
    char *text;

    if (pf_message_decode(m->output, octets, &v, NULL) != RP_OK) {
        printf("{\"@malformed\": \"%zu octets\"}\n", octets.len);
        return;
    }
    text = json_dumps(v, JSON_COMPACT);
    if (text != NULL)
        puts(text);
    else
        printf("{\"@octets\": %zu}\n", octets.len);
    fflush(stdout);
    free(text);
    json_decref(v);
}

static void on_message(rp_call *call, rp_slice message, bool packed, void *user)
{
    calling *c = user;

    (void)packed;
    print_message(c->method, message);
    rp_call_receive(call);
}

static void on_done(rp_call *call, const rp_status *status,
                    const rp_metadata *trailing, void *user)
{
    calling *c = user;
    rp_call_facts facts;

    (void)trailing;
    c->done = true;
    rp_call_get_facts(call, &facts);
    if (status->code == RP_STATUS_OK)
        return;
    fprintf(stderr, "%s", rp_status_name(status->code));
    if (status->message.len > 0)
        fputs(": ", stderr);
    for (size_t i = 0; i < status->message.len; i++) {
        uint8_t ch = status->message.data[i];

        if (ch < 0x20 || ch == 0x7f)
            fprintf(stderr, "\\x%02x", ch);
        else
            fputc(ch, stderr);
    }
    fputc('\n', stderr);
    c->status =
        facts.connection_id == 0 && status->code == RP_STATUS_UNAVAILABLE
            ? EXIT_UNREACHABLE
            : EXIT_STATUS;
}

static const rp_call_events events = {NULL, on_message, NULL, on_done};

/* Every JSON value of a text, encoded and sent. */
static rp_code send_text(calling *c, const char *text, rp_err *err)
{
    size_t at = 0;
    size_t len = strlen(text);

    while (at < len) {
        json_error_t why;
        json_t *v =
            json_loadb(text + at, len - at, JSON_DISABLE_EOF_CHECK, &why);
        rp_buf octets = RP_BUF_INIT;
        rp_code rc;

        if (v == NULL)
            return rp_fail(err, RP_EPARSE, "--data: %s", why.text);
        at += (size_t)why.position;
        at += strspn(text + at, " \t\r\n");
        rc = pf_message_encode(c->method->input, v, &octets, err);
        if (rc == RP_OK)
            rc = rp_call_send(c->call, rp_buf_slice(&octets), false, err);
        json_decref(v);
        rp_buf_clear(&octets);
        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

static rp_code send_data(calling *c, const char *data, rp_err *err)
{
    rp_buf text = RP_BUF_INIT;
    rp_code rc;

    if (strcmp(data, "-") != 0 && data[0] != '@')
        return send_text(c, data, err);
    rc = rp_file_read(data[0] == '@' ? data + 1 : "-", INPUT_MAX, &text, err);
    if (rc == RP_OK)
        rc = send_text(c, rp_buf_str(&text), err);
    rp_buf_clear(&text);
    return rc;
}

static rp_code read_headers(const pf_options *o, rp_metadata *md, rp_err *err)
{
    const json_t *list = pf_options_all(o, "header");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        const char *colon = strchr(text, ':');
        char *key;
        rp_code rc;

        if (colon == NULL)
            return rp_fail(err, RP_EINVAL, "--header '%s': KEY:VALUE is needed",
                           text);
        key = rp_slice_dup_str(rp_slice_of(text, (size_t)(colon - text)));
        colon += 1 + strspn(colon + 1, " ");
        rc = rp_metadata_add_str(md, key, colon, err);
        rp_mem_free(key);
        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

static rp_code open_channel(const pf_options *o, rp_runtime *rt,
                            rp_channel **out, rp_err *err)
{
    rp_tls_opts tls = {
        .roots_file = pf_options_get(o, "cacert"),
        .cert_file = pf_options_get(o, "cert"),
        .key_file = pf_options_get(o, "key"),
        .insecure_skip_verify = pf_options_has(o, "insecure-skip-verify"),
    };
    rp_channel_opts opts = {.authority = pf_options_get(o, "authority")};
    rp_code rc = RP_OK;

    if (pf_options_has(o, "tls"))
        rc = rp_credentials_new_client(&tls, &opts.credentials, err);
    if (rc == RP_OK)
        rc = rp_channel_new(rt,
                            json_string_value(json_array_get(o->positional, 0)),
                            &opts, out, err);
    rp_credentials_unref(opts.credentials);
    return rc;
}

static rp_code start(const pf_options *o, rp_channel *ch, calling *c,
                     rp_err *err)
{
    const json_t *data = pf_options_all(o, "data");
    const char *coding = pf_options_get(o, "compression");
    rp_metadata md = RP_METADATA_INIT;
    double timeout = 0;
    rp_call_opts opts = {.method = c->method->path,
                         .metadata = &md,
                         .single_response = !c->method->response_streaming,
                         .events = &events,
                         .user_data = c};
    rp_code rc = read_headers(o, &md, err);

    if (rc == RP_OK)
        rc = pf_options_number(o, "timeout", 0.001, 1e6, &timeout, err);
    if (rc == RP_OK && coding != NULL &&
        !rp_compression_parse(rp_slice_str(coding), &opts.compression))
        rc = rp_fail(err, RP_EINVAL, "no compression is called '%s'", coding);
    opts.timeout = (rp_nanos)(timeout * (double)RP_SECOND);
    if (rc == RP_OK)
        rc = rp_call_start(ch, &opts, &c->call, err);
    if (rc == RP_OK)
        rp_call_receive(c->call);
    for (size_t i = 0; rc == RP_OK && i < json_array_size(data); i++)
        rc = send_data(c, json_string_value(json_array_get(data, i)), err);
    if (rc == RP_OK && data == NULL && !c->method->request_streaming)
        rc = send_text(c, "{}", err);
    if (rc == RP_OK)
        rp_call_half_close(c->call);
    rp_metadata_clear(&md);
    return rc;
}

static rp_code check_arguments(const pf_options *o, calling *c, rp_err *err)
{
    const char *name = json_string_value(json_array_get(o->positional, 1));

    if (json_array_size(o->positional) != 2)
        return rp_fail(err, RP_EINVAL, "an address and a method are needed");
    c->method = pf_method_find(name);
    return c->method != NULL
               ? RP_OK
               : rp_fail(err, RP_EINVAL,
                         "no method '%s' is built in; SERVICE/METHOD of "
                         "grpc.testing is needed",
                         name);
}

static int run(const pf_options *o)
{
    calling c = {0};
    rp_channel *ch = NULL;
    rp_runtime *rt = NULL;
    rp_err err = RP_ERR_INIT;
    uv_loop_t loop;
    rp_code rc = check_arguments(o, &c, &err);

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&loop);
    if (rc == RP_OK)
        rc = rp_runtime_adopt(&loop, &rt, &err);
    if (rc == RP_OK)
        rc = open_channel(o, rt, &ch, &err);
    if (rc == RP_OK)
        rc = start(o, ch, &c, &err);
    while (rc == RP_OK && !c.done)
        uv_run(&loop, UV_RUN_ONCE);
    if (rc != RP_OK) {
        fprintf(stderr, "rpcproof call: %s\n", err.text);
        c.status = EXIT_USAGE;
    }
    rp_call_unref(c.call);
    if (ch != NULL)
        rp_channel_close(ch);
    rp_channel_unref(ch);
    rp_runtime_free(rt);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return c.status;
}

const pf_command PF_COMMAND_call = {
    "call", "one RPC with the reference client, JSON in and out",
    "ADDR SERVICE/METHOD [OPTIONS]", options, run};
