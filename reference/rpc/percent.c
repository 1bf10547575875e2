#include "reference/rpc/percent.h"

void rp_percent_encode(rp_slice text, rp_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool outer = i == 0 || i + 1 == text.len;

        /* HTTP field values may not begin or end with a space */
        if (c >= 0x20 && c <= 0x7e && c != '%' && !(c == ' ' && outer))
            rp_buf_append_byte(out, c);
        else
            rp_buf_printf(out, "%%%02X", c);
    }
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void rp_percent_decode(rp_slice text, rp_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        bool room = text.data[i] == '%' && text.len - i > 2;
        int high = room ? hex_value(text.data[i + 1]) : -1;
        int low = room ? hex_value(text.data[i + 2]) : -1;

        if (high < 0 || low < 0) {
            rp_buf_append_byte(out, text.data[i]);
            continue;
        }
        rp_buf_append_byte(out, (uint8_t)(high << 4 | low));
        i += 2;
    }
}
