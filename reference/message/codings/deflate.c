#include "reference/message/coding.h"
#include "reference/message/zip.h"

enum { WINDOW = 15 };

static void compress_deflate(rp_slice plain, rp_buf *out)
{
    rp_zip_compress(plain, WINDOW, out);
}

static rp_code expand_deflate(rp_slice packed, size_t max, rp_buf *out,
                              rp_err *err)
{
    return rp_zip_expand(packed, WINDOW, max, out, err);
}

const rp_coding RP_CODING_deflate = {
    .name = "deflate",
    .id = RP_COMPRESSION_DEFLATE,
    .compress = compress_deflate,
    .expand = expand_deflate,
};
