#include "reference/tests/test.h"

#include "reference/rpc/base64.h"
#include "reference/rpc/percent.h"
#include <rpcref/mem.h>
#include <rpcref/metadata.h>

static void percent_round_trips_any_octets(void **state)
{
    rp_buf all = RP_BUF_INIT, text = RP_BUF_INIT, back = RP_BUF_INIT;

    (void)state;
    for (int i = 0; i < 256; i++)
        rp_buf_append_byte(&all, (uint8_t)i);
    rp_percent_encode(rp_buf_slice(&all), &text);
    for (size_t i = 0; i < text.len; i++)
        assert_in_range(text.data[i], 0x20, 0x7e);
    rp_percent_decode(rp_buf_slice(&text), &back);
    assert_true(rp_slice_equal(rp_buf_slice(&all), rp_buf_slice(&back)));
    rp_buf_clear(&all);
    rp_buf_clear(&text);
    rp_buf_clear(&back);
}

static void percent_keeps_broken_escapes(void **state)
{
    rp_buf back = RP_BUF_INIT;

    (void)state;
    rp_percent_decode(rp_slice_str("a%zz%4"), &back);
    assert_string_equal(rp_buf_str(&back), "a%zz%4");
    rp_buf_clear(&back);
}

static void percent_hides_outer_spaces(void **state)
{
    rp_buf text = RP_BUF_INIT;

    (void)state;
    rp_percent_encode(rp_slice_str(" a b "), &text);
    assert_string_equal(rp_buf_str(&text), "%20a b%20");
    rp_buf_clear(&text);
}

static void base64_accepts_both_paddings(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {{"q6ur", 3}, {"qw", 1},   {"qw==", 1},
                {"qqs", 2},  {"qqs=", 2}, {"", 0}};

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_buf out = RP_BUF_INIT;

        assert_int_equal(rp_base64_decode(rp_slice_str(rows[i].text), &out),
                         RP_OK);
        assert_int_equal(out.len, rows[i].len);
        rp_buf_clear(&out);
    }
}

static void base64_refuses_what_is_none(void **state)
{
    static const char *const rows[] = {"!!!!", "a", "abcde", "-_-_", "qw="};

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_buf out = RP_BUF_INIT;

        assert_int_equal(rp_base64_decode(rp_slice_str(rows[i]), &out),
                         RP_EPARSE);
        assert_int_equal(out.len, 0);
        rp_buf_clear(&out);
    }
}

static void metadata_refuses_reserved_and_malformed_keys(void **state)
{
    static const char *const keys[] = {
        "grpc-status", "te", "content-type", ":path", "bad key", "", "x\n"};
    rp_metadata m = RP_METADATA_INIT;

    (void)state;
    for (size_t i = 0; i < RP_COUNT(keys); i++)
        assert_int_equal(rp_metadata_add_str(&m, keys[i], "v", NULL),
                         RP_EINVAL);
    assert_int_equal(rp_metadata_add_str(&m, "x-ascii", "caf\xc3\xa9", NULL),
                     RP_EINVAL);
    assert_int_equal(rp_metadata_add_str(&m, "x-any-bin", "caf\xc3\xa9", NULL),
                     RP_OK);
    assert_int_equal(rp_metadata_add_str(&m, "X-Mixed", "v", NULL), RP_OK);
    assert_string_equal(m.entries[1].key, "x-mixed");
    rp_metadata_clear(&m);
}

RP_TEST_MAIN(cmocka_unit_test(percent_round_trips_any_octets),
             cmocka_unit_test(percent_keeps_broken_escapes),
             cmocka_unit_test(percent_hides_outer_spaces),
             cmocka_unit_test(base64_accepts_both_paddings),
             cmocka_unit_test(base64_refuses_what_is_none),
             cmocka_unit_test(metadata_refuses_reserved_and_malformed_keys))
