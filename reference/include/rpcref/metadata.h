/* metadata.h - the key-value pairs that travel beside the messages of a call.
 *
 * An ordered multimap: the order of the values of one key is kept. Keys are
 * lower case; the values of keys that end in "-bin" are octets, all others
 * printable ASCII.
 *
 * Threads: one at a time for each object.
 * Spec: grpc/grpc doc/PROTOCOL-HTTP2.md "Custom-Metadata". */
#ifndef RPCREF_METADATA_H
#define RPCREF_METADATA_H

#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct rp_metadata_entry {
    char *key;
    rp_buf value; /* decoded: never base64 */
} rp_metadata_entry;

/* Embedded: RP_METADATA_INIT, then rp_metadata_clear(). Read `entries` and
 * `count`; change through the functions. */
typedef struct rp_metadata {
    rp_metadata_entry *entries;
    size_t count;
    size_t cap;
} rp_metadata;

#define RP_METADATA_INIT                                                       \
    {                                                                          \
        NULL, 0, 0                                                             \
    }

/* Appends a pair; both are copied, the key in lower case.
 * Errors: RP_EINVAL for a key outside [0-9a-z_.-] or empty, for a key that is
 * reserved ("grpc-..." or a field of the transport), and for a value of a key
 * without "-bin" that is not printable ASCII. */
rp_code rp_metadata_add(rp_metadata *m, const char *key, rp_slice value,
                        rp_err *err);
rp_code rp_metadata_add_str(rp_metadata *m, const char *key, const char *value,
                            rp_err *err);

/* Appends without those checks: for what a peer sent. */
void rp_metadata_append(rp_metadata *m, rp_slice key, rp_slice value);

/* The first value of a key; false when there is none. Borrowed. */
bool rp_metadata_get(const rp_metadata *m, const char *key, rp_slice *out);

/* Removes all values of a key and returns how many there were. */
size_t rp_metadata_remove(rp_metadata *m, const char *key);

/* Whether values of this key are octets ("-bin"). */
bool rp_metadata_is_binary(rp_slice key);

/* Whether an application may use this key. */
bool rp_metadata_is_reserved(rp_slice key);

void rp_metadata_copy(rp_metadata *to, const rp_metadata *from);
void rp_metadata_clear(rp_metadata *m);

/* The size that header list limits count: names + values (base64 where they
 * travel so) + 32 for each pair (RFC 9113 section 6.5.2). */
size_t rp_metadata_size(const rp_metadata *m);

#endif
