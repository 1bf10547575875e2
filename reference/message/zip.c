#include "reference/message/zip.h"

#include <rpcref/mem.h>
#include <string.h>
#include <zlib.h>

enum { STEP_MIN = 512, STEP_MAX = 64 * 1024, GZIP_WINDOW = 31 };

void rp_zip_compress(rp_slice plain, int window, rp_buf *out)
{
    z_stream z;
    size_t bound;

    memset(&z, 0, sizeof(z));
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    bound = deflateBound(&z, plain.len);
    z.next_in = (Bytef *)(uintptr_t)plain.data;
    z.avail_in = (uInt)plain.len;
    z.next_out = rp_buf_reserve(out, bound);
    z.avail_out = (uInt)bound;
    deflate(&z, Z_FINISH);
    rp_buf_commit(out, bound - z.avail_out);
    deflateEnd(&z);
}

/* Inflates one member; RP_OK at its end. */
static rp_code expand_member(z_stream *z, size_t max, rp_buf *out, rp_err *err)
{
    size_t step = 4 * (size_t)z->avail_in;
    int rc = Z_OK;

    if (step < STEP_MIN)
        step = STEP_MIN;
    if (step > STEP_MAX)
        step = STEP_MAX;
    while (rc == Z_OK) {
        z->next_out = rp_buf_reserve(out, step);
        z->avail_out = (uInt)step;
        rc = inflate(z, Z_NO_FLUSH);
        rp_buf_commit(out, step - z->avail_out);
        if (out->len > max)
            return rp_fail(err, RP_ELIMIT,
                           "the message is larger than %zu octets when "
                           "decompressed",
                           max);
        if (rc == Z_OK && z->avail_in == 0 && z->avail_out > 0)
            break;
    }
    if (rc != Z_STREAM_END)
        return rp_fail(err, RP_EPARSE, "the message does not decompress: %s",
                       z->msg != NULL ? z->msg : "it is cut short");
    return RP_OK;
}

rp_code rp_zip_expand(rp_slice packed, int window, size_t max, rp_buf *out,
                      rp_err *err)
{
    z_stream z;
    rp_code rc;

    memset(&z, 0, sizeof(z));
    if (inflateInit2(&z, window) != Z_OK)
        return rp_fail(err, RP_EIO, "zlib does not start");
    z.next_in = (Bytef *)(uintptr_t)packed.data;
    z.avail_in = (uInt)packed.len;
    rc = expand_member(&z, max, out, err);
    /* a gzip file may have several members */
    while (rc == RP_OK && z.avail_in > 0 && window == GZIP_WINDOW) {
        inflateReset(&z);
        rc = expand_member(&z, max, out, err);
    }
    if (rc == RP_OK && z.avail_in > 0)
        rc = rp_fail(err, RP_EPARSE,
                     "%u octets stand behind the compressed message",
                     z.avail_in);
    inflateEnd(&z);
    return rc;
}
