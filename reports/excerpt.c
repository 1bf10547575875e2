#include "reports/excerpt.h"

#include "reports/text.h"

#include <openssl/sha.h>

static size_t first_difference(rp_slice a, rp_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;

    for (size_t i = 0; i < n; i++) {
        if (a.data[i] != b.data[i])
            return i;
    }
    return n;
}

static void describe(rp_slice s, size_t at, const char *what, rp_buf *out)
{
    size_t from = at > PF_EXCERPT_AROUND ? at - PF_EXCERPT_AROUND : 0;
    uint8_t digest[SHA256_DIGEST_LENGTH];

    SHA256(s.data, s.len, digest);
    rp_buf_printf(out, "%zu octets, sha256 ", s.len);
    for (size_t i = 0; i < 8; i++)
        rp_buf_printf(out, "%02x", digest[i]);
    rp_buf_printf(out, "\xe2\x80\xa6, %s %zu: %s\"", what, at,
                  from > 0 ? "\xe2\x80\xa6" : "");
    pf_text_terminal(rp_slice_sub(s, from, at - from + PF_EXCERPT_AROUND),
                     false, out);
    rp_buf_printf(out, "\"%s",
                  at + PF_EXCERPT_AROUND < s.len ? "\xe2\x80\xa6" : "");
}

void pf_excerpt_pair(rp_slice expected, rp_slice actual, rp_buf *out_expected,
                     rp_buf *out_actual)
{
    bool equal = rp_slice_equal(expected, actual);
    const char *what = equal ? "from octet" : "first difference at octet";
    size_t at = equal ? 0 : first_difference(expected, actual);

    if (expected.len <= PF_EXCERPT_MAX && actual.len <= PF_EXCERPT_MAX) {
        rp_buf_append(out_expected, expected);
        rp_buf_append(out_actual, actual);
        return;
    }
    describe(expected, at, what, out_expected);
    describe(actual, at, what, out_actual);
}
