#include "harness/case/select.h"
#include "harness/tests/case/suite.h"

static void globs_cross_slashes_and_leave_variations_open(void **state)
{
    static const struct {
        const char *pattern, *id;
        bool fits;
    } rows[] = {
        {"*", "server/status/codes[code=1]", true},
        {"server/*", "server/status/codes", true},
        {"*codes", "server/status/codes[code=1]", true},
        {"server/status/codes", "server/status/codes[code=1]", true},
        {"server/status/codes[code=1]", "server/status/codes[code=1]", true},
        {"*[code=1]", "server/status/codes[code=1]", true},
        {"*[code=1]", "server/status/codes[code=11]", false},
        {"*[*code=2*]", "server/status/codes[code=1]", false},
        {"server/status", "server/status/codes", false},
        {"", "server/status/codes", false},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++)
        assert_int_equal(pf_select_id_fits(rows[i].pattern, rows[i].id),
                         rows[i].fits);
}

static pf_suite *seven(void)
{
    pf_suite *s;

    assert_int_equal(suite_of(CASE_HEAD "vary: {k: [1, 2, 3, 4, 5, 6, 7]}\n"
                                        "tags: [slow]\n"
                                        "aliases: [server/old/name]\n"
                                        "steps:\n  - cancel: {}\n",
                              false, &s, NULL),
                     RP_OK);
    return s;
}

static size_t selected(const char *key, const char *value)
{
    pf_suite *s = seven();
    json_t *list = json_pack("[s]", value);
    pf_selection wanted = {0};
    size_t count;

    if (strcmp(key, "filter") == 0)
        wanted.filters = list;
    else if (strcmp(key, "exclude") == 0)
        wanted.excludes = list;
    else
        wanted.tags = list;
    pf_select(s, &wanted);
    count = s->count;
    json_decref(list);
    pf_suite_free(s);
    return count;
}

static void filters_excludes_and_tags_choose(void **state)
{
    (void)state;
    assert_int_equal(selected("filter", "*[k=3]"), 1);
    assert_int_equal(selected("filter", "server/old/name"), 7);
    assert_int_equal(selected("filter", "server/old/name[k=2]"), 1);
    assert_int_equal(selected("exclude", "*[k=3]"), 6);
    assert_int_equal(selected("tag", "slow"), 7);
    assert_int_equal(selected("tag", "flood"), 0);
}

static void shards_together_are_the_whole(void **state)
{
    size_t total = 0;

    (void)state;
    for (unsigned i = 1; i <= 3; i++) {
        pf_suite *s = seven();
        pf_selection wanted = {.shard = i, .shards = 3};

        pf_select(s, &wanted);
        total += s->count;
        pf_suite_free(s);
    }
    assert_int_equal(total, 7);
}

static void a_shard_is_read_strictly(void **state)
{
    static const char *const bad[] = {"",    "1",   "/3",  "0/3",
                                      "4/3", "1/0", "1/x", "-1/3"};
    pf_selection wanted = {0};

    (void)state;
    assert_int_equal(pf_select_parse_shard("2/5", &wanted, NULL), RP_OK);
    assert_int_equal(wanted.shard, 2);
    assert_int_equal(wanted.shards, 5);
    for (size_t i = 0; i < RP_COUNT(bad); i++)
        assert_int_equal(pf_select_parse_shard(bad[i], &wanted, NULL),
                         RP_EINVAL);
}

static void the_environment_of_ci_names_a_shard(void **state)
{
    pf_selection wanted = {0};

    (void)state;
    unsetenv("CI_NODE_INDEX");
    setenv("BUILDKITE_PARALLEL_JOB", "0", 1);
    setenv("BUILDKITE_PARALLEL_JOB_COUNT", "4", 1);
    assert_int_equal(pf_select_shard_of_environment(&wanted, NULL), RP_OK);
    assert_int_equal(wanted.shard, 1);
    assert_int_equal(wanted.shards, 4);
    setenv("BUILDKITE_PARALLEL_JOB", "four", 1);
    assert_int_equal(pf_select_shard_of_environment(&wanted, NULL), RP_EINVAL);
}

RP_TEST_MAIN(cmocka_unit_test(globs_cross_slashes_and_leave_variations_open),
             cmocka_unit_test(filters_excludes_and_tags_choose),
             cmocka_unit_test(shards_together_are_the_whole),
             cmocka_unit_test(a_shard_is_read_strictly),
             cmocka_unit_test(the_environment_of_ci_names_a_shard))
