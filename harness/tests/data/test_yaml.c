#include "reference/tests/test.h"

#include "harness/data/yaml.h"
#include <rpcref/mem.h>

static void trees_are_read(void **state)
{
    pf_yaml *y;
    json_t *root;

    (void)state;
    assert_int_equal(
        pf_yaml_parse("t", rp_slice_str("a: [1, 2.5, true, \"on\"]\nb: {c: }"),
                      &y, NULL),
        RP_OK);
    root = pf_yaml_root(y);
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(root, "a"), 0)), 1);
    assert_true(json_is_true(json_array_get(json_object_get(root, "a"), 2)));
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(root, "a"), 3)), "on");
    pf_yaml_free(y);
}

static void traps_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *said;
    } rows[] = {
        {"a: yes\n", "t:1:4: a bare word"},
        {"on: 1\n", "t:1:1: a bare key"},
        {"a: 1\na: 2\n", "t:2:1: a key that is there already: a"},
        {"a: &x 1\n", "t:1:4: tags and anchors"},
        {"a: &x [1]\n", "t:1:4: tags and anchors"},
        {"a: !t {b: 1}\n", "t:1:4: tags and anchors"},
        {"a: *x\n", "t:1:4: anchors"},
        {"a: !!str 1\n", "t:1:4: tags"},
        {"--- 1\n--- 2\n", "t:2:1: a second document"},
        {"", "the file is empty"},
        {"a: [\n", "t:"},
        {"? [a]\n: b\n", "t:1:3: a key must be a plain word"},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_err err = RP_ERR_INIT;
        pf_yaml *y;

        assert_int_equal(
            pf_yaml_parse("t", rp_slice_str(rows[i].text), &y, &err),
            RP_EPARSE);
        assert_null(y);
        assert_non_null(strstr(err.text, rows[i].said));
    }
}

static void depth_is_limited(void **state)
{
    rp_buf text = RP_BUF_INIT;
    rp_err err = RP_ERR_INIT;
    pf_yaml *y;

    (void)state;
    for (int i = 0; i < 200; i++)
        rp_buf_append_str(&text, "[");
    assert_int_equal(pf_yaml_parse("t", rp_buf_slice(&text), &y, &err),
                     RP_EPARSE);
    rp_buf_clear(&text);
}

RP_TEST_MAIN(cmocka_unit_test(trees_are_read),
             cmocka_unit_test(traps_are_refused_with_their_place),
             cmocka_unit_test(depth_is_limited))
