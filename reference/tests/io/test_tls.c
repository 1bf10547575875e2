#include "reference/tests/loopback.h"

#include <stdlib.h>
#include <unistd.h>

/* Certificates for one run of this test, made by the openssl program. */
static char dir[] = "/tmp/rpcref-tls-XXXXXX";

static void shell(const char *command)
{
    char line[2048];

    snprintf(line, sizeof(line), "cd %s && %s", dir, command);
    assert_int_equal(system(line), 0);
}

static int make_certificates(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem"
          " -days 2 -subj /CN=ca 2>/dev/null");
    shell("printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' >good.ext;"
          "printf 'subjectAltName=DNS:elsewhere.example\\n' >other.ext;"
          "for n in good other client; do "
          "[ -f $n.ext ] || : >$n.ext;"
          "openssl req -newkey rsa:2048 -nodes -keyout $n.key -out $n.csr"
          " -subj /CN=$n 2>/dev/null &&"
          "openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key"
          " -CAcreateserial -days 2 -extfile $n.ext -out $n.pem 2>/dev/null"
          " || exit 1; done");
    return 0;
}

static int remove_certificates(void **state)
{
    char line[64];

    (void)state;
    snprintf(line, sizeof(line), "rm -rf %s", dir);
    return system(line);
}

static const char *in_dir(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s/%s", dir, name);
    return out;
}

/* The status of an EmptyCall with these certificates; names without ".pem",
 * NULL for none. */
static void call_over_tls(const char *server_cert, bool demand_client,
                          const char *client_cert, const char *roots,
                          rp_status *out)
{
    char paths[6][128];
    rp_tls_opts server = {
        .cert_file = paths[0],
        .key_file = paths[1],
        .roots_file = demand_client ? paths[2] : NULL,
        .require_client_cert = demand_client,
    };
    rp_tls_opts client = {
        .roots_file = roots != NULL ? paths[3] : NULL,
        .cert_file = client_cert != NULL ? paths[4] : NULL,
        .key_file = client_cert != NULL ? paths[5] : NULL,
    };
    rp_credentials *server_creds, *client_creds;
    rp_channel_opts opts = {0};
    loopback l;
    witness w = {0};
    rp_channel *plain;
    char target[64], name[64];
    int port;

    snprintf(name, sizeof(name), "%s.pem", server_cert);
    in_dir(paths[0], sizeof(paths[0]), name);
    snprintf(name, sizeof(name), "%s.key", server_cert);
    in_dir(paths[1], sizeof(paths[1]), name);
    in_dir(paths[2], sizeof(paths[2]), "ca.pem");
    in_dir(paths[3], sizeof(paths[3]), roots != NULL ? roots : "");
    in_dir(paths[4], sizeof(paths[4]), "client.pem");
    in_dir(paths[5], sizeof(paths[5]), "client.key");
    assert_int_equal(rp_credentials_new_server(&server, &server_creds, NULL),
                     RP_OK);
    assert_int_equal(rp_credentials_new_client(&client, &client_creds, NULL),
                     RP_OK);
    loopback_start(&l, NULL, NULL);
    assert_int_equal(
        rp_server_add_port(l.server, "127.0.0.1:0", server_creds, &port, NULL),
        RP_OK);
    plain = l.channel;
    opts.credentials = client_creds;
    snprintf(target, sizeof(target), "localhost:%d", port);
    assert_int_equal(rp_channel_new(l.rt, target, &opts, &l.channel, NULL),
                     RP_OK);
    witness_start(
        &l, &w,
        (rp_call_opts){.method = "/grpc.testing.TestService/EmptyCall",
                       .single_response = true});
    rp_call_send(w.call, rp_slice_of(NULL, 0), false, NULL);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    rp_status_copy(out, &w.status);
    witness_clear(&w);
    rp_channel_close(plain);
    rp_channel_unref(plain);
    loopback_stop(&l);
    rp_credentials_unref(server_creds);
    rp_credentials_unref(client_creds);
}

static void a_trusted_server_is_called(void **state)
{
    rp_status s = RP_STATUS_INIT;

    (void)state;
    call_over_tls("good", false, NULL, "ca.pem", &s);
    assert_int_equal(s.code, RP_STATUS_OK);
    rp_status_clear(&s);
}

static void mutual_authentication_is_served(void **state)
{
    rp_status s = RP_STATUS_INIT;

    (void)state;
    call_over_tls("good", true, "client", "ca.pem", &s);
    assert_int_equal(s.code, RP_STATUS_OK);
    rp_status_clear(&s);
}

static void a_client_without_certificate_is_refused(void **state)
{
    rp_status s = RP_STATUS_INIT;

    (void)state;
    call_over_tls("good", true, NULL, "ca.pem", &s);
    assert_int_equal(s.code, RP_STATUS_UNAVAILABLE);
    rp_status_clear(&s);
}

static void an_unknown_issuer_is_refused_with_the_reason(void **state)
{
    rp_status s = RP_STATUS_INIT;

    (void)state;
    call_over_tls("good", false, NULL, "client.pem", &s);
    assert_int_equal(s.code, RP_STATUS_UNAVAILABLE);
    assert_non_null(strstr(rp_buf_str(&s.message), "certificate"));
    rp_status_clear(&s);
}

static void a_wrong_name_is_refused_with_the_reason(void **state)
{
    rp_status s = RP_STATUS_INIT;

    (void)state;
    call_over_tls("other", false, NULL, "ca.pem", &s);
    assert_int_equal(s.code, RP_STATUS_UNAVAILABLE);
    assert_non_null(strstr(rp_buf_str(&s.message), "hostname mismatch"));
    rp_status_clear(&s);
}

static void bad_files_are_named(void **state)
{
    rp_tls_opts opts = {.cert_file = "/nonexistent.pem",
                        .key_file = "/nonexistent.key"};
    rp_credentials *c;
    rp_err err = RP_ERR_INIT;

    (void)state;
    assert_int_equal(rp_credentials_new_server(&opts, &c, &err), RP_ETLS);
    assert_null(c);
    assert_non_null(strstr(err.text, "/nonexistent.pem"));
    opts.cert_file = NULL;
    assert_int_equal(rp_credentials_new_server(&opts, &c, &err), RP_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trusted_server_is_called),
        cmocka_unit_test(mutual_authentication_is_served),
        cmocka_unit_test(a_client_without_certificate_is_refused),
        cmocka_unit_test(an_unknown_issuer_is_refused_with_the_reason),
        cmocka_unit_test(a_wrong_name_is_refused_with_the_reason),
        cmocka_unit_test(bad_files_are_named),
    };

    return cmocka_run_group_tests(tests, make_certificates,
                                  remove_certificates);
}
