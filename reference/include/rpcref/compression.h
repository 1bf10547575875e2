/* compression.h - the codings that messages may travel in.
 *
 * Threads: values. Spec: grpc/grpc doc/compression.md. */
#ifndef RPCREF_COMPRESSION_H
#define RPCREF_COMPRESSION_H

#include <rpcref/slice.h>
#include <stdbool.h>

typedef enum rp_compression {
    RP_COMPRESSION_IDENTITY,
    RP_COMPRESSION_DEFLATE,
    RP_COMPRESSION_GZIP,
    /* "As the channel or server says": not a coding. */
    RP_COMPRESSION_DEFAULT,
} rp_compression;

/* "identity", "deflate", "gzip"; NULL for RP_COMPRESSION_DEFAULT. */
const char *rp_compression_name(rp_compression coding);

/* Reads such a name. False when no coding has it. */
bool rp_compression_parse(rp_slice name, rp_compression *out);

#endif
