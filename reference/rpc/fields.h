/* fields.h - between metadata and the header fields of the wire.
 *
 * Threads: any. Spec: PROTOCOL-HTTP2.md. */
#ifndef REFERENCE_RPC_FIELDS_H
#define REFERENCE_RPC_FIELDS_H

#include "reference/h2/conn.h"
#include <rpcref/metadata.h>
#include <rpcref/status.h>

/* A header list under construction; names and values are copied. Embedded:
 * zeroed is empty; rp_field_list_clear(). */
typedef struct rp_field_list {
    rp_buf text;
    rp_h2_field *items; /* data pointers are offsets until _finish() */
    size_t count, cap;
} rp_field_list;

void rp_field_list_add(rp_field_list *l, const char *name, rp_slice value);
void rp_field_list_add_str(rp_field_list *l, const char *name,
                           const char *value);
/* All pairs, binary ones in base64. */
void rp_field_list_add_metadata(rp_field_list *l, const rp_metadata *m);
/* grpc-status, grpc-message and grpc-status-details-bin. */
void rp_field_list_add_status(rp_field_list *l, const rp_status *s);
/* Makes `items` usable; nothing may be added afterwards. */
void rp_field_list_finish(rp_field_list *l);
void rp_field_list_clear(rp_field_list *l);

/* Appends the custom metadata of a header block. A "-bin" value that is not
 * base64 fails with RP_EPARSE; what was read before it stays. */
rp_code rp_fields_to_metadata(const rp_h2_fields *f, rp_metadata *out,
                              rp_err *err);

/* Reads grpc-status and what belongs to it. False when there is none; a value
 * that is no number is UNKNOWN. */
bool rp_fields_to_status(const rp_h2_fields *f, rp_status *out);

#endif
