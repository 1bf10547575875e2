#include "harness/run/branch.h"
#include "reference/tests/test.h"
#include <rpcref/slice.h>

/* Walks to the end and says the verbs, with the argument `n` if there is. */
static void walk(const char *steps, const char *inner, size_t times,
                 const char *as, const char *wanted)
{
    json_t *list = json_loads(steps, 0, NULL);
    json_t *within = inner != NULL ? json_loads(inner, 0, NULL) : NULL;
    pf_branch *b = pf_branch_new(NULL, list, NULL);
    rp_buf said = RP_BUF_INIT;
    const json_t *step;

    while ((step = pf_branch_step(b)) != NULL) {
        const char *verb =
            json_object_iter_key(json_object_iter((json_t *)(uintptr_t)step));
        const json_t *n = json_object_get(json_object_get(step, verb), "n");

        rp_buf_append_str(&said, verb);
        if (json_is_integer(n))
            rp_buf_printf(&said, "%d", (int)json_integer_value(n));
        if (strcmp(verb, "repeat") == 0)
            pf_branch_repeat(b, within, times, as);
        rp_buf_append_byte(&said, ' ');
        pf_branch_advance(b);
    }
    assert_string_equal(rp_buf_str(&said), wanted);
    rp_buf_clear(&said);
    pf_branch_free(b);
    json_decref(list);
    json_decref(within);
}

static void steps_come_in_order(void **state)
{
    (void)state;
    walk("[{\"a\": {}}, {\"b\": {}}]", NULL, 0, NULL, "a b ");
}

static void repeated_steps_come_before_what_follows(void **state)
{
    (void)state;
    walk("[{\"repeat\": {}}, {\"z\": {}}]", "[{\"a\": {}}, {\"b\": {}}]", 3,
         NULL, "repeat a b a b a b z ");
}

static void a_round_has_its_number(void **state)
{
    (void)state;
    walk("[{\"repeat\": {}}]", "[{\"a\": {\"n\": \"{i}\"}}]", 3, "i",
         "repeat a0 a1 a2 ");
}

static void nothing_repeated_or_no_times_is_passed_over(void **state)
{
    (void)state;
    walk("[{\"repeat\": {}}, {\"z\": {}}]", "[]", 3, NULL, "repeat z ");
    walk("[{\"repeat\": {}}, {\"z\": {}}]", "[{\"a\": {}}]", 0, NULL,
         "repeat z ");
}

static void a_branch_knows_the_names_of_its_parent(void **state)
{
    json_t *steps = json_loads("[{\"a\": {\"n\": \"{x}{y}\"}}]", 0, NULL);
    json_t *x = json_pack("{ss}", "x", "1");
    json_t *y = json_pack("{ss}", "y", "2");
    pf_branch *parent = pf_branch_new(NULL, steps, x);
    pf_branch *child = pf_branch_new(parent, steps, y);
    const json_t *a = json_object_get(pf_branch_step(child), "a");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(a, "n")), "12");
    assert_true(pf_branch_is_within(child, parent));
    assert_false(pf_branch_is_within(parent, child));
    pf_branch_free(child);
    pf_branch_free(parent);
    json_decref(steps);
    json_decref(x);
    json_decref(y);
}

RP_TEST_MAIN(cmocka_unit_test(steps_come_in_order),
             cmocka_unit_test(repeated_steps_come_before_what_follows),
             cmocka_unit_test(a_round_has_its_number),
             cmocka_unit_test(nothing_repeated_or_no_times_is_passed_over),
             cmocka_unit_test(a_branch_knows_the_names_of_its_parent))
