#include "reference/services/message.h"

void rp_message_pack(const ProtobufCMessage *m, rp_buf *out)
{
    size_t len = protobuf_c_message_get_packed_size(m);

    protobuf_c_message_pack(m, rp_buf_reserve(out, len));
    rp_buf_commit(out, len);
}

void rp_message_send(rp_server_call *call, const ProtobufCMessage *m,
                     bool plain)
{
    rp_buf octets = RP_BUF_INIT;

    rp_message_pack(m, &octets);
    rp_server_call_send(call, rp_buf_slice(&octets), plain, NULL);
    rp_buf_clear(&octets);
}

void *rp_message_receive(rp_server_call *call,
                         const ProtobufCMessageDescriptor *type,
                         rp_slice octets)
{
    ProtobufCMessage *m =
        protobuf_c_message_unpack(type, NULL, octets.len, octets.data);

    if (m == NULL)
        rp_server_call_fail(call, RP_STATUS_INTERNAL, "the request is no %s",
                            type->name);
    return m;
}
