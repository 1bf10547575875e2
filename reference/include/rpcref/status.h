/* status.h - how a call ended: a value, not an error.
 *
 * Threads: values; one thread at a time for each.
 * Spec: grpc/grpc doc/statuscodes.md, doc/http-grpc-status-mapping.md,
 * doc/PROTOCOL-HTTP2.md "Errors". */
#ifndef RPCREF_STATUS_H
#define RPCREF_STATUS_H

#include <rpcref/slice.h>
#include <stdbool.h>
#include <stdint.h>

/* The 17 canonical codes, with their numbers. */
#define RP_STATUS_MAP(X)                                                       \
    X(OK, 0)                                                                   \
    X(CANCELLED, 1)                                                            \
    X(UNKNOWN, 2)                                                              \
    X(INVALID_ARGUMENT, 3)                                                     \
    X(DEADLINE_EXCEEDED, 4)                                                    \
    X(NOT_FOUND, 5)                                                            \
    X(ALREADY_EXISTS, 6)                                                       \
    X(PERMISSION_DENIED, 7)                                                    \
    X(RESOURCE_EXHAUSTED, 8)                                                   \
    X(FAILED_PRECONDITION, 9)                                                  \
    X(ABORTED, 10)                                                             \
    X(OUT_OF_RANGE, 11)                                                        \
    X(UNIMPLEMENTED, 12)                                                       \
    X(INTERNAL, 13)                                                            \
    X(UNAVAILABLE, 14)                                                         \
    X(DATA_LOSS, 15)                                                           \
    X(UNAUTHENTICATED, 16)

typedef enum rp_status_code {
#define RP_STATUS_ENUM(name, number) RP_STATUS_##name = (number),
    RP_STATUS_MAP(RP_STATUS_ENUM)
#undef RP_STATUS_ENUM
} rp_status_code;

enum { RP_STATUS_COUNT = 17 };

/* A status with its message (UTF-8 by intent, any octets in fact) and the
 * octets of grpc-status-details-bin. Embedded: RP_STATUS_INIT, then
 * rp_status_clear(). */
typedef struct rp_status {
    rp_status_code code;
    int64_t raw_code; /* the number as received; that of `code` otherwise */
    rp_buf message;
    rp_buf details;
} rp_status;

#define RP_STATUS_INIT                                                         \
    {                                                                          \
        RP_STATUS_OK, 0, RP_BUF_INIT, RP_BUF_INIT                              \
    }

/* "NOT_FOUND" and so on; "UNKNOWN" for a number outside the 17. */
const char *rp_status_name(rp_status_code code);

/* Reads a name or a decimal number. False when it is neither. */
bool rp_status_parse(rp_slice text, rp_status_code *out);

/* The code for a number; UNKNOWN outside 0..16. */
rp_status_code rp_status_of_number(int64_t number);

/* Replaces code and message, drops the details. */
void rp_status_set(rp_status *s, rp_status_code code, const char *fmt, ...)
    RP_PRINTF(3, 4);
void rp_status_copy(rp_status *to, const rp_status *from);
void rp_status_clear(rp_status *s);

/* What a response without grpc-status means, by its HTTP status
 * (http-grpc-status-mapping.md). */
rp_status_code rp_status_of_http(int http_status);

/* What an RST_STREAM means, by its HTTP/2 error code (PROTOCOL-HTTP2.md). */
rp_status_code rp_status_of_reset(uint32_t error_code);

#endif
