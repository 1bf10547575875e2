#include "harness/case/select.h"

#include <errno.h>
#include <fnmatch.h>
#include <rpcref/mem.h>
#include <rpcref/slice.h>
#include <stdlib.h>
#include <string.h>

enum { SHARDS_MAX = 100000 };

bool pf_select_id_fits(const char *pattern, const char *id)
{
    /* brackets are part of ids, not sets of characters */
    rp_buf escaped = RP_BUF_INIT;
    const char *bracket = strchr(id, '[');
    char *bare = bracket != NULL && strchr(pattern, '[') == NULL
                     ? rp_slice_dup_str(rp_slice_of(id, (size_t)(bracket - id)))
                     : rp_mem_dup_str(id);
    bool fits;

    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '[' || *p == ']' || *p == '\\')
            rp_buf_append_byte(&escaped, '\\');
        rp_buf_append_byte(&escaped, (uint8_t)*p);
    }
    fits = fnmatch(rp_buf_str(&escaped), bare, 0) == 0;
    rp_buf_clear(&escaped);
    rp_mem_free(bare);
    return fits;
}

/* The id under a former name of the file, variation and all. */
static bool alias_fits(const char *pattern, const pf_case *c)
{
    const char *variation = strchr(c->id, '[');
    bool fits = false;

    for (size_t i = 0; !fits && i < json_array_size(c->aliases); i++) {
        char *id = rp_mem_printf(
            "%s%s", json_string_value(json_array_get(c->aliases, i)),
            variation != NULL ? variation : "");

        fits = pf_select_id_fits(pattern, id);
        rp_mem_free(id);
    }
    return fits;
}

static bool any_fits(const json_t *patterns, const pf_case *c)
{
    for (size_t i = 0; i < json_array_size(patterns); i++) {
        const char *p = json_string_value(json_array_get(patterns, i));

        if (pf_select_id_fits(p, c->id) || alias_fits(p, c))
            return true;
    }
    return false;
}

static bool has_tag(const pf_case *c, const json_t *tags)
{
    for (size_t i = 0; i < json_array_size(tags); i++)
        for (size_t k = 0; k < json_array_size(c->tags); k++) {
            if (json_equal(json_array_get(tags, i), json_array_get(c->tags, k)))
                return true;
        }
    return false;
}

void pf_select(pf_suite *s, const pf_selection *w)
{
    size_t kept = 0;
    size_t chosen = 0;

    for (size_t i = 0; i < s->count; i++) {
        pf_case *c = &s->cases[i];
        bool wanted =
            (json_array_size(w->filters) == 0 || any_fits(w->filters, c)) &&
            (json_array_size(w->tags) == 0 || has_tag(c, w->tags)) &&
            !any_fits(w->excludes, c);

        if (wanted && w->shards > 0)
            wanted = chosen++ % w->shards == w->shard - 1;
        if (wanted)
            s->cases[kept++] = *c;
        else
            pf_case_clear(c);
    }
    s->count = kept;
}

/* --- shards --------------------------------------------------------------- */

static bool read_number(const char *text, unsigned long *out, const char **end)
{
    char *stop;

    if (text == NULL || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoul(text, &stop, 10);
    *end = stop;
    return errno == 0 && *out <= SHARDS_MAX;
}

static rp_code set_shard(unsigned long shard, unsigned long shards,
                         pf_selection *out, rp_err *err)
{
    if (shards == 0 || shard == 0 || shard > shards)
        return rp_fail(err, RP_EINVAL, "there is no shard %lu of %lu", shard,
                       shards);
    out->shard = (unsigned)shard;
    out->shards = (unsigned)shards;
    return RP_OK;
}

rp_code pf_select_parse_shard(const char *text, pf_selection *out, rp_err *err)
{
    unsigned long shard, shards;
    const char *at;

    if (!read_number(text, &shard, &at) || *at != '/' ||
        !read_number(at + 1, &shards, &at) || *at != '\0')
        return rp_fail(err, RP_EINVAL, "a shard is I/N, as 2/5, not '%s'",
                       text);
    return set_shard(shard, shards, out, err);
}

rp_code pf_select_shard_of_environment(pf_selection *out, rp_err *err)
{
    static const struct {
        const char *index, *total;
        unsigned first; /* the number of the first shard */
    } known[] = {
        {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},         /* GitLab */
        {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0}, /* CircleCI */
        {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
        {"JOB_COMPLETION_INDEX", "JOB_COMPLETION_TOTAL", 0}, /* Kubernetes */
        {"TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0},        /* Bazel */
    };

    for (size_t i = 0; i < RP_COUNT(known); i++) {
        const char *index = getenv(known[i].index);
        const char *total = getenv(known[i].total);
        unsigned long shard, shards;
        const char *at;

        if (index == NULL || total == NULL)
            continue;
        if (!read_number(index, &shard, &at) || *at != '\0' ||
            !read_number(total, &shards, &at) || *at != '\0')
            return rp_fail(err, RP_EINVAL, "%s=%s, %s=%s: not a shard",
                           known[i].index, index, known[i].total, total);
        return set_shard(shard + 1 - known[i].first, shards, out, err);
    }
    return RP_OK;
}
