/* message.h - protobuf messages of the services, in and out of calls.
 *
 * Threads: the loop's. */
#ifndef REFERENCE_SERVICES_MESSAGE_H
#define REFERENCE_SERVICES_MESSAGE_H

#include <protobuf-c/protobuf-c.h>
#include <rpcref/server.h>

/* Appends the encoding of `m`. */
void rp_message_pack(const ProtobufCMessage *m, rp_buf *out);

/* Sends `m`. `plain` as in rp_server_call_send(). */
void rp_message_send(rp_server_call *call, const ProtobufCMessage *m,
                     bool plain);

/* Parses `octets`; freed with protobuf_c_message_free_unpacked(m, NULL).
 * NULL when they are malformed: the call has then been ended with INTERNAL. */
void *rp_message_receive(rp_server_call *call,
                         const ProtobufCMessageDescriptor *type,
                         rp_slice octets);

#endif
