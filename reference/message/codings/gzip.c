#include "reference/message/coding.h"
#include "reference/message/zip.h"

enum { WINDOW = 31 };

static void compress_gzip(rp_slice plain, rp_buf *out)
{
    rp_zip_compress(plain, WINDOW, out);
}

static rp_code expand_gzip(rp_slice packed, size_t max, rp_buf *out,
                           rp_err *err)
{
    return rp_zip_expand(packed, WINDOW, max, out, err);
}

const rp_coding RP_CODING_gzip = {
    .name = "gzip",
    .id = RP_COMPRESSION_GZIP,
    .compress = compress_gzip,
    .expand = expand_gzip,
};
