#include "reference/tests/loopback.h"

#include "grpc/health/v1/health.pb-c.h"
#include "grpc/health/v1/list.pb-c.h"
#include "reference/services/message.h"

#define SERVICE "/grpc.health.v1.Health/"

typedef struct fixture {
    loopback l;
    rp_health *health;
} fixture;

static void setup(fixture *f)
{
    loopback_start(&f->l, NULL, NULL);
    f->health = rp_health_new();
    rp_server_add_lookup(f->l.server, rp_services_health, f->health);
}

static void teardown(fixture *f)
{
    loopback_stop(&f->l);
    rp_health_free(f->health);
}

/* Asks `method` about `service`. */
static void ask(fixture *f, witness *w, const char *method, const char *service)
{
    Grpc__Health__V1__HealthCheckRequest m =
        GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    rp_buf octets = RP_BUF_INIT;

    m.service = (char *)(uintptr_t)service;
    rp_message_pack(&m.base, &octets);
    witness_start(&f->l, w, (rp_call_opts){.method = method});
    assert_int_equal(rp_call_send(w->call, rp_buf_slice(&octets), false, NULL),
                     RP_OK);
    rp_call_half_close(w->call);
    rp_buf_clear(&octets);
}

static int last_status(const witness *w)
{
    Grpc__Health__V1__HealthCheckResponse *m =
        grpc__health__v1__health_check_response__unpack(NULL, w->last.len,
                                                        w->last.data);
    int status = (int)m->status;

    grpc__health__v1__health_check_response__free_unpacked(m, NULL);
    return status;
}

static void wait_messages(fixture *f, const witness *w, size_t count)
{
    while (w->messages < count && !w->done)
        uv_run(&f->l.loop, UV_RUN_ONCE);
    assert_int_equal(w->messages, count);
}

static void check_tells_what_was_set(void **state)
{
    static const struct {
        const char *service;
        int want;
    } rows[] = {{"", 1}, {"a.B", 2}, {"c.D", 0}};
    fixture f;

    (void)state;
    setup(&f);
    rp_health_set(f.health, "a.B", RP_SERVING_NO);
    rp_health_set(f.health, "c.D", RP_SERVING_UNKNOWN);
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        witness w = {0};

        ask(&f, &w, SERVICE "Check", rows[i].service);
        witness_wait(&f.l, &w);
        assert_int_equal(w.status.code, RP_STATUS_OK);
        assert_int_equal(last_status(&w), rows[i].want);
        witness_clear(&w);
    }
    teardown(&f);
}

static void check_of_an_unknown_service_is_not_found(void **state)
{
    fixture f;
    witness w = {0};

    (void)state;
    setup(&f);
    rp_health_set(f.health, "a.B", RP_SERVING_YES);
    rp_health_forget(f.health, "a.B");
    ask(&f, &w, SERVICE "Check", "a.B");
    witness_wait(&f.l, &w);
    assert_int_equal(w.status.code, RP_STATUS_NOT_FOUND);
    assert_int_equal(w.messages, 0);
    witness_clear(&w);
    teardown(&f);
}

static void watch_tells_every_change_and_only_changes(void **state)
{
    fixture f;
    witness w = {0};

    (void)state;
    setup(&f);
    rp_health_set(f.health, "a.B", RP_SERVING_YES);
    ask(&f, &w, SERVICE "Watch", "a.B");
    wait_messages(&f, &w, 1);
    assert_int_equal(last_status(&w), 1);
    rp_health_set(f.health, "a.B", RP_SERVING_YES);
    rp_health_set(f.health, "other", RP_SERVING_NO);
    rp_health_set(f.health, "a.B", RP_SERVING_NO);
    wait_messages(&f, &w, 2);
    assert_int_equal(last_status(&w), 2);
    rp_health_forget(f.health, "a.B");
    wait_messages(&f, &w, 3);
    assert_int_equal(last_status(&w), 3);
    assert_false(w.done);
    witness_clear(&w);
    teardown(&f);
}

static void watch_of_an_unknown_service_waits_for_it(void **state)
{
    fixture f;
    witness w = {0};

    (void)state;
    setup(&f);
    ask(&f, &w, SERVICE "Watch", "late.Service");
    wait_messages(&f, &w, 1);
    assert_int_equal(last_status(&w), 3);
    rp_health_set(f.health, "late.Service", RP_SERVING_YES);
    wait_messages(&f, &w, 2);
    assert_int_equal(last_status(&w), 1);
    rp_call_cancel(w.call);
    witness_wait(&f.l, &w);
    assert_int_equal(w.status.code, RP_STATUS_CANCELLED);
    witness_clear(&w);
    teardown(&f);
}

static void list_holds_every_service(void **state)
{
    Grpc__Health__V1__HealthListResponse *m;
    fixture f;
    witness w = {0};

    (void)state;
    setup(&f);
    rp_health_set(f.health, "a.B", RP_SERVING_NO);
    ask(&f, &w, SERVICE "List", "");
    witness_wait(&f.l, &w);
    assert_int_equal(w.status.code, RP_STATUS_OK);
    m = grpc__health__v1__health_list_response__unpack(NULL, w.last.len,
                                                       w.last.data);
    assert_non_null(m);
    assert_int_equal(m->n_statuses, 2);
    assert_string_equal(m->statuses[1]->key, "a.B");
    assert_int_equal(m->statuses[1]->value->status, 2);
    grpc__health__v1__health_list_response__free_unpacked(m, NULL);
    witness_clear(&w);
    teardown(&f);
}

static void a_list_of_more_than_a_hundred_is_refused(void **state)
{
    fixture f;
    witness w = {0};
    char name[16];

    (void)state;
    setup(&f);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "s%d", i);
        rp_health_set(f.health, name, RP_SERVING_YES);
    }
    ask(&f, &w, SERVICE "List", "");
    witness_wait(&f.l, &w);
    assert_int_equal(w.status.code, RP_STATUS_RESOURCE_EXHAUSTED);
    witness_clear(&w);
    teardown(&f);
}

static void a_malformed_request_is_internal(void **state)
{
    fixture f;
    witness w = {0};

    (void)state;
    setup(&f);
    witness_start(&f.l, &w, (rp_call_opts){.method = SERVICE "Watch"});
    rp_call_send(w.call, rp_slice_str("\x0a\x7f"), false, NULL);
    rp_call_half_close(w.call);
    witness_wait(&f.l, &w);
    assert_int_equal(w.status.code, RP_STATUS_INTERNAL);
    witness_clear(&w);
    teardown(&f);
}

RP_TEST_MAIN(cmocka_unit_test(check_tells_what_was_set),
             cmocka_unit_test(check_of_an_unknown_service_is_not_found),
             cmocka_unit_test(watch_tells_every_change_and_only_changes),
             cmocka_unit_test(watch_of_an_unknown_service_waits_for_it),
             cmocka_unit_test(list_holds_every_service),
             cmocka_unit_test(a_list_of_more_than_a_hundred_is_refused),
             cmocka_unit_test(a_malformed_request_is_internal))
