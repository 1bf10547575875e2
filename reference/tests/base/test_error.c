#include "reference/tests/test.h"

#include <rpcref/error.h>

static void context_goes_before_the_sentence(void **state)
{
    rp_err err = RP_ERR_INIT;

    (void)state;
    assert_int_equal(rp_fail(&err, RP_EPARSE, "line %d is odd", 3), RP_EPARSE);
    assert_int_equal(rp_err_context(&err, "%s", "case.yaml"), RP_EPARSE);
    assert_string_equal(err.text, "case.yaml: line 3 is odd");
}

static void long_sentences_are_cut_not_overrun(void **state)
{
    char big[4 * RP_ERR_TEXT_MAX];
    rp_err err = RP_ERR_INIT;

    (void)state;
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    rp_fail(&err, RP_EIO, "%s", big);
    assert_int_equal(strlen(err.text), RP_ERR_TEXT_MAX - 1);
    rp_err_context(&err, "%s", big);
    assert_int_equal(strlen(err.text), RP_ERR_TEXT_MAX - 1);
}

static void a_missing_err_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(rp_fail(NULL, RP_EIO, "nobody listens"), RP_EIO);
    assert_int_equal(rp_err_context(NULL, "x"), RP_OK);
    assert_string_equal(rp_code_text(RP_ETIMEOUT), "timed out");
}

RP_TEST_MAIN(cmocka_unit_test(context_goes_before_the_sentence),
             cmocka_unit_test(long_sentences_are_cut_not_overrun),
             cmocka_unit_test(a_missing_err_is_allowed))
