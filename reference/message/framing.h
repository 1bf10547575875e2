/* framing.h - length-prefixed messages, cut out of and put into a stream of
 * octets.
 *
 * Sans-I/O. Threads: one at a time for each object.
 * Spec: PROTOCOL-HTTP2.md "Length-Prefixed-Message", compression.md. */
#ifndef REFERENCE_MESSAGE_FRAMING_H
#define REFERENCE_MESSAGE_FRAMING_H

#include "reference/message/coding.h"
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <stdbool.h>

enum { RP_FRAMING_PREFIX = 5 };

/* Appends one message with its prefix. `coding` NULL or identity: as it is. */
void rp_framing_write(rp_slice message, const rp_coding *coding, rp_buf *out);

/* Takes messages out of what has been fed. Embedded: rp_framing_init(),
 * rp_framing_clear(). */
typedef struct rp_framing {
    const rp_coding *coding; /* what flagged messages are in; NULL: none */
    size_t max;              /* octets of a message, packed or plain */
    rp_buf in;
    size_t read; /* octets of `in` that are done with */
} rp_framing;

void rp_framing_init(rp_framing *f, size_t max);
void rp_framing_clear(rp_framing *f);

void rp_framing_feed(rp_framing *f, rp_slice octets);

/* Takes the next whole message. *out is replaced; *packed says whether it was
 * compressed. RP_OK: there was one. RP_EAGAIN: not yet.
 * Errors: RP_ELIMIT when the announced or the expanded length is above the
 * maximum (decided on the prefix), RP_EPROTO for a flag that is not allowed,
 * RP_EPARSE for a message that does not decompress. */
rp_code rp_framing_next(rp_framing *f, rp_buf *out, bool *packed, rp_err *err);

/* Octets fed and not yet taken. */
size_t rp_framing_pending(const rp_framing *f);

/* Octets still missing until the next message is whole; 0 when it is, the
 * missing part of the prefix when even that is not known. */
size_t rp_framing_missing(const rp_framing *f);

#endif
