#include "reference/rpc/base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void rp_base64_encode(rp_slice octets, rp_buf *out)
{
    uint32_t bits = 0;
    int have = 0;

    for (size_t i = 0; i < octets.len; i++) {
        bits = bits << 8 | octets.data[i];
        for (have += 8; have >= 6; have -= 6)
            rp_buf_append_byte(out,
                               (uint8_t)alphabet[bits >> (have - 6) & 0x3f]);
    }
    if (have > 0)
        rp_buf_append_byte(out, (uint8_t)alphabet[bits << (6 - have) & 0x3f]);
}

rp_code rp_base64_decode(rp_slice text, rp_buf *out)
{
    size_t before = out->len;
    size_t len = text.len;
    uint32_t bits = 0;
    int have = 0;

    while (len > 0 && text.data[len - 1] == '=' && text.len - len < 2)
        len--;
    if (len % 4 == 1 || (len != text.len && text.len % 4 != 0))
        return RP_EPARSE;
    for (size_t i = 0; i < len; i++) {
        const char *at = text.data[i] ? strchr(alphabet, text.data[i]) : NULL;

        if (at == NULL) {
            out->len = before;
            return RP_EPARSE;
        }
        bits = bits << 6 | (uint32_t)(at - alphabet);
        have += 6;
        if (have >= 8) {
            have -= 8;
            rp_buf_append_byte(out, (uint8_t)(bits >> have));
        }
    }
    return RP_OK;
}
