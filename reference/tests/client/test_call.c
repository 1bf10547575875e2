#include "reference/tests/loopback.h"

#include "grpc/testing/messages.pb-c.h"

#define SERVICE "/grpc.testing.TestService/"

static void send_simple(witness *w, Grpc__Testing__SimpleRequest *m)
{
    uint8_t octets[4096];
    size_t len = grpc__testing__simple_request__pack(m, octets);

    assert_int_equal(
        rp_call_send(w->call, rp_slice_of(octets, len), false, NULL), RP_OK);
    rp_call_half_close(w->call);
}

static void empty_call_is_answered(void **state)
{
    loopback l;
    witness w = {0};

    (void)state;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w,
                  (rp_call_opts){.method = SERVICE "EmptyCall",
                                 .single_response = true,
                                 .timeout = 5 * RP_SECOND});
    rp_call_send(w.call, rp_slice_of(NULL, 0), false, NULL);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    assert_int_equal(w.messages, 1);
    assert_int_equal(w.last.len, 0);
    witness_clear(&w);
    loopback_stop(&l);
}

static void large_messages_pass_the_windows(void **state)
{
    Grpc__Testing__SimpleRequest m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    loopback l;
    witness w = {0};

    (void)state;
    m.response_size = 3000000;
    loopback_start(&l, NULL, NULL);
    witness_start(
        &l, &w,
        (rp_call_opts){.method = SERVICE "UnaryCall", .single_response = true});
    send_simple(&w, &m);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    assert_true(w.last.len > 3000000);
    witness_clear(&w);
    loopback_stop(&l);
}

static void status_and_message_arrive(void **state)
{
    Grpc__Testing__SimpleRequest m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__EchoStatus s = GRPC__TESTING__ECHO_STATUS__INIT;
    loopback l;

    (void)state;
    loopback_start(&l, NULL, NULL);
    m.response_status = &s;
    s.message = (char *)(uintptr_t) "\t\ncaf\xc3\xa9 100%";
    for (int code = 1; code < RP_STATUS_COUNT; code++) {
        witness w = {0};
        rp_call_facts facts;

        s.code = code;
        witness_start(&l, &w,
                      (rp_call_opts){.method = SERVICE "UnaryCall",
                                     .single_response = true});
        send_simple(&w, &m);
        witness_wait(&l, &w);
        assert_int_equal(w.status.code, code);
        assert_string_equal(rp_buf_str(&w.status.message), s.message);
        rp_call_get_facts(w.call, &facts);
        assert_true(facts.trailers_only);
        witness_clear(&w);
    }
    loopback_stop(&l);
}

static void unknown_methods_are_unimplemented(void **state)
{
    loopback l;
    witness w = {0};

    (void)state;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = "/no.Such/Method"});
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_UNIMPLEMENTED);
    witness_clear(&w);
    loopback_stop(&l);
}

static void metadata_is_echoed_in_its_place(void **state)
{
    Grpc__Testing__SimpleRequest m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    rp_metadata md = RP_METADATA_INIT;
    rp_slice value;
    loopback l;
    witness w = {0};

    (void)state;
    rp_metadata_add_str(&md, "x-grpc-test-echo-initial", "here", NULL);
    rp_metadata_add(&md, "x-grpc-test-echo-trailing-bin",
                    rp_slice_of("\xab\x00\xab", 3), NULL);
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w,
                  (rp_call_opts){.method = SERVICE "UnaryCall",
                                 .metadata = &md,
                                 .single_response = true});
    send_simple(&w, &m);
    witness_wait(&l, &w);
    assert_true(
        rp_metadata_get(&w.initial, "x-grpc-test-echo-initial", &value));
    assert_true(rp_slice_equal_str(value, "here"));
    assert_true(
        rp_metadata_get(&w.trailing, "x-grpc-test-echo-trailing-bin", &value));
    assert_true(rp_slice_equal(value, rp_slice_of("\xab\x00\xab", 3)));
    witness_clear(&w);
    rp_metadata_clear(&md);
    loopback_stop(&l);
}

static void a_deadline_ends_a_waiting_call(void **state)
{
    loopback l;
    witness w = {0};

    (void)state;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w,
                  (rp_call_opts){.method = SERVICE "FullDuplexCall",
                                 .timeout = 50 * RP_MILLISECOND});
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_DEADLINE_EXCEEDED);
    witness_clear(&w);
    loopback_stop(&l);
}

static void a_dead_target_is_unavailable(void **state)
{
    loopback l;
    witness w = {0};
    rp_channel *live;

    (void)state;
    loopback_start(&l, NULL, NULL);
    live = l.channel;
    assert_int_equal(
        rp_channel_new(l.rt, "127.0.0.1:1", NULL, &l.channel, NULL), RP_OK);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "EmptyCall"});
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_UNAVAILABLE);
    witness_clear(&w);
    rp_channel_close(live);
    rp_channel_unref(live);
    loopback_stop(&l);
}

static void cancelling_ends_with_cancelled(void **state)
{
    loopback l;
    witness w = {0};

    (void)state;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "FullDuplexCall"});
    rp_call_cancel(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_CANCELLED);
    witness_clear(&w);
    loopback_stop(&l);
}

static void messages_are_compressed_when_asked(void **state)
{
    Grpc__Testing__SimpleRequest m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__BoolValue yes = GRPC__TESTING__BOOL_VALUE__INIT;
    loopback l;
    witness w = {0};

    (void)state;
    yes.value = 1;
    m.expect_compressed = &yes;
    m.response_compressed = &yes;
    m.response_size = 1000;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w,
                  (rp_call_opts){.method = SERVICE "UnaryCall",
                                 .compression = RP_COMPRESSION_GZIP,
                                 .single_response = true});
    send_simple(&w, &m);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    assert_int_equal(w.packed, 1);
    assert_true(w.last.len > 1000);
    witness_clear(&w);
    loopback_stop(&l);
}

/* Neither side may buffer without bound: while the client does not ask for
 * messages, the server's responses stop, and then its reading. */
static void a_slow_reader_stops_a_fast_writer(void **state)
{
    Grpc__Testing__StreamingOutputCallRequest m =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    Grpc__Testing__ResponseParameters p =
        GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters *list[] = {&p};
    uint8_t octets[64];
    loopback l;
    witness w = {.hold = true};
    size_t sent = 0, stalls = 0;
    size_t len;

    (void)state;
    p.size = 60000;
    m.n_response_parameters = 1;
    m.response_parameters = list;
    len = grpc__testing__streaming_output_call_request__pack(&m, octets);
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "FullDuplexCall"});
    for (; sent < 20; sent++)
        rp_call_send(w.call, rp_slice_of(octets, len), false, NULL);
    rp_call_half_close(w.call);
    while (stalls++ < 200)
        uv_run(&l.loop, UV_RUN_NOWAIT);
    assert_int_equal(w.messages, 0);
    w.hold = false;
    rp_call_receive(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    assert_int_equal(w.messages, 20);
    witness_clear(&w);
    loopback_stop(&l);
}

static void too_large_messages_exhaust_the_limit(void **state)
{
    Grpc__Testing__SimpleRequest m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    rp_channel_opts opts = {.max_receive = 1000};
    loopback l;
    witness w = {0};

    (void)state;
    m.response_size = 2000;
    loopback_start(&l, NULL, &opts);
    witness_start(
        &l, &w,
        (rp_call_opts){.method = SERVICE "UnaryCall", .single_response = true});
    send_simple(&w, &m);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_RESOURCE_EXHAUSTED);
    witness_clear(&w);
    loopback_stop(&l);
}

RP_TEST_MAIN(cmocka_unit_test(empty_call_is_answered),
             cmocka_unit_test(large_messages_pass_the_windows),
             cmocka_unit_test(status_and_message_arrive),
             cmocka_unit_test(unknown_methods_are_unimplemented),
             cmocka_unit_test(metadata_is_echoed_in_its_place),
             cmocka_unit_test(a_deadline_ends_a_waiting_call),
             cmocka_unit_test(a_dead_target_is_unavailable),
             cmocka_unit_test(cancelling_ends_with_cancelled),
             cmocka_unit_test(messages_are_compressed_when_asked),
             cmocka_unit_test(a_slow_reader_stops_a_fast_writer),
             cmocka_unit_test(too_large_messages_exhaust_the_limit))
