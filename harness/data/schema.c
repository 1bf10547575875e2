#include "harness/data/schema.h"

#include "grpc/testing/empty.pb-c.h"
#include "grpc/testing/messages.pb-c.h"
#include "harness/data/value.h"
#include <protobuf-c/protobuf-c.h>
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>

enum {
    DEPTH_MAX = 32,
    WIRE_VARINT = 0,
    WIRE_64 = 1,
    WIRE_LEN = 2,
    WIRE_32 = 5
};

#define TEST "/grpc.testing.TestService/"
#define TEST_NAME "grpc.testing.TestService"
#define EMPTY &grpc__testing__empty__descriptor
#define MESSAGE(name) &grpc__testing__##name##__descriptor

static const pf_method methods[] = {
    {TEST "EmptyCall", TEST_NAME, EMPTY, EMPTY, false, false},
    {TEST "UnaryCall", TEST_NAME, MESSAGE(simple_request),
     MESSAGE(simple_response), false, false},
    {TEST "CacheableUnaryCall", TEST_NAME, MESSAGE(simple_request),
     MESSAGE(simple_response), false, false},
    {TEST "StreamingOutputCall", TEST_NAME,
     MESSAGE(streaming_output_call_request),
     MESSAGE(streaming_output_call_response), false, true},
    {TEST "StreamingInputCall", TEST_NAME,
     MESSAGE(streaming_input_call_request),
     MESSAGE(streaming_input_call_response), true, false},
    {TEST "FullDuplexCall", TEST_NAME, MESSAGE(streaming_output_call_request),
     MESSAGE(streaming_output_call_response), true, true},
    {TEST "HalfDuplexCall", TEST_NAME, MESSAGE(streaming_output_call_request),
     MESSAGE(streaming_output_call_response), true, true},
    {TEST "UnimplementedCall", TEST_NAME, EMPTY, EMPTY, false, false},
    {"/grpc.testing.UnimplementedService/UnimplementedCall",
     "grpc.testing.UnimplementedService", EMPTY, EMPTY, false, false},
};

const pf_method *pf_method_find(const char *name)
{
    if (name[0] == '/')
        name++;
    for (size_t i = 0; i < RP_COUNT(methods); i++) {
        if (strcmp(methods[i].path + 1, name) == 0)
            return &methods[i];
    }
    return NULL;
}

/* --- encoding ------------------------------------------------------------- */

static void put_varint(rp_buf *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        rp_buf_append_byte(out, (uint8_t)(n | 0x80));
    rp_buf_append_byte(out, (uint8_t)n);
}

static void put_tag(rp_buf *out, const ProtobufCFieldDescriptor *f,
                    unsigned wire)
{
    put_varint(out, (uint64_t)f->id << 3 | wire);
}

/* "responseSize" is response_size. */
static bool same_name(const char *proto, const char *given)
{
    if (strcmp(proto, given) == 0)
        return true;
    for (; *proto != '\0'; proto++) {
        char want = *proto;

        if (want == '_' && proto[1] != '\0') {
            proto++;
            want = (char)(*proto >= 'a' && *proto <= 'z' ? *proto - 'a' + 'A'
                                                         : *proto);
        }
        if (*given++ != want)
            return false;
    }
    return *given == '\0';
}

static const ProtobufCFieldDescriptor *
field_named(const ProtobufCMessageDescriptor *d, const char *name)
{
    for (unsigned i = 0; i < d->n_fields; i++) {
        if (same_name(d->fields[i].name, name))
            return &d->fields[i];
    }
    return NULL;
}

static rp_code encode_message(const ProtobufCMessageDescriptor *d,
                              const json_t *v, rp_buf *out, int depth,
                              rp_err *err);

static rp_code encode_number(const ProtobufCFieldDescriptor *f, const json_t *v,
                             rp_buf *out, rp_err *err)
{
    double real = json_number_value(v);

    if (f->type == PROTOBUF_C_TYPE_DOUBLE && json_is_number(v)) {
        put_tag(out, f, WIRE_64);
        rp_buf_append(out, rp_slice_of(&real, sizeof(real)));
        return RP_OK;
    }
    if (!json_is_integer(v) && !json_is_boolean(v))
        return rp_fail(err, RP_EPARSE, "%s: a number is needed", f->name);
    put_tag(out, f, WIRE_VARINT);
    put_varint(out, json_is_boolean(v) ? (uint64_t)json_is_true(v)
                                       : (uint64_t)json_integer_value(v));
    return RP_OK;
}

static rp_code encode_field(const ProtobufCFieldDescriptor *f, const json_t *v,
                            rp_buf *out, int depth, rp_err *err)
{
    rp_buf part = RP_BUF_INIT;
    rp_code rc;

    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
        rc = pf_value_octets(v, &part, err);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        rc = encode_message(f->descriptor, v, &part, depth + 1, err);
        break;
    default:
        return encode_number(f, v, out, err);
    }
    if (rc == RP_OK) {
        put_tag(out, f, WIRE_LEN);
        put_varint(out, part.len);
        rp_buf_append(out, rp_buf_slice(&part));
    } else {
        rp_err_context(err, "%s", f->name);
    }
    rp_buf_clear(&part);
    return rc;
}

static rp_code encode_message(const ProtobufCMessageDescriptor *d,
                              const json_t *v, rp_buf *out, int depth,
                              rp_err *err)
{
    const char *key;
    json_t *value;
    rp_code rc = RP_OK;

    if (!json_is_object(v) || depth > DEPTH_MAX)
        return rp_fail(err, RP_EPARSE, "%s: an object is needed", d->name);
    json_object_foreach((json_t *)(uintptr_t)v, key, value)
    {
        const ProtobufCFieldDescriptor *f = field_named(d, key);

        if (f == NULL)
            return rp_fail(err, RP_EPARSE, "%s has no field '%s'", d->name,
                           key);
        if (f->label == PROTOBUF_C_LABEL_REPEATED && json_is_array(value)) {
            for (size_t i = 0; rc == RP_OK && i < json_array_size(value); i++)
                rc = encode_field(f, json_array_get(value, i), out, depth, err);
        } else {
            rc = encode_field(f, value, out, depth, err);
        }
        if (rc != RP_OK)
            return rc;
    }
    return RP_OK;
}

rp_code pf_message_encode(const void *descriptor, const json_t *v, rp_buf *out,
                          rp_err *err)
{
    if (pf_value_is_octets(v))
        return pf_value_octets(v, out, err);
    return encode_message(descriptor, v, out, 0, err);
}

/* --- decoding ------------------------------------------------------------- */

static bool take_varint(rp_slice *in, uint64_t *out)
{
    uint64_t n = 0;

    for (int shift = 0; shift < 64 && in->len > 0; shift += 7) {
        uint8_t octet = in->data[0];

        *in = rp_slice_sub(*in, 1, in->len);
        n |= (uint64_t)(octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) {
            *out = n;
            return true;
        }
    }
    return false;
}

static bool take_octets(rp_slice *in, size_t len, rp_slice *out)
{
    if (len > in->len)
        return false;
    *out = rp_slice_sub(*in, 0, len);
    *in = rp_slice_sub(*in, len, in->len);
    return true;
}

static void camel(const char *name, char *out, size_t size)
{
    size_t n = 0;

    for (; *name != '\0' && n + 1 < size; name++) {
        if (*name == '_' && name[1] != '\0')
            out[n++] = (char)(*++name - 'a' + 'A');
        else
            out[n++] = *name;
    }
    out[n] = '\0';
}

static const ProtobufCFieldDescriptor *
field_numbered(const ProtobufCMessageDescriptor *d, uint64_t id)
{
    for (unsigned i = 0; i < d->n_fields; i++) {
        if (d->fields[i].id == id)
            return &d->fields[i];
    }
    return NULL;
}

static bool decode_message(const ProtobufCMessageDescriptor *d, rp_slice in,
                           json_t *out, int depth);

static json_t *decode_octets(const ProtobufCFieldDescriptor *f, rp_slice octets,
                             int depth)
{
    json_t *v;

    if (f->type != PROTOBUF_C_TYPE_MESSAGE)
        return json_stringn_nocheck((const char *)octets.data, octets.len);
    v = json_object();
    if (!decode_message(f->descriptor, octets, v, depth + 1)) {
        json_decref(v);
        return NULL;
    }
    return v;
}

/* Takes one value of that wire type; *v NULL when it is to be skipped. */
static bool take_value(const ProtobufCFieldDescriptor *f, unsigned wire,
                       rp_slice *in, int depth, json_t **v)
{
    uint64_t n = 0;
    rp_slice octets;

    *v = NULL;
    if (wire == WIRE_VARINT) {
        if (!take_varint(in, &n))
            return false;
        if (f != NULL)
            *v = f->type == PROTOBUF_C_TYPE_BOOL ? json_boolean(n != 0)
                                                 : json_integer((json_int_t)n);
        return true;
    }
    if (wire == WIRE_64 || wire == WIRE_32) {
        double real;

        if (!take_octets(in, wire == WIRE_64 ? 8 : 4, &octets))
            return false;
        if (f != NULL && wire == WIRE_64) {
            memcpy(&real, octets.data, sizeof(real));
            *v = json_real(real);
        }
        return true;
    }
    if (wire != WIRE_LEN || !take_varint(in, &n) ||
        !take_octets(in, (size_t)n, &octets))
        return false;
    if (f == NULL)
        return true;
    *v = decode_octets(f, octets, depth);
    return *v != NULL;
}

static bool decode_message(const ProtobufCMessageDescriptor *d, rp_slice in,
                           json_t *out, int depth)
{
    if (depth > DEPTH_MAX)
        return false;
    while (in.len > 0) {
        const ProtobufCFieldDescriptor *f;
        char name[128];
        uint64_t tag;
        json_t *v;

        if (!take_varint(&in, &tag) || tag >> 3 == 0)
            return false;
        f = field_numbered(d, tag >> 3);
        if (!take_value(f, tag & 7, &in, depth, &v))
            return false;
        if (v == NULL)
            continue;
        camel(f->name, name, sizeof(name));
        if (f->label == PROTOBUF_C_LABEL_REPEATED) {
            if (json_object_get(out, name) == NULL)
                json_object_set_new(out, name, json_array());
            json_array_append_new(json_object_get(out, name), v);
        } else {
            json_object_set_new_nocheck(out, name, v);
        }
    }
    return true;
}

rp_code pf_message_decode(const void *descriptor, rp_slice octets, json_t **out,
                          rp_err *err)
{
    const ProtobufCMessageDescriptor *d = descriptor;
    json_t *v = json_object();

    if (decode_message(d, octets, v, 0)) {
        *out = v;
        return RP_OK;
    }
    json_decref(v);
    *out = NULL;
    return rp_fail(err, RP_EPARSE, "the octets are no %s", d->name);
}
