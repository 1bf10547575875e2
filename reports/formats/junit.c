/* JUnit XML, in the form that CI servers read. Known failures and skips are
 * skipped with their reason. */
#include "reports/format.h"

#include <string.h>

/* Escapes; control characters, which XML 1.0 cannot hold, become '?'. */
static void put(FILE *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        switch (c) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc(c < 0x20 && c != '\t' && c != '\n' ? '?' : c, out);
        }
    }
}

static void put_trouble(FILE *out, const pf_result *r, const char *element)
{
    fprintf(out, "<%s message=\"", element);
    put(out, r->actual);
    fputs("\">expected: ", out);
    put(out, r->expected);
    fputs("\nactual: ", out);
    put(out, r->actual);
    fputs("\nreproduce: ", out);
    put(out, r->reproduce);
    fprintf(out, "</%s>", element);
}

static void put_outcome(FILE *out, const pf_result *r)
{
    if (r->verdict == PF_SKIP || r->known) {
        fputs("<skipped message=\"", out);
        put(out, r->known ? r->known_reason : r->reason);
        fputs("\"/>", out);
    } else if (r->verdict == PF_FAIL) {
        put_trouble(out, r, "failure");
    } else if (r->verdict == PF_ERROR) {
        put_trouble(out, r, "error");
    } else if (r->verdict == PF_WARN) {
        fputs("<system-out>warning: ", out);
        put(out, r->actual);
        fputs("</system-out>", out);
    }
}

static void put_case(FILE *out, const pf_result *r)
{
    rp_slice role = pf_result_role(r->id);
    rp_slice area = pf_result_area(r->id);

    fprintf(out, "    <testcase classname=\"%.*s.%.*s\" name=\"", (int)role.len,
            (const char *)role.data, (int)area.len, (const char *)area.data);
    put(out, r->id);
    fprintf(out, "\" time=\"%.6f\">", r->ms / 1000);
    put_outcome(out, r);
    fputs("</testcase>\n", out);
}

static void put_suite(FILE *out, const pf_source *s)
{
    size_t failures = 0, errors = 0, skipped = 0;

    for (size_t i = 0; i < s->count; i++) {
        const pf_result *r = &s->results[i];

        skipped += r->verdict == PF_SKIP || r->known;
        failures += r->verdict == PF_FAIL && !r->known;
        errors += r->verdict == PF_ERROR && !r->known;
    }
    fputs("  <testsuite name=\"", out);
    put(out, s->label);
    fprintf(out,
            "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
            "skipped=\"%zu\">\n",
            s->count, failures, errors, skipped);
    for (size_t i = 0; i < s->count; i++)
        put_case(out, &s->results[i]);
    fputs("  </testsuite>\n", out);
}

static rp_code write_junit(const pf_report *report, const pf_format_opts *opts,
                           FILE *out, rp_err *err)
{
    (void)opts;
    (void)err;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < report->count; i++)
        put_suite(out, &report->sources[i]);
    fputs("</testsuites>\n", out);
    return RP_OK;
}

const pf_format PF_FORMAT_junit = {
    "junit", "junit.xml", "JUnit XML, in the form that CI servers read",
    write_junit};
