#include "reference/tests/loopback.h"

#include "grpc/testing/messages.pb-c.h"
#include "reference/services/message.h"
#include "xds/data/orca/v3/orca_load_report.pb-c.h"

#define SERVICE "/grpc.testing.TestService/"

typedef Grpc__Testing__SimpleRequest simple_request;
typedef Grpc__Testing__SimpleResponse simple_response;
typedef Grpc__Testing__StreamingOutputCallRequest output_request;
typedef Grpc__Testing__StreamingOutputCallResponse output_response;
typedef Grpc__Testing__ResponseParameters parameters;

static void send_message(witness *w, const ProtobufCMessage *m)
{
    rp_buf octets = RP_BUF_INIT;

    rp_message_pack(m, &octets);
    rp_call_send(w->call, rp_buf_slice(&octets), false, NULL);
    rp_buf_clear(&octets);
}

/* A whole unary call. */
static void unary(loopback *l, witness *w, rp_call_opts opts,
                  const simple_request *m)
{
    opts.single_response = true;
    witness_start(l, w, opts);
    send_message(w, &m->base);
    rp_call_half_close(w->call);
    witness_wait(l, w);
}

static void wait_messages(loopback *l, const witness *w, size_t count)
{
    while (w->messages < count && !w->done)
        uv_run(&l->loop, UV_RUN_ONCE);
    assert_int_equal(w->messages, count);
}

/* One response of a size. */
static void ask_size(witness *w, parameters *p)
{
    output_request m = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;

    m.n_response_parameters = 1;
    m.response_parameters = &p;
    send_message(w, &m.base);
}

static void malformed_requests_are_internal(void **state)
{
    static const char *const methods[] = {
        SERVICE "EmptyCall", SERVICE "UnaryCall", SERVICE "StreamingInputCall",
        SERVICE "StreamingOutputCall", SERVICE "FullDuplexCall"};
    loopback l;

    (void)state;
    loopback_start(&l, NULL, NULL);
    for (size_t i = 0; i < RP_COUNT(methods); i++) {
        witness w = {0};

        witness_start(&l, &w, (rp_call_opts){.method = methods[i]});
        rp_call_send(w.call, rp_slice_str("\x0a\x7f"), false, NULL);
        rp_call_half_close(w.call);
        witness_wait(&l, &w);
        assert_int_equal(w.status.code, RP_STATUS_INTERNAL);
        witness_clear(&w);
    }
    loopback_stop(&l);
}

static void every_value_of_a_key_is_echoed(void **state)
{
    static const char *const keys[] = {"x-grpc-test-echo-initial",
                                       "x-grpc-test-echo-trailing-bin"};
    simple_request m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    rp_metadata md = RP_METADATA_INIT;
    loopback l;
    witness w = {0};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        rp_metadata_add_str(&md, keys[i], "first", NULL);
        rp_metadata_add_str(&md, keys[i], "second", NULL);
    }
    loopback_start(&l, NULL, NULL);
    unary(&l, &w,
          (rp_call_opts){.method = SERVICE "UnaryCall", .metadata = &md}, &m);
    assert_int_equal(rp_metadata_remove(&w.initial, keys[0]), 2);
    assert_int_equal(rp_metadata_remove(&w.trailing, keys[1]), 2);
    witness_clear(&w);
    rp_metadata_clear(&md);
    loopback_stop(&l);
}

static void nothing_is_processed_after_a_status(void **state)
{
    output_request m = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    Grpc__Testing__EchoStatus status = GRPC__TESTING__ECHO_STATUS__INIT;
    parameters p = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    loopback l;
    witness w = {0};

    (void)state;
    status.code = RP_STATUS_ABORTED;
    m.response_status = &status;
    p.size = 1;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "FullDuplexCall"});
    ask_size(&w, &p);
    send_message(&w, &m.base);
    ask_size(&w, &p);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.status.code, RP_STATUS_ABORTED);
    assert_int_equal(w.messages, 1);
    witness_clear(&w);
    loopback_stop(&l);
}

static void what_is_not_as_expected_is_an_invalid_argument(void **state)
{
    simple_request m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Grpc__Testing__BoolValue yes = GRPC__TESTING__BOOL_VALUE__INIT;
    loopback l;

    (void)state;
    yes.value = true;
    loopback_start(&l, NULL, NULL);
    for (int row = 0; row < 3; row++) {
        witness w = {0};

        m.expect_compressed = row == 0 ? &yes : NULL;
        m.response_type = row == 1 ? 7 : 0;
        m.response_size = row == 2 ? -1 : 0;
        unary(&l, &w, (rp_call_opts){.method = SERVICE "UnaryCall"}, &m);
        assert_int_equal(w.status.code, RP_STATUS_INVALID_ARGUMENT);
        witness_clear(&w);
    }
    loopback_stop(&l);
}

static void half_duplex_answers_after_the_half_close(void **state)
{
    parameters p = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    loopback l;
    witness w = {0};

    (void)state;
    p.size = 9;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "HalfDuplexCall"});
    ask_size(&w, &p);
    ask_size(&w, &p);
    for (int i = 0; i < 50; i++)
        uv_run(&l.loop, UV_RUN_NOWAIT);
    assert_int_equal(w.messages, 0);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.messages, 2);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    witness_clear(&w);
    loopback_stop(&l);
}

static void pauses_come_before_responses_and_add_up(void **state)
{
    output_request m = GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    parameters p = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    parameters *both[] = {&p, &p};
    loopback l;
    witness w = {0};
    rp_nanos before;

    (void)state;
    p.interval_us = 15000;
    m.n_response_parameters = 2;
    m.response_parameters = both;
    loopback_start(&l, NULL, NULL);
    before = rp_time_now();
    witness_start(&l, &w,
                  (rp_call_opts){.method = SERVICE "StreamingOutputCall"});
    send_message(&w, &m.base);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    assert_int_equal(w.messages, 2);
    assert_true(rp_time_now() - before >= 30 * RP_MILLISECOND);
    witness_clear(&w);
    loopback_stop(&l);
}

static void a_later_response_may_be_the_first_compressed(void **state)
{
    Grpc__Testing__BoolValue yes = GRPC__TESTING__BOOL_VALUE__INIT;
    parameters p = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    loopback l;
    witness w = {0};

    (void)state;
    yes.value = true;
    p.size = 100;
    loopback_start(&l, NULL, NULL);
    witness_start(&l, &w, (rp_call_opts){.method = SERVICE "FullDuplexCall"});
    ask_size(&w, &p);
    wait_messages(&l, &w, 1);
    assert_int_equal(w.packed, 0);
    p.compressed = &yes;
    ask_size(&w, &p);
    wait_messages(&l, &w, 2);
    assert_int_equal(w.packed, 1);
    rp_call_half_close(w.call);
    witness_wait(&l, &w);
    witness_clear(&w);
    loopback_stop(&l);
}

static void a_server_says_who_it_is_when_asked(void **state)
{
    simple_request m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    simple_response *out;
    loopback l;
    witness w = {0};

    (void)state;
    m.fill_server_id = true;
    loopback_start(&l, NULL, NULL);
    unary(&l, &w, (rp_call_opts){.method = SERVICE "UnaryCall"}, &m);
    out = grpc__testing__simple_response__unpack(NULL, w.last.len, w.last.data);
    assert_true(strlen(out->server_id) > 0 && strlen(out->hostname) > 0);
    grpc__testing__simple_response__free_unpacked(out, NULL);
    witness_clear(&w);
    loopback_stop(&l);
}

static void a_cacheable_call_may_be_cached(void **state)
{
    simple_request m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    rp_slice control;
    loopback l;
    witness w = {0};

    (void)state;
    loopback_start(&l, NULL, NULL);
    unary(&l, &w, (rp_call_opts){.method = SERVICE "CacheableUnaryCall"}, &m);
    assert_true(rp_metadata_get(&w.initial, "cache-control", &control));
    assert_true(rp_slice_starts_with(control, "max-age=60"));
    witness_clear(&w);
    loopback_stop(&l);
}

static void a_load_report_comes_back_as_a_trailer(void **state)
{
    Grpc__Testing__TestOrcaReport report =
        GRPC__TESTING__TEST_ORCA_REPORT__INIT;
    Grpc__Testing__TestOrcaReport__RequestCostEntry cost =
        GRPC__TESTING__TEST_ORCA_REPORT__REQUEST_COST_ENTRY__INIT;
    Grpc__Testing__TestOrcaReport__RequestCostEntry *costs[] = {&cost};
    simple_request m = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    Xds__Data__Orca__V3__OrcaLoadReport *out;
    rp_slice octets;
    loopback l;
    witness w = {0};

    (void)state;
    cost.key = (char *)(uintptr_t) "cost";
    cost.value = 3456.32;
    report.cpu_utilization = 0.8210;
    report.n_request_cost = 1;
    report.request_cost = costs;
    m.orca_per_query_report = &report;
    loopback_start(&l, NULL, NULL);
    unary(&l, &w, (rp_call_opts){.method = SERVICE "UnaryCall"}, &m);
    assert_true(
        rp_metadata_get(&w.trailing, "endpoint-load-metrics-bin", &octets));
    out = xds__data__orca__v3__orca_load_report__unpack(NULL, octets.len,
                                                        octets.data);
    assert_non_null(out);
    assert_true(out->cpu_utilization == 0.8210);
    assert_int_equal(out->n_request_cost, 1);
    assert_string_equal(out->request_cost[0]->key, "cost");
    assert_true(out->request_cost[0]->value == 3456.32);
    xds__data__orca__v3__orca_load_report__free_unpacked(out, NULL);
    witness_clear(&w);
    loopback_stop(&l);
}

RP_TEST_MAIN(cmocka_unit_test(malformed_requests_are_internal),
             cmocka_unit_test(every_value_of_a_key_is_echoed),
             cmocka_unit_test(nothing_is_processed_after_a_status),
             cmocka_unit_test(what_is_not_as_expected_is_an_invalid_argument),
             cmocka_unit_test(half_duplex_answers_after_the_half_close),
             cmocka_unit_test(pauses_come_before_responses_and_add_up),
             cmocka_unit_test(a_later_response_may_be_the_first_compressed),
             cmocka_unit_test(a_server_says_who_it_is_when_asked),
             cmocka_unit_test(a_cacheable_call_may_be_cached),
             cmocka_unit_test(a_load_report_comes_back_as_a_trailer))
