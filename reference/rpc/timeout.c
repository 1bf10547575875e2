#include "reference/rpc/timeout.h"

#include <rpcref/mem.h>

static const struct {
    char letter;
    rp_nanos size;
} units[] = {
    {'n', 1},         {'u', RP_MICROSECOND}, {'m', RP_MILLISECOND},
    {'S', RP_SECOND}, {'M', 60 * RP_SECOND}, {'H', 3600 * RP_SECOND},
};

enum { DIGITS_MAX = 8, NUMBER_MAX = 99999999 };

rp_code rp_timeout_parse(rp_slice text, rp_nanos *out)
{
    rp_nanos number = 0;
    rp_nanos total;

    if (text.len < 2 || text.len > DIGITS_MAX + 1)
        return RP_EPARSE;
    for (size_t i = 0; i < text.len - 1; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return RP_EPARSE;
        number = 10 * number + (text.data[i] - '0');
    }
    for (size_t i = 0; i < RP_COUNT(units); i++) {
        if ((char)text.data[text.len - 1] != units[i].letter)
            continue;
        if (__builtin_mul_overflow(number, units[i].size, &total))
            total = RP_FOREVER;
        *out = total;
        return RP_OK;
    }
    return RP_EPARSE;
}

void rp_timeout_format(rp_nanos left, rp_buf *out)
{
    size_t i = 0;
    rp_nanos number;

    if (left < 1)
        left = 1;
    /* division that rounds up without overflow */
    number = left;
    while (number > NUMBER_MAX && i + 1 < RP_COUNT(units)) {
        i++;
        number = left / units[i].size + (left % units[i].size != 0);
    }
    if (number > NUMBER_MAX)
        number = NUMBER_MAX;
    rp_buf_printf(out, "%lld%c", (long long)number, units[i].letter);
}
