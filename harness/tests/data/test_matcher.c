#include "reference/tests/test.h"

#include "harness/data/matcher.h"
#include <rpcref/mem.h>

static bool match(const char *matcher, const char *value)
{
    json_t *m = json_loads(matcher, JSON_DECODE_ANY, NULL);
    json_t *v = value != NULL ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    rp_buf why = RP_BUF_INIT;
    bool fits = pf_match(m, v, &why);

    assert_true(m != NULL);
    assert_true(fits || why.len > 0); /* a misfit is explained */
    rp_buf_clear(&why);
    json_decref(m);
    json_decref(v);
    return fits;
}

static void values_match_themselves(void **state)
{
    (void)state;
    assert_true(match("\"a\"", "\"a\""));
    assert_true(match("1", "1.0"));
    assert_false(match("\"a\"", "\"b\""));
    assert_false(match("1", "\"1\""));
    assert_false(match("true", NULL));
}

static void objects_match_by_their_keys(void **state)
{
    (void)state;
    assert_true(match("{\"a\": 1}", "{\"a\": 1, \"b\": 2}"));
    assert_false(match("{\"a\": 1, \"c\": 3}", "{\"a\": 1}"));
    assert_true(match("{\"a\": \"absent\"}", "{}"));
    assert_false(match("{\"a\": \"present\"}", "{}"));
    assert_true(match("[1, 2]", "[1, 2]"));
    assert_false(match("[1, 2]", "[1]"));
}

static void forms_say_what_they_mean(void **state)
{
    (void)state;
    assert_true(match("{\"one_of\": [1, 2]}", "2"));
    assert_false(match("{\"one_of\": [1, 2]}", "3"));
    assert_true(match("{\"not\": 1}", "2"));
    assert_false(match("{\"not\": 1}", "1"));
    assert_true(match("{\"min\": 2, \"max\": 4}", "3"));
    assert_false(match("{\"min\": 2}", "1"));
    assert_true(match("{\"regex\": \"^a+$\"}", "\"aaa\""));
    assert_false(match("{\"regex\": \"^a+$\"}", "\"ab\""));
    assert_true(match("{\"prefix\": \"ab\"}", "\"abc\""));
    assert_false(match("{\"suffix\": \"ab\"}", "\"abc\""));
    assert_true(match("{\"contains\": \"b\"}", "\"abc\""));
    assert_true(match("{\"length\": 3}", "\"abc\""));
    assert_false(match("{\"length\": {\"min\": 4}}", "\"abc\""));
    assert_true(match("{\"bytes\": {\"hex\": \"61 62\"}}", "\"ab\""));
    assert_false(match("{\"bytes\": {\"zeros\": 2}}", "\"ab\""));
}

static void malformed_forms_match_nothing(void **state)
{
    (void)state;
    assert_false(match("{\"regex\": 5}", "\"5\""));
    assert_false(match("{\"regex\": \"(\"}", "\"(\""));
    assert_false(match("{\"prefix\": 5}", "\"5\""));
    assert_false(match("{\"suffix\": [1]}", "\"5\""));
    assert_false(match("{\"bytes\": 5}", "\"5\""));
}

RP_TEST_MAIN(cmocka_unit_test(malformed_forms_match_nothing),
             cmocka_unit_test(values_match_themselves),
             cmocka_unit_test(objects_match_by_their_keys),
             cmocka_unit_test(forms_say_what_they_mean))
