/* descriptors.h - an index of .proto files: which of them declares what.
 *
 * Files are numbered from 0 in the order of the set.
 *
 * Threads: constant after creation.
 * Spec: google/protobuf/descriptor.proto. */
#ifndef REFERENCE_SERVICES_DESCRIPTORS_H
#define REFERENCE_SERVICES_DESCRIPTORS_H

#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rp_descriptors rp_descriptors;

/* A field that is declared outside the message it belongs to. */
typedef struct rp_descriptors_extension {
    char *type; /* full name of the message it extends */
    int32_t number;
    size_t file;
} rp_descriptors_extension;

/* Indexes an encoded FileDescriptorSet, which is copied.
 * Errors: RP_EPARSE when it is malformed, nested too deeply, or when a file
 * imports one that is not in it. */
rp_code rp_descriptors_new(rp_slice set, rp_descriptors **out, rp_err *err);

/* NULL is allowed. */
void rp_descriptors_free(rp_descriptors *d);

/* Each is false when there is none. */
bool rp_descriptors_find_file(const rp_descriptors *d, const char *name,
                              size_t *file);
/* Any symbol by its full name: package.Message.field, package.Service.Method,
 * and so on; enum values stand beside their enum. */
bool rp_descriptors_find_symbol(const rp_descriptors *d, const char *name,
                                size_t *file);
bool rp_descriptors_find_extension(const rp_descriptors *d, const char *type,
                                   int32_t number, size_t *file);

/* All extensions, by type and number. Borrowed. */
const rp_descriptors_extension *
rp_descriptors_extensions(const rp_descriptors *d, size_t *count);

/* The encoded FileDescriptorProto of `file` and, behind it, those of all files
 * it imports, directly or not. *files  to be freed with rp_mem_free(), the
 * octets borrowed. Returns how many there are. */
size_t rp_descriptors_closure(const rp_descriptors *d, size_t file,
                              rp_slice **files);

#endif
