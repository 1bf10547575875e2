/* Each bad file gets one sentence that names the place. */
#include "harness/tests/case/suite.h"

static void says(const char *text, const char *sentence)
{
    rp_err err = RP_ERR_INIT;
    pf_suite *s;

    assert_int_equal(suite_of(text, false, &s, &err), RP_EPARSE);
    if (strstr(err.text, sentence) == NULL)
        fail_msg("wanted '%s', said '%s'", sentence, err.text);
    assert_non_null(strstr(err.text, "cases/server/area/name.yaml:"));
}

#define STEP "steps:\n  - cancel: {}\n"

static void a_file_must_be_a_set_of_keys(void **state)
{
    (void)state;
    says("[1, 2]\n", ":1:1: a case is a set of keys");
    says("title: x\n", "'cites' is missing");
    says(CASE_HEAD STEP "colour: red\n", ":6:9: unknown key 'colour'");
    says(CASE_HEAD "steps: []\n", "'steps' is a list");
    says("title: 1\n", "'title' is a text");
}

static void words_must_be_of_their_list(void **state)
{
    (void)state;
    says("title: t\ncites: [call.unary]\nlevel: shall\n" STEP,
         ":3:8: 'level' is must, should");
    says(CASE_HEAD "impact: none\n" STEP, "'impact' is peer, security");
    says(CASE_HEAD "driver: telepathy\n" STEP, "'driver' is call or wire");
    says(CASE_HEAD "timeout: soon\n" STEP, "'timeout' is a duration");
}

static void a_requirement_must_exist(void **state)
{
    (void)state;
    says("title: t\ncites: [call.unary, no.such]\nlevel: must\n" STEP,
         ":2:21: no requirement has the id 'no.such'");
}

static void verbs_and_arguments_must_be_known(void **state)
{
    (void)state;
    says(CASE_HEAD "steps:\n  - dance: {}\n",
         ":5:5: no step is called 'dance'");
    says(CASE_HEAD "steps:\n  - cancel: {now: 1}\n", "'cancel' takes no 'now'");
    says(CASE_HEAD "steps:\n  - call: {}\n", "'call' needs 'method'");
    says(CASE_HEAD "steps:\n  - {cancel: {}, call: {}}\n",
         "a step is one verb");
    says(CASE_HEAD "steps:\n  - cancel: now\n",
         "needs its arguments in braces");
    says(CASE_HEAD "steps:\n  - quiet: {for: 10}\n", "'for' of 'quiet'");
    says(CASE_HEAD "steps:\n  - expect: {status: FINE}\n",
         "no status is called 'FINE'");
    says(CASE_HEAD "steps:\n  - expect: {any_of: [{colour: red}]}\n",
         "an outcome has no 'colour'");
    says(CASE_HEAD "steps:\n  - parallel: {times: 2}\n", "'parallel' needs");
    says(CASE_HEAD "steps:\n  - check: {that: x}\n", "'check' needs");
    says(CASE_HEAD "steps:\n  - call: {method: a/b, compression: snappy}\n",
         "no coding is called 'snappy'");
}

static void nested_steps_are_checked_too(void **state)
{
    (void)state;
    says(CASE_HEAD "steps:\n"
                   "  - repeat:\n"
                   "      times: 2\n"
                   "      steps:\n"
                   "        - dance: {}\n",
         ":8:11: no step is called 'dance'");
    says(CASE_HEAD
         "steps:\n"
         "  - parallel: {branches: [[{cancel: {}}], [{dance: {}}]]}\n",
         "no step is called 'dance'");
}

static void placeholders_must_stand_for_something(void **state)
{
    (void)state;
    says(CASE_HEAD "steps:\n  - call: {method: \"a/{b}\"}\n",
         ":5:20: nothing is called '{b}'");
    says(CASE_HEAD "let: {a: \"{z}\"}\n" STEP, "nothing is called '{z}'");
    says(CASE_HEAD "let: {a: {by: z, else: 1}}\n" STEP,
         "'by' names no axis or constant");
    says(CASE_HEAD "steps:\n"
                   "  - repeat: {times: 2, as: i, steps: [{cancel: {}}]}\n"
                   "  - call: {method: \"a/{i}\"}\n",
         "nothing is called '{i}'");
}

static void axes_must_hold_scalars_and_be_named_right(void **state)
{
    (void)state;
    says(CASE_HEAD "vary: {a: 1}\n" STEP, "the axis 'a' needs a list");
    says(CASE_HEAD "vary: {a: [[1]]}\n" STEP, "a value of 'a' is neither");
    says(CASE_HEAD "vary: {a: [1]}\nexclude: [{b: 1}]\n" STEP,
         "no axis is called 'b'");
    says(CASE_HEAD "vary: {a: [1]}\nexclude: [{a: 1}]\n" STEP,
         "every combination is excluded");
    says(CASE_HEAD "steps:\n  - {when: {a: 1}, cancel: {}}\n",
         "no axis is called 'a'");
}

static void what_stands_for_something_is_accepted(void **state)
{
    rp_err err = RP_ERR_INIT;
    pf_suite *s;

    (void)state;
    assert_int_equal(
        suite_of(CASE_HEAD "vary: {k: [1, 2]}\n"
                           "let: {m: {by: k, 1: x, else: z}}\n"
                           "steps:\n"
                           "  - call: {method: \"a/{m}\", timeout: \"{k}s\"}\n"
                           "  - repeat: {times: \"{k+1}\", as: i, steps:\n"
                           "      [{send: {raw: {zeros: \"{i}\"}}}]}\n"
                           "  - call: {method: \"{host}/{port}\"}\n",
                 false, &s, &err),
        RP_OK);
    assert_int_equal(s->count, 2);
    assert_string_equal(s->cases[1].id, "server/area/name[k=2]");
    pf_suite_free(s);
}

RP_TEST_MAIN(cmocka_unit_test(a_file_must_be_a_set_of_keys),
             cmocka_unit_test(words_must_be_of_their_list),
             cmocka_unit_test(a_requirement_must_exist),
             cmocka_unit_test(verbs_and_arguments_must_be_known),
             cmocka_unit_test(nested_steps_are_checked_too),
             cmocka_unit_test(placeholders_must_stand_for_something),
             cmocka_unit_test(axes_must_hold_scalars_and_be_named_right),
             cmocka_unit_test(what_stands_for_something_is_accepted))
