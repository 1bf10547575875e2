#include "harness/run/expectations.h"

#include "harness/case/select.h"
#include "reference/base/file.h"
#include <rpcref/mem.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 };

typedef struct entry {
    char *pattern, *signature, *reason;
    size_t line;
    size_t failed, passed, other;
} entry;

struct pf_expectations {
    char *path;
    entry *entries;
    size_t count, cap;
};

static char *trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return rp_slice_dup_str(rp_slice_of(from, (size_t)(to - from)));
}

static rp_code add_line(pf_expectations *e, const char *line, const char *end,
                        size_t number, rp_err *err)
{
    const char *bar1 = memchr(line, '|', (size_t)(end - line));
    const char *bar2 =
        bar1 != NULL ? memchr(bar1 + 1, '|', (size_t)(end - bar1 - 1)) : NULL;
    entry *added;

    if (line == end || *line == '#')
        return RP_OK;
    if (bar2 == NULL)
        return rp_fail(err, RP_EPARSE,
                       "%s:%zu: 'pattern | signature | reason' is needed",
                       e->path, number);
    e->entries = rp_mem_grow(e->entries, e->count, &e->cap, sizeof(entry));
    added = &e->entries[e->count++];
    memset(added, 0, sizeof(*added));
    added->line = number;
    added->pattern = trimmed(line, bar1);
    added->signature = trimmed(bar1 + 1, bar2);
    added->reason = trimmed(bar2 + 1, end);
    if (added->reason[0] == '\0')
        return rp_fail(err, RP_EPARSE, "%s:%zu: the reason is missing", e->path,
                       number);
    return RP_OK;
}

rp_code pf_expectations_load(const char *path, pf_expectations **out,
                             rp_err *err)
{
    pf_expectations *e = RP_NEW(pf_expectations);
    rp_buf text = RP_BUF_INIT;
    rp_code rc = rp_file_read(path, FILE_MAX, &text, err);
    const char *at = rp_buf_str(&text);
    size_t number = 1;

    *out = NULL;
    e->path = rp_mem_dup_str(path);
    for (; rc == RP_OK && *at != '\0'; number++) {
        const char *end = at + strcspn(at, "\n");

        rc = add_line(e, at, end, number, err);
        at = *end != '\0' ? end + 1 : end;
    }
    rp_buf_clear(&text);
    if (rc == RP_OK)
        *out = e;
    else
        pf_expectations_free(e);
    return rc;
}

void pf_expectations_free(pf_expectations *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->count; i++) {
        rp_mem_free(e->entries[i].pattern);
        rp_mem_free(e->entries[i].signature);
        rp_mem_free(e->entries[i].reason);
    }
    rp_mem_free(e->entries);
    rp_mem_free(e->path);
    rp_mem_free(e);
}

void pf_expectations_apply(pf_expectations *e, pf_result *r)
{
    bool failed = r->verdict == PF_FAIL || r->verdict == PF_WARN;

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        entry *x = &e->entries[i];

        if (!pf_select_id_fits(x->pattern, r->id) || r->verdict == PF_SKIP)
            continue;
        if (!failed) {
            x->passed++;
        } else if (r->actual != NULL &&
                   strstr(r->actual, x->signature) != NULL) {
            x->failed++;
            r->known = true;
            r->known_reason = x->reason;
        } else {
            x->other++;
        }
    }
}

size_t pf_expectations_stale(const pf_expectations *e, rp_buf *out)
{
    size_t stale = 0;

    for (size_t i = 0; e != NULL && i < e->count; i++) {
        const entry *x = &e->entries[i];

        if (x->failed > 0 && x->passed == 0 && x->other == 0)
            continue;
        stale++;
        rp_buf_printf(out, "%s:%zu: '%s' ", e->path, x->line, x->pattern);
        if (x->failed + x->passed + x->other == 0)
            rp_buf_append_str(out,
                              "matches no case that ran; remove the line\n");
        else if (x->other > 0)
            rp_buf_append_str(out, "fails in another way than its signature "
                                   "says; change the signature\n");
        else
            rp_buf_printf(out,
                          "passes in %zu case(s); narrow or remove the "
                          "line\n",
                          x->passed);
    }
    return stale;
}
