#include "reference/tests/test.h"

#include "reference/message/framing.h"
#include <rpcref/mem.h>

static void messages_survive_any_cut(void **state)
{
    rp_buf wire = RP_BUF_INIT, out = RP_BUF_INIT;
    rp_framing f;
    bool packed;
    size_t seen = 0;

    (void)state;
    rp_framing_write(rp_slice_str("hello"), NULL, &wire);
    rp_framing_write(rp_slice_str(""), NULL, &wire);
    rp_framing_write(rp_slice_str("world"), rp_coding_get(RP_COMPRESSION_GZIP),
                     &wire);
    rp_framing_init(&f, 1000);
    f.coding = rp_coding_get(RP_COMPRESSION_GZIP);
    for (size_t i = 0; i < wire.len; i++) {
        rp_framing_feed(&f, rp_slice_of(wire.data + i, 1));
        while (rp_framing_next(&f, &out, &packed, NULL) == RP_OK)
            seen++;
    }
    assert_int_equal(seen, 3);
    assert_string_equal(rp_buf_str(&out), "world");
    assert_true(packed);
    assert_int_equal(rp_framing_pending(&f), 0);
    rp_framing_clear(&f);
    rp_buf_clear(&wire);
    rp_buf_clear(&out);
}

static void the_limit_is_decided_on_the_prefix(void **state)
{
    rp_buf out = RP_BUF_INIT;
    rp_framing f;
    bool packed;

    (void)state;
    rp_framing_init(&f, 1000);
    rp_framing_feed(&f, rp_slice_of("\0\xff\xff\xff\xff", 5));
    assert_int_equal(rp_framing_next(&f, &out, &packed, NULL), RP_ELIMIT);
    rp_framing_clear(&f);
    rp_buf_clear(&out);
}

static void flags_are_checked(void **state)
{
    static const uint8_t flags[] = {1, 2, 128, 255};
    rp_buf out = RP_BUF_INIT;

    (void)state;
    for (size_t i = 0; i < RP_COUNT(flags); i++) {
        uint8_t prefix[5] = {flags[i]};
        rp_framing f;
        bool packed;

        rp_framing_init(&f, 1000);
        rp_framing_feed(&f, rp_slice_of(prefix, sizeof(prefix)));
        assert_int_equal(rp_framing_next(&f, &out, &packed, NULL), RP_EPROTO);
        rp_framing_clear(&f);
    }
    rp_buf_clear(&out);
}

static void a_bomb_stops_at_the_limit(void **state)
{
    static uint8_t zeros[1000000];
    const rp_coding *gzip = rp_coding_get(RP_COMPRESSION_GZIP);
    rp_buf packed = RP_BUF_INIT, out = RP_BUF_INIT;

    (void)state;
    gzip->compress(rp_slice_of(zeros, sizeof(zeros)), &packed);
    assert_int_equal(gzip->expand(rp_buf_slice(&packed), 10000, &out, NULL),
                     RP_ELIMIT);
    assert_true(out.cap < 200000);
    rp_buf_clear(&packed);
    rp_buf_clear(&out);
}

static void what_does_not_decompress_is_malformed(void **state)
{
    const rp_coding *gzip = rp_coding_get(RP_COMPRESSION_GZIP);
    rp_buf packed = RP_BUF_INIT, out = RP_BUF_INIT;

    (void)state;
    gzip->compress(rp_slice_str("some text"), &packed);
    for (size_t len = 0; len < packed.len; len++)
        assert_int_equal(
            gzip->expand(rp_slice_of(packed.data, len), 1000, &out, NULL),
            RP_EPARSE);
    rp_buf_append_byte(&packed, 'x');
    assert_int_equal(gzip->expand(rp_buf_slice(&packed), 1000, &out, NULL),
                     RP_EPARSE);
    rp_buf_clear(&packed);
    rp_buf_clear(&out);
}

RP_TEST_MAIN(cmocka_unit_test(messages_survive_any_cut),
             cmocka_unit_test(the_limit_is_decided_on_the_prefix),
             cmocka_unit_test(flags_are_checked),
             cmocka_unit_test(a_bomb_stops_at_the_limit),
             cmocka_unit_test(what_does_not_decompress_is_malformed))
