/* timeout.h - the value of grpc-timeout.
 *
 * Threads: any. Spec: PROTOCOL-HTTP2.md "Timeout". */
#ifndef REFERENCE_RPC_TIMEOUT_H
#define REFERENCE_RPC_TIMEOUT_H

#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <rpcref/time.h>

/* Reads "1 to 8 digits and a unit"; what does not fit becomes RP_FOREVER.
 * Errors: RP_EPARSE, with *out as it was. */
rp_code rp_timeout_parse(rp_slice text, rp_nanos *out);

/* Appends the finest form that fits 8 digits, rounded up; at least "1n". */
void rp_timeout_format(rp_nanos left, rp_buf *out);

#endif
