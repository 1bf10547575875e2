/* schema.h - the methods the harness knows, and their messages as JSON.
 *
 * Messages go from JSON to octets and back by the descriptors that protobuf-c
 * compiles in; names are those of the .proto or lowerCamel.
 *
 * Threads: any. Spec: protobuf.dev encoding and ProtoJSON. */
#ifndef HARNESS_DATA_SCHEMA_H
#define HARNESS_DATA_SCHEMA_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>

typedef struct pf_method {
    const char *path; /* "/package.Service/Method" */
    const char *service;
    const void *input; /* ProtobufCMessageDescriptor */
    const void *output;
    bool request_streaming;
    bool response_streaming;
} pf_method;

/* The method of "package.Service/Method", with or without a leading slash;
 * NULL when it is not known. */
const pf_method *pf_method_find(const char *name);

/* Appends the message that `v` describes; bytes may be octet expressions.
 * Errors: RP_EPARSE, naming the field. */
rp_code pf_message_encode(const void *descriptor, const json_t *v, rp_buf *out,
                          rp_err *err);

/* The message as JSON: bytes as they are, lowerCamel names, fields that are
 * not there left out. New reference. Errors: RP_EPARSE. */
rp_code pf_message_decode(const void *descriptor, rp_slice octets, json_t **out,
                          rp_err *err);

#endif
