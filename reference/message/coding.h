/* coding.h - one way to compress messages: a const table of functions.
 *
 * Each file of reference/message/codings/ defines one; rp_coding_registry[]
 * lists them. To add a coding, add a file.
 *
 * Threads: any. Spec: grpc/grpc doc/compression.md. */
#ifndef REFERENCE_MESSAGE_CODING_H
#define REFERENCE_MESSAGE_CODING_H

#include <rpcref/compression.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>

typedef struct rp_coding {
    const char *name; /* as in grpc-encoding */
    rp_compression id;

    /* Appends the compressed form. */
    void (*compress)(rp_slice plain, rp_buf *out);

    /* Appends the plain form, at most `max` octets of it.
     * Errors: RP_EPARSE when it does not decompress, RP_ELIMIT when it would
     * be longer; nothing beyond the limit is ever produced. */
    rp_code (*expand)(rp_slice packed, size_t max, rp_buf *out, rp_err *err);
} rp_coding;

extern const rp_coding *const rp_coding_registry[]; /* ends in NULL */

/* The coding of that name or id; NULL when there is none. */
const rp_coding *rp_coding_find(rp_slice name);
const rp_coding *rp_coding_get(rp_compression id);

/* The value of grpc-accept-encoding: every name, joined by commas. */
const char *rp_coding_accept_list(void);

#endif
