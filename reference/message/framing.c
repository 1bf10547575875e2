#include "reference/message/framing.h"

#include <string.h>

static void write_prefix(rp_buf *out, size_t at, bool packed, size_t len)
{
    uint8_t *p = out->data + at;

    p[0] = packed;
    p[1] = (uint8_t)(len >> 24);
    p[2] = (uint8_t)(len >> 16);
    p[3] = (uint8_t)(len >> 8);
    p[4] = (uint8_t)len;
}

void rp_framing_write(rp_slice message, const rp_coding *coding, rp_buf *out)
{
    bool packed = coding != NULL && coding->id != RP_COMPRESSION_IDENTITY;
    size_t at = out->len;

    rp_buf_reserve(out, RP_FRAMING_PREFIX + (packed ? 0 : message.len));
    rp_buf_commit(out, RP_FRAMING_PREFIX);
    if (packed)
        coding->compress(message, out);
    else
        rp_buf_append(out, message);
    write_prefix(out, at, packed, out->len - at - RP_FRAMING_PREFIX);
}

void rp_framing_init(rp_framing *f, size_t max)
{
    memset(f, 0, sizeof(*f));
    f->max = max;
}

void rp_framing_clear(rp_framing *f)
{
    rp_buf_clear(&f->in);
    f->read = 0;
}

void rp_framing_feed(rp_framing *f, rp_slice octets)
{
    if (f->read > 0 && f->read == f->in.len) {
        rp_buf_reset(&f->in);
        f->read = 0;
    } else if (f->read > 64 * 1024) {
        rp_buf_consume(&f->in, f->read);
        f->read = 0;
    }
    rp_buf_append(&f->in, octets);
}

size_t rp_framing_pending(const rp_framing *f)
{
    return f->in.len - f->read;
}

static uint32_t announced(const rp_framing *f)
{
    const uint8_t *p = f->in.data + f->read;

    return (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 |
           p[4];
}

size_t rp_framing_missing(const rp_framing *f)
{
    size_t have = rp_framing_pending(f);
    size_t want;

    if (have < RP_FRAMING_PREFIX)
        return RP_FRAMING_PREFIX - have;
    want = RP_FRAMING_PREFIX + (size_t)announced(f);
    return want > have ? want - have : 0;
}

static rp_code check_prefix(const rp_framing *f, rp_err *err)
{
    uint8_t flag = f->in.data[f->read];

    if (announced(f) > f->max)
        return rp_fail(err, RP_ELIMIT,
                       "a message of %u octets is larger than the %zu allowed",
                       announced(f), f->max);
    if (flag > 1)
        return rp_fail(err, RP_EPROTO, "compressed flag %u of a message", flag);
    if (flag == 1 &&
        (f->coding == NULL || f->coding->id == RP_COMPRESSION_IDENTITY))
        return rp_fail(err, RP_EPROTO,
                       "a message is flagged as compressed, but no "
                       "grpc-encoding was named");
    return RP_OK;
}

rp_code rp_framing_next(rp_framing *f, rp_buf *out, bool *packed, rp_err *err)
{
    rp_slice body;
    rp_code rc;

    if (rp_framing_pending(f) < RP_FRAMING_PREFIX)
        return RP_EAGAIN;
    rc = check_prefix(f, err);
    if (rc != RP_OK)
        return rc;
    if (rp_framing_missing(f) > 0)
        return RP_EAGAIN;
    *packed = f->in.data[f->read] == 1;
    body = rp_slice_sub(rp_buf_slice(&f->in), f->read + RP_FRAMING_PREFIX,
                        announced(f));
    rp_buf_reset(out);
    if (*packed)
        rc = f->coding->expand(body, f->max, out, err);
    else
        rp_buf_append(out, body);
    f->read += RP_FRAMING_PREFIX + body.len;
    return rc;
}
