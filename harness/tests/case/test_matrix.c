#include "harness/case/matrix.h"
#include "reference/tests/test.h"

static json_t *parse(const char *text)
{
    json_t *v = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(v);
    return v;
}

static json_t *expand(const char *vary, const char *exclude, bool exhaustive)
{
    json_t *axes = parse(vary);
    json_t *without = exclude != NULL ? parse(exclude) : NULL;
    json_t *out;

    assert_int_equal(pf_matrix_expand(axes, without, exhaustive, &out, NULL),
                     RP_OK);
    json_decref(axes);
    json_decref(without);
    return out;
}

static bool holds_pair(const json_t *choices, const json_t *pair)
{
    for (size_t i = 0; i < json_array_size(choices); i++) {
        if (pf_matrix_fits(pair, json_array_get(choices, i)))
            return true;
    }
    return false;
}

static void without_axes_there_is_one_choice(void **state)
{
    json_t *out;

    (void)state;
    assert_int_equal(pf_matrix_expand(NULL, NULL, false, &out, NULL), RP_OK);
    assert_int_equal(json_array_size(out), 1);
    json_decref(out);
}

static void exclusions_leave_out_lists_of_values_too(void **state)
{
    json_t *out = expand("{\"a\": [1, 2, 3], \"b\": [\"x\", \"y\"]}",
                         "[{\"a\": [1, 2], \"b\": \"x\"}]", false);

    (void)state;
    assert_int_equal(json_array_size(out), 4);
    json_decref(out);
}

#define FOUR_AXES                                                              \
    "{\"a\": [1, 2, 3, 4], \"b\": [1, 2, 3], \"c\": [true, false],"            \
    " \"d\": [\"p\", \"q\", \"r\"]}"

static void a_large_product_is_cut_to_pairs(void **state)
{
    static const char *const pairs[] = {
        "{\"a\": 4, \"b\": 3}",     "{\"a\": 1, \"d\": \"r\"}",
        "{\"c\": false, \"b\": 1}", "{\"c\": true, \"d\": \"q\"}",
        "{\"b\": 2, \"d\": \"p\"}", "{\"a\": 2, \"c\": true}",
    };
    json_t *out = expand(FOUR_AXES, NULL, false);

    (void)state;
    assert_in_range(json_array_size(out), 12, 18);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        json_t *pair = parse(pairs[i]);

        assert_true(holds_pair(out, pair));
        json_decref(pair);
    }
    json_decref(out);
}

static void exhaustive_is_the_whole_product(void **state)
{
    json_t *out = expand(FOUR_AXES, NULL, true);

    (void)state;
    assert_int_equal(json_array_size(out), 72);
    json_decref(out);
}

static void pairs_that_only_excluded_choices_have_are_not_wanted(void **state)
{
    json_t *out = expand(FOUR_AXES, "[{\"a\": 1, \"b\": 1}]", false);
    json_t *pair = parse("{\"a\": 1, \"b\": 1}");

    (void)state;
    assert_false(holds_pair(out, pair));
    json_decref(pair);
    json_decref(out);
}

static void a_product_beyond_measure_is_refused(void **state)
{
    rp_err err = RP_ERR_INIT;
    json_t *axes = json_object();
    json_t *out;

    (void)state;
    for (char name[2] = "a"; name[0] <= 'f'; name[0]++) {
        json_t *values = json_array();

        for (int i = 0; i < 10; i++)
            json_array_append_new(values, json_integer(i));
        json_object_set_new(axes, name, values);
    }
    assert_int_equal(pf_matrix_expand(axes, NULL, false, &out, &err),
                     RP_ELIMIT);
    assert_null(out);
    json_decref(axes);
}

RP_TEST_MAIN(
    cmocka_unit_test(without_axes_there_is_one_choice),
    cmocka_unit_test(exclusions_leave_out_lists_of_values_too),
    cmocka_unit_test(a_large_product_is_cut_to_pairs),
    cmocka_unit_test(exhaustive_is_the_whole_product),
    cmocka_unit_test(pairs_that_only_excluded_choices_have_are_not_wanted),
    cmocka_unit_test(a_product_beyond_measure_is_refused))
