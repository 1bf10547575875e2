/* grpc.reflection.v1.ServerReflection, and v1alpha, whose messages are the
 * same on the wire. */
#include <rpcref/services.h>

#include "grpc/reflection/v1/reflection.pb-c.h"
#include "reference/services/descriptors.h"
#include "reference/services/message.h"
#include <rpcref/mem.h>
#include <string.h>

typedef Grpc__Reflection__V1__ServerReflectionRequest reflection_request;
typedef Grpc__Reflection__V1__ServerReflectionResponse reflection_response;
typedef Grpc__Reflection__V1__FileDescriptorResponse files_response;
typedef Grpc__Reflection__V1__ListServiceResponse list_response;
typedef Grpc__Reflection__V1__ServiceResponse service_response;
typedef Grpc__Reflection__V1__ExtensionNumberResponse numbers_response;
typedef Grpc__Reflection__V1__ErrorResponse error_response;

#define REQUEST(kind)                                                          \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##kind
#define RESPONSE(kind)                                                         \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##kind

struct rp_reflection {
    rp_descriptors *descriptors;
    char **services;
    size_t service_count, service_cap;
};

rp_code rp_reflection_new(rp_slice descriptor_set, rp_reflection **out,
                          rp_err *err)
{
    rp_descriptors *d;
    rp_code rc = rp_descriptors_new(descriptor_set, &d, err);

    *out = NULL;
    if (rc == RP_OK) {
        *out = RP_NEW(rp_reflection);
        (*out)->descriptors = d;
    }
    return rc;
}

void rp_reflection_add_service(rp_reflection *r, const char *service)
{
    for (size_t i = 0; i < r->service_count; i++) {
        if (strcmp(r->services[i], service) == 0)
            return;
    }
    r->services = rp_mem_grow(r->services, r->service_count, &r->service_cap,
                              sizeof(*r->services));
    r->services[r->service_count++] = rp_mem_dup_str(service);
}

void rp_reflection_free(rp_reflection *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->service_count; i++)
        rp_mem_free(r->services[i]);
    rp_mem_free(r->services);
    rp_descriptors_free(r->descriptors);
    rp_mem_free(r);
}

/* --- one answer each ------------------------------------------------------ */

/* Errors are answers too: the stream goes on. */
static void answer_error(rp_server_call *call, reflection_response *out,
                         rp_status_code code, const char *why)
{
    error_response error = GRPC__REFLECTION__V1__ERROR_RESPONSE__INIT;

    error.error_code = (int32_t)code;
    error.error_message = (char *)(uintptr_t)why;
    out->message_response_case = RESPONSE(ERROR_RESPONSE);
    out->error_response = &error;
    rp_message_send(call, &out->base, false);
}

static void answer_files(rp_server_call *call, reflection_response *out,
                         const rp_descriptors *d, size_t file)
{
    files_response files = GRPC__REFLECTION__V1__FILE_DESCRIPTOR_RESPONSE__INIT;
    rp_slice *encoded;
    size_t count = rp_descriptors_closure(d, file, &encoded);
    ProtobufCBinaryData *items = rp_mem_new(count * sizeof(*items));

    for (size_t i = 0; i < count; i++) {
        items[i].len = encoded[i].len;
        items[i].data = (uint8_t *)(uintptr_t)encoded[i].data;
    }
    files.n_file_descriptor_proto = count;
    files.file_descriptor_proto = items;
    out->message_response_case = RESPONSE(FILE_DESCRIPTOR_RESPONSE);
    out->file_descriptor_response = &files;
    rp_message_send(call, &out->base, false);
    rp_mem_free(items);
    rp_mem_free(encoded);
}

static void answer_services(rp_server_call *call, reflection_response *out,
                            const rp_reflection *r)
{
    list_response list = GRPC__REFLECTION__V1__LIST_SERVICE_RESPONSE__INIT;
    service_response *items = rp_mem_new(r->service_count * sizeof(*items));
    service_response **pointers =
        rp_mem_new(r->service_count * sizeof(*pointers));

    for (size_t i = 0; i < r->service_count; i++) {
        grpc__reflection__v1__service_response__init(&items[i]);
        items[i].name = r->services[i];
        pointers[i] = &items[i];
    }
    list.n_service = r->service_count;
    list.service = pointers;
    out->message_response_case = RESPONSE(LIST_SERVICES_RESPONSE);
    out->list_services_response = &list;
    rp_message_send(call, &out->base, false);
    rp_mem_free(pointers);
    rp_mem_free(items);
}

static void answer_numbers(rp_server_call *call, reflection_response *out,
                           const rp_descriptors *d, const char *type)
{
    numbers_response numbers =
        GRPC__REFLECTION__V1__EXTENSION_NUMBER_RESPONSE__INIT;
    size_t count;
    const rp_descriptors_extension *all = rp_descriptors_extensions(d, &count);
    int32_t *list = rp_mem_new(count * sizeof(*list));

    numbers.base_type_name = (char *)(uintptr_t)type;
    numbers.extension_number = list;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].type, type) == 0)
            list[numbers.n_extension_number++] = all[i].number;
    }
    out->message_response_case = RESPONSE(ALL_EXTENSION_NUMBERS_RESPONSE);
    out->all_extension_numbers_response = &numbers;
    rp_message_send(call, &out->base, false);
    rp_mem_free(list);
}

/* Answers the three questions for a file. */
static void answer_where(rp_server_call *call, reflection_response *out,
                         const rp_descriptors *d, const reflection_request *in)
{
    bool found = false;
    size_t file = 0;

    switch (in->message_request_case) {
    case REQUEST(FILE_BY_FILENAME):
        found = rp_descriptors_find_file(d, in->file_by_filename, &file);
        break;
    case REQUEST(FILE_CONTAINING_SYMBOL):
        found =
            rp_descriptors_find_symbol(d, in->file_containing_symbol, &file);
        break;
    default:
        found = rp_descriptors_find_extension(
            d, in->file_containing_extension->containing_type,
            in->file_containing_extension->extension_number, &file);
        break;
    }
    if (found)
        answer_files(call, out, d, file);
    else
        answer_error(call, out, RP_STATUS_NOT_FOUND,
                     "no file of this server declares that");
}

static void answer(rp_server_call *call, const rp_reflection *r,
                   reflection_request *in)
{
    reflection_response out =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    size_t file;

    out.valid_host = in->host;
    out.original_request = in;
    switch (in->message_request_case) {
    case REQUEST(LIST_SERVICES):
        answer_services(call, &out, r);
        break;
    case REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE):
        if (rp_descriptors_find_symbol(
                r->descriptors, in->all_extension_numbers_of_type, &file))
            answer_numbers(call, &out, r->descriptors,
                           in->all_extension_numbers_of_type);
        else
            answer_error(call, &out, RP_STATUS_NOT_FOUND, "unknown type");
        break;
    case REQUEST(FILE_BY_FILENAME):
    case REQUEST(FILE_CONTAINING_SYMBOL):
    case REQUEST(FILE_CONTAINING_EXTENSION):
        answer_where(call, &out, r->descriptors, in);
        break;
    default:
        answer_error(call, &out, RP_STATUS_INVALID_ARGUMENT,
                     "the request asks nothing");
        break;
    }
}

/* --- the stream ----------------------------------------------------------- */

/* Asks for the next request when the answer before it is on its way, so that
 * a client that does not read cannot make the server hold answers. */
static void on_message(rp_server_call *call, rp_slice message, bool packed,
                       void *user)
{
    reflection_request *in = rp_message_receive(
        call, &grpc__reflection__v1__server_reflection_request__descriptor,
        message);

    (void)packed;
    if (in == NULL)
        return;
    answer(call, user, in);
    grpc__reflection__v1__server_reflection_request__free_unpacked(in, NULL);
}

static void on_sent(rp_server_call *call, void *user)
{
    (void)user;
    rp_server_call_receive(call);
}

static void on_half_close(rp_server_call *call, void *user)
{
    (void)user;
    rp_server_call_finish(call, NULL, NULL, NULL);
}

static void start(rp_server_call *call, void *user)
{
    static const rp_server_call_events events = {
        .on_message = on_message,
        .on_sent = on_sent,
        .on_half_close = on_half_close,
    };

    rp_server_call_set_events(call, &events, user);
    rp_server_call_receive(call);
}

bool rp_services_reflection(void *reflection, const char *method,
                            rp_method_handler *out)
{
    static const char *const paths[] = {
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    };

    for (size_t i = 0; i < RP_COUNT(paths); i++) {
        if (strcmp(paths[i], method) != 0)
            continue;
        out->request_streaming = true;
        out->response_streaming = true;
        out->start = start;
        out->user_data = reflection;
        return true;
    }
    return false;
}
