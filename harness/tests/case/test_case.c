#include "harness/tests/case/suite.h"

static pf_suite *load(const char *text)
{
    rp_err err = RP_ERR_INIT;
    pf_suite *s;

    if (suite_of(text, false, &s, &err) != RP_OK)
        fail_msg("%s", err.text);
    return s;
}

static const char *method_of(const pf_case *c, size_t step)
{
    const json_t *call =
        json_object_get(json_array_get(c->steps, step), "call");

    return json_string_value(json_object_get(call, "method"));
}

static void a_case_without_axes_has_the_id_of_its_file(void **state)
{
    pf_suite *s = load(CASE_HEAD "steps:\n  - cancel: {}\n");

    (void)state;
    assert_int_equal(s->count, 1);
    assert_string_equal(s->cases[0].id, "server/area/name");
    assert_int_equal(s->cases[0].driver, PF_DRIVER_CALL);
    assert_true(s->cases[0].timeout == 10 * RP_SECOND);
    pf_suite_free(s);
}

static void axes_multiply_in_the_order_of_the_file(void **state)
{
    pf_suite *s = load(CASE_HEAD "vary: {b: [x, z], a: [1, true]}\n"
                                 "steps:\n  - cancel: {}\n");

    (void)state;
    assert_int_equal(s->count, 4);
    assert_string_equal(s->cases[0].id, "server/area/name[b=x,a=1]");
    assert_string_equal(s->cases[1].id, "server/area/name[b=x,a=true]");
    assert_string_equal(s->cases[3].id, "server/area/name[b=z,a=true]");
    pf_suite_free(s);
}

static void steps_are_left_out_where_when_does_not_fit(void **state)
{
    pf_suite *s = load(CASE_HEAD "vary: {a: [1, 2, 3]}\n"
                                 "steps:\n"
                                 "  - {when: {a: [2, 3]}, cancel: {}}\n"
                                 "  - repeat:\n"
                                 "      times: 2\n"
                                 "      steps:\n"
                                 "        - {when: {a: 3}, cancel: {}}\n"
                                 "        - half_close: {}\n");
    const json_t *repeat;

    (void)state;
    assert_int_equal(json_array_size(s->cases[0].steps), 1);
    assert_int_equal(json_array_size(s->cases[1].steps), 2);
    repeat = json_object_get(json_array_get(s->cases[1].steps, 1), "repeat");
    assert_int_equal(json_array_size(json_object_get(repeat, "steps")), 1);
    pf_suite_free(s);
}

static void a_let_may_depend_on_an_axis_and_on_other_lets(void **state)
{
    pf_suite *s = load(
        CASE_HEAD "vary: {type: [unary, bidi, other]}\n"
                  "let:\n"
                  "  name: {by: type, unary: UnaryCall, else: \"X{type}\"}\n"
                  "  path: \"svc/{name}\"\n"
                  "steps:\n"
                  "  - call: {method: \"{path}\"}\n");

    (void)state;
    assert_string_equal(method_of(&s->cases[0], 0), "svc/UnaryCall");
    assert_string_equal(method_of(&s->cases[1], 0), "svc/Xbidi");
    pf_suite_free(s);
}

static void a_lone_placeholder_keeps_its_type(void **state)
{
    pf_suite *s = load(CASE_HEAD "vary: {k: [5]}\n"
                                 "steps:\n  - receive: {count: \"{k-1}\"}\n");
    const json_t *receive =
        json_object_get(json_array_get(s->cases[0].steps, 0), "receive");

    (void)state;
    assert_int_equal(json_integer_value(json_object_get(receive, "count")), 4);
    pf_suite_free(s);
}

static void the_impact_is_that_of_the_first_requirement(void **state)
{
    pf_suite *s = load(CASE_HEAD "steps:\n  - cancel: {}\n");
    pf_suite *own = load(CASE_HEAD "impact: tolerance\n"
                                   "steps:\n  - cancel: {}\n");

    (void)state;
    assert_string_equal(s->cases[0].impact, "peer");
    assert_string_equal(own->cases[0].impact, "tolerance");
    pf_suite_free(s);
    pf_suite_free(own);
}

static void the_cases_built_in_are_sound(void **state)
{
    rp_err err = RP_ERR_INIT;
    pf_catalogue *catalogue;
    pf_suite_opts opts = {0};
    pf_suite *s;

    (void)state;
    assert_int_equal(pf_catalogue_load(&catalogue, &err), RP_OK);
    opts.catalogue = catalogue;
    if (pf_suite_load(&opts, &s, &err) != RP_OK)
        fail_msg("%s", err.text);
    assert_true(s->files >= 120);
    assert_true(s->count >= s->files);
    pf_suite_free(s);
    pf_catalogue_free(catalogue);
}

RP_TEST_MAIN(cmocka_unit_test(a_case_without_axes_has_the_id_of_its_file),
             cmocka_unit_test(axes_multiply_in_the_order_of_the_file),
             cmocka_unit_test(steps_are_left_out_where_when_does_not_fit),
             cmocka_unit_test(a_let_may_depend_on_an_axis_and_on_other_lets),
             cmocka_unit_test(a_lone_placeholder_keeps_its_type),
             cmocka_unit_test(the_impact_is_that_of_the_first_requirement),
             cmocka_unit_test(the_cases_built_in_are_sound))
