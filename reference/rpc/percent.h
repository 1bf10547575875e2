/* percent.h - the encoding of grpc-message.
 *
 * Threads: any. Spec: PROTOCOL-HTTP2.md "Status-Message". */
#ifndef REFERENCE_RPC_PERCENT_H
#define REFERENCE_RPC_PERCENT_H

#include <rpcref/slice.h>

/* Appends `text` with every octet outside 20..7e, and '%', as %XX. */
void rp_percent_encode(rp_slice text, rp_buf *out);

/* Appends the decoded text. Never fails: a broken escape is kept as it is. */
void rp_percent_decode(rp_slice text, rp_buf *out);

#endif
