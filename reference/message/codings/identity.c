#include "reference/message/coding.h"

static void compress_identity(rp_slice plain, rp_buf *out)
{
    rp_buf_append(out, plain);
}

static rp_code expand_identity(rp_slice packed, size_t max, rp_buf *out,
                               rp_err *err)
{
    if (packed.len > max)
        return rp_fail(err, RP_ELIMIT, "the message is larger than %zu octets",
                       max);
    rp_buf_append(out, packed);
    return RP_OK;
}

const rp_coding RP_CODING_identity = {
    .name = "identity",
    .id = RP_COMPRESSION_IDENTITY,
    .compress = compress_identity,
    .expand = expand_identity,
};
