#include "reference/tests/test.h"

#include "reference/rpc/timeout.h"
#include <rpcref/mem.h>

static void timeout_reads_every_unit(void **state)
{
    static const struct {
        const char *text;
        rp_nanos want;
    } rows[] = {
        {"1n", 1},
        {"1u", RP_MICROSECOND},
        {"1m", RP_MILLISECOND},
        {"8S", 8 * RP_SECOND},
        {"2M", 120 * RP_SECOND},
        {"1H", 3600 * RP_SECOND},
        {"99999999H", RP_FOREVER}, /* saturates: past int64 nanoseconds */
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_nanos got = -1;

        assert_int_equal(rp_timeout_parse(rp_slice_str(rows[i].text), &got),
                         RP_OK);
        assert_true(got == rows[i].want);
    }
}

static void timeout_refuses_what_is_malformed(void **state)
{
    static const char *const rows[] = {"",    "S",    "5",          "5x",
                                       "S5",  "5.5S", "123456789S", "-1S",
                                       " 5S", "5s",   "0x1S"};

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_nanos got = 7;

        assert_int_equal(rp_timeout_parse(rp_slice_str(rows[i]), &got),
                         RP_EPARSE);
        assert_true(got == 7);
    }
}

static void timeout_writes_at_most_eight_digits(void **state)
{
    static const struct {
        rp_nanos left;
        const char *want;
    } rows[] = {
        {0, "1n"},
        {99999999, "99999999n"},
        {100000000, "100000u"},
        {100 * RP_SECOND, "100000m"},
        {100000 * RP_SECOND, "100000S"},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_buf out = RP_BUF_INIT;
        rp_nanos back;

        rp_timeout_format(rows[i].left, &out);
        assert_true(out.len <= 9);
        assert_int_equal(rp_timeout_parse(rp_buf_slice(&out), &back), RP_OK);
        assert_true(back >= rows[i].left);
        rp_buf_clear(&out);
    }
}

RP_TEST_MAIN(cmocka_unit_test(timeout_reads_every_unit),
             cmocka_unit_test(timeout_refuses_what_is_malformed),
             cmocka_unit_test(timeout_writes_at_most_eight_digits))
