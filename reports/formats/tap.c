/* TAP 14. Known failures are TODO, skips SKIP, warnings comments. */
#include "reports/format.h"

/* One line, with the characters that mean something escaped. */
static void put(FILE *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            putc('\\', out);
        putc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
}

static void put_result(FILE *out, const pf_result *r, size_t number)
{
    bool bad = r->verdict == PF_FAIL || r->verdict == PF_ERROR;

    fprintf(out, "%sok %zu - ", bad ? "not " : "", number);
    put(out, r->id);
    if (r->verdict == PF_SKIP) {
        fputs(" # SKIP ", out);
        put(out, r->reason);
    } else if (r->known) {
        fputs(" # TODO ", out);
        put(out, r->known_reason);
    }
    putc('\n', out);
    if (bad || r->verdict == PF_WARN) {
        fprintf(out, "# %s: ", pf_verdict_name(r->verdict));
        put(out, r->actual);
        putc('\n', out);
    }
}

static rp_code write_tap(const pf_report *report, const pf_format_opts *opts,
                         FILE *out, rp_err *err)
{
    size_t total = 0;
    size_t number = 0;

    (void)opts;
    (void)err;
    for (size_t i = 0; i < report->count; i++)
        total += report->sources[i].count;
    fprintf(out, "TAP version 14\n1..%zu\n", total);
    for (size_t i = 0; i < report->count; i++)
        for (size_t k = 0; k < report->sources[i].count; k++)
            put_result(out, &report->sources[i].results[k], ++number);
    return RP_OK;
}

const pf_format PF_FORMAT_tap = {"tap", "results.tap", "TAP 14", write_tap};
