#include <rpcref/status.h>

#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[RP_STATUS_COUNT] = {
#define STATUS_NAME(name, number) [number] = #name,
    RP_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
};

const char *rp_status_name(rp_status_code code)
{
    return (unsigned)code < RP_STATUS_COUNT ? names[code] : "UNKNOWN";
}

rp_status_code rp_status_of_number(int64_t number)
{
    return number >= 0 && number < RP_STATUS_COUNT ? (rp_status_code)number
                                                   : RP_STATUS_UNKNOWN;
}

static bool parse_number(rp_slice text, rp_status_code *out)
{
    int64_t number = 0;

    if (text.len == 0 || text.len > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = 10 * number + (text.data[i] - '0');
    }
    *out = rp_status_of_number(number);
    return true;
}

bool rp_status_parse(rp_slice text, rp_status_code *out)
{
    for (int i = 0; i < RP_STATUS_COUNT; i++) {
        if (rp_slice_equal_str(text, names[i])) {
            *out = (rp_status_code)i;
            return true;
        }
    }
    return parse_number(text, out);
}

void rp_status_set(rp_status *s, rp_status_code code, const char *fmt, ...)
{
    rp_buf message = RP_BUF_INIT; /* fmt may point into the old message */
    va_list args;

    va_start(args, fmt);
    rp_buf_vprintf(&message, fmt, args);
    va_end(args);
    rp_status_clear(s);
    s->code = code;
    s->raw_code = code;
    s->message = message;
}

void rp_status_copy(rp_status *to, const rp_status *from)
{
    rp_status_clear(to);
    to->code = from->code;
    to->raw_code = from->raw_code;
    rp_buf_append(&to->message, rp_buf_slice(&from->message));
    rp_buf_append(&to->details, rp_buf_slice(&from->details));
}

void rp_status_clear(rp_status *s)
{
    rp_buf_clear(&s->message);
    rp_buf_clear(&s->details);
    s->code = RP_STATUS_OK;
    s->raw_code = 0;
}

rp_status_code rp_status_of_http(int http_status)
{
    switch (http_status) {
    case 400:
    case 431:
        return RP_STATUS_INTERNAL;
    case 401:
        return RP_STATUS_UNAUTHENTICATED;
    case 403:
        return RP_STATUS_PERMISSION_DENIED;
    case 404:
        return RP_STATUS_UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
        return RP_STATUS_UNAVAILABLE;
    default:
        return RP_STATUS_UNKNOWN;
    }
}

rp_status_code rp_status_of_reset(uint32_t error_code)
{
    switch (error_code) {
    case 7: /* REFUSED_STREAM */
        return RP_STATUS_UNAVAILABLE;
    case 8: /* CANCEL */
        return RP_STATUS_CANCELLED;
    case 11: /* ENHANCE_YOUR_CALM */
        return RP_STATUS_RESOURCE_EXHAUSTED;
    case 12: /* INADEQUATE_SECURITY */
        return RP_STATUS_PERMISSION_DENIED;
    default:
        return RP_STATUS_INTERNAL;
    }
}
