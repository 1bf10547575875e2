/* base64.h - how the octets of "-bin" values travel.
 *
 * Threads: any. Spec: RFC 4648 section 4; PROTOCOL-HTTP2.md. */
#ifndef REFERENCE_RPC_BASE64_H
#define REFERENCE_RPC_BASE64_H

#include <rpcref/error.h>
#include <rpcref/slice.h>

/* Appends the encoding without padding. */
void rp_base64_encode(rp_slice octets, rp_buf *out);

/* Appends what the text stands for; padding may be there or not.
 * Errors: RP_EPARSE, with *out as it was. */
rp_code rp_base64_decode(rp_slice text, rp_buf *out);

#endif
