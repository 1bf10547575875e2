/* zip.h - zlib in the two wrappings that gRPC uses.
 *
 * Threads: any. Spec: RFC 1950 (deflate), RFC 1952 (gzip). */
#ifndef REFERENCE_MESSAGE_ZIP_H
#define REFERENCE_MESSAGE_ZIP_H

#include <rpcref/error.h>
#include <rpcref/slice.h>

/* `window` as for deflateInit2(): 15 for zlib's wrapping, 31 for gzip's. */
void rp_zip_compress(rp_slice plain, int window, rp_buf *out);
rp_code rp_zip_expand(rp_slice packed, int window, size_t max, rp_buf *out,
                      rp_err *err);

#endif
