#include "reference/tests/loopback.h"

#include "grpc/reflection/v1/reflection.pb-c.h"
#include "reference/base/embed.h"
#include "reference/services/message.h"

#define METHOD(version)                                                        \
    "/grpc.reflection." version ".ServerReflection/ServerReflectionInfo"
#define REQUEST(kind)                                                          \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##kind
#define RESPONSE(kind)                                                         \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##kind

typedef Grpc__Reflection__V1__ServerReflectionRequest request;
typedef Grpc__Reflection__V1__ServerReflectionResponse response;

typedef struct fixture {
    loopback l;
    rp_reflection *reflection;
    witness w;
} fixture;

static void setup(fixture *f, const char *method)
{
    const rp_embed *set = &rp_embed_descriptors[0];

    memset(f, 0, sizeof(*f));
    loopback_start(&f->l, NULL, NULL);
    assert_int_equal(rp_reflection_new(
                         rp_slice_of(set->data, (size_t)(set->end - set->data)),
                         &f->reflection, NULL),
                     RP_OK);
    rp_reflection_add_service(f->reflection, "grpc.testing.TestService");
    rp_reflection_add_service(f->reflection, "grpc.health.v1.Health");
    rp_reflection_add_service(f->reflection, "grpc.testing.TestService");
    rp_server_add_lookup(f->l.server, rp_services_reflection, f->reflection);
    witness_start(&f->l, &f->w, (rp_call_opts){.method = method});
}

/* Half-closes, and the stream must end with OK. */
static void teardown(fixture *f)
{
    rp_call_half_close(f->w.call);
    witness_wait(&f->l, &f->w);
    assert_int_equal(f->w.status.code, RP_STATUS_OK);
    witness_clear(&f->w);
    loopback_stop(&f->l);
    rp_reflection_free(f->reflection);
}

/* Sends and waits; the answer is the caller's. */
static response *ask(fixture *f, const request *in)
{
    rp_buf octets = RP_BUF_INIT;
    size_t want = f->w.messages + 1;
    response *out;

    rp_message_pack(&in->base, &octets);
    rp_call_send(f->w.call, rp_buf_slice(&octets), false, NULL);
    rp_buf_clear(&octets);
    while (f->w.messages < want && !f->w.done)
        uv_run(&f->l.loop, UV_RUN_ONCE);
    assert_false(f->w.done);
    out = grpc__reflection__v1__server_reflection_response__unpack(
        NULL, f->w.last.len, f->w.last.data);
    assert_non_null(out);
    assert_int_equal(out->original_request->message_request_case,
                     in->message_request_case);
    return out;
}

static void forget(response *r)
{
    grpc__reflection__v1__server_reflection_response__free_unpacked(r, NULL);
}

/* How many files come back for a symbol; 0: NOT_FOUND in the stream. */
static size_t files_of_symbol(fixture *f, const char *symbol)
{
    request in = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    response *out;
    size_t count = 0;

    in.message_request_case = REQUEST(FILE_CONTAINING_SYMBOL);
    in.file_containing_symbol = (char *)(uintptr_t)symbol;
    out = ask(f, &in);
    if (out->message_response_case == RESPONSE(FILE_DESCRIPTOR_RESPONSE))
        count = out->file_descriptor_response->n_file_descriptor_proto;
    else
        assert_int_equal(out->error_response->error_code, RP_STATUS_NOT_FOUND);
    forget(out);
    return count;
}

static void both_versions_list_what_was_added(void **state)
{
    static const char *const methods[] = {METHOD("v1"), METHOD("v1alpha")};

    (void)state;
    for (size_t i = 0; i < RP_COUNT(methods); i++) {
        request in = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
        fixture f;
        response *out;

        setup(&f, methods[i]);
        in.host = (char *)(uintptr_t) "me";
        in.message_request_case = REQUEST(LIST_SERVICES);
        in.list_services = (char *)(uintptr_t) "";
        out = ask(&f, &in);
        assert_string_equal(out->valid_host, "me");
        assert_int_equal(out->message_response_case,
                         RESPONSE(LIST_SERVICES_RESPONSE));
        assert_int_equal(out->list_services_response->n_service, 2);
        assert_string_equal(out->list_services_response->service[0]->name,
                            "grpc.testing.TestService");
        forget(out);
        teardown(&f);
    }
}

static void a_file_comes_with_all_it_imports(void **state)
{
    request in = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    fixture f;
    response *out;

    (void)state;
    setup(&f, METHOD("v1"));
    /* test.proto, empty.proto, messages.proto */
    assert_int_equal(files_of_symbol(&f, "grpc.testing.TestService"), 3);
    assert_int_equal(files_of_symbol(&f, "grpc.testing.TestService.UnaryCall"),
                     3);
    assert_int_equal(files_of_symbol(&f, "grpc.testing.SimpleRequest"), 1);
    in.message_request_case = REQUEST(FILE_BY_FILENAME);
    in.file_by_filename = (char *)(uintptr_t) "grpc/testing/test.proto";
    out = ask(&f, &in);
    assert_int_equal(out->message_response_case,
                     RESPONSE(FILE_DESCRIPTOR_RESPONSE));
    forget(out);
    teardown(&f);
}

static void errors_leave_the_stream_open(void **state)
{
    request in = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    fixture f;
    response *out;

    (void)state;
    setup(&f, METHOD("v1"));
    assert_int_equal(files_of_symbol(&f, "no.such.Symbol"), 0);
    out = ask(&f, &in); /* asks nothing */
    assert_int_equal(out->error_response->error_code,
                     RP_STATUS_INVALID_ARGUMENT);
    forget(out);
    assert_int_equal(files_of_symbol(&f, "grpc.testing.SimpleRequest"), 1);
    teardown(&f);
}

static void extensions_are_answered(void **state)
{
    Grpc__Reflection__V1__ExtensionRequest extension =
        GRPC__REFLECTION__V1__EXTENSION_REQUEST__INIT;
    request in = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    fixture f;
    response *out;

    (void)state;
    setup(&f, METHOD("v1"));
    in.message_request_case = REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE);
    in.all_extension_numbers_of_type =
        (char *)(uintptr_t) "grpc.testing.SimpleRequest";
    out = ask(&f, &in);
    assert_int_equal(out->message_response_case,
                     RESPONSE(ALL_EXTENSION_NUMBERS_RESPONSE));
    forget(out);
    in.message_request_case = REQUEST(FILE_CONTAINING_EXTENSION);
    in.file_containing_extension = &extension;
    extension.containing_type =
        (char *)(uintptr_t) "grpc.testing.SimpleRequest";
    extension.extension_number = 7;
    out = ask(&f, &in);
    assert_int_equal(out->error_response->error_code, RP_STATUS_NOT_FOUND);
    forget(out);
    teardown(&f);
}

static void a_malformed_request_is_internal(void **state)
{
    fixture f;

    (void)state;
    setup(&f, METHOD("v1"));
    rp_call_send(f.w.call, rp_slice_str("\x0a\x7f"), false, NULL);
    witness_wait(&f.l, &f.w);
    assert_int_equal(f.w.status.code, RP_STATUS_INTERNAL);
    witness_clear(&f.w);
    loopback_stop(&f.l);
    rp_reflection_free(f.reflection);
}

RP_TEST_MAIN(cmocka_unit_test(both_versions_list_what_was_added),
             cmocka_unit_test(a_file_comes_with_all_it_imports),
             cmocka_unit_test(errors_leave_the_stream_open),
             cmocka_unit_test(extensions_are_answered),
             cmocka_unit_test(a_malformed_request_is_internal))
