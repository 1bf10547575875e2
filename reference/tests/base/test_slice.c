#include "reference/tests/test.h"

#include <rpcref/mem.h>
#include <rpcref/slice.h>

static void buffer_grows_and_keeps_its_octets(void **state)
{
    rp_buf b = RP_BUF_INIT;

    (void)state;
    for (int i = 0; i < 1000; i++)
        rp_buf_append_byte(&b, (uint8_t)i);
    assert_int_equal(b.len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(b.data[i], (uint8_t)i);
    rp_buf_consume(&b, 990);
    assert_int_equal(b.len, 10);
    assert_int_equal(b.data[0], (uint8_t)990);
    rp_buf_clear(&b);
}

static void printf_appends_text(void **state)
{
    rp_buf b = RP_BUF_INIT;
    char *text;

    (void)state;
    rp_buf_append_str(&b, "a=");
    rp_buf_printf(&b, "%d %s", 7, "seven");
    assert_string_equal(rp_buf_str(&b), "a=7 seven");
    text = rp_buf_take_str(&b);
    assert_string_equal(text, "a=7 seven");
    assert_int_equal(b.len, 0);
    rp_mem_free(text);
}

static void sub_slices_are_clipped(void **state)
{
    rp_slice s = rp_slice_str("hello");

    (void)state;
    assert_true(rp_slice_equal_str(rp_slice_sub(s, 1, 3), "ell"));
    assert_true(rp_slice_equal_str(rp_slice_sub(s, 3, 99), "lo"));
    assert_int_equal(rp_slice_sub(s, 9, 9).len, 0);
    assert_true(rp_slice_starts_with(s, "he"));
    assert_true(rp_slice_ends_with(s, "llo"));
    assert_false(rp_slice_starts_with(s, "hello!"));
    assert_true(rp_slice_equal_nocase(s, rp_slice_str("HELLO")));
}

RP_TEST_MAIN(cmocka_unit_test(buffer_grows_and_keeps_its_octets),
             cmocka_unit_test(printf_appends_text),
             cmocka_unit_test(sub_slices_are_clipped))
