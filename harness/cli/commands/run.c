/* run: tests a server. */
#include "harness/cli/command.h"
#include "harness/run/runner.h"
#include "reports/format.h"

#include <rpcref/slice.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2, JOBS_DEFAULT = 16 };

static const pf_option options[] = {
    {"filter", "GLOB", "run only cases whose id fits; repeatable"},
    {"exclude", "GLOB", "leave these out; repeatable"},
    {"tag", "TAG", "run only cases with this tag; repeatable"},
    {"exhaustive", NULL, "every combination of every case's variations"},
    {"strict", NULL, "warnings fail too"},
    {"jobs", "N", "cases at once (16)"},
    {"timeout", "S", "limit of the whole run in seconds"},
    {"time-scale", "F", "stretches every time, for slow machines (1)"},
    {"repeat", "N", "runs everything so often (1)"},
    {"fail-fast", NULL, "ends at the first deviation"},
    {"expect", "FILE", "known failures: pattern | signature | reason"},
    {"cases", "DIR", "other cases than those built in"},
    {"out", "DIR", "where results.ndjson and reports go (rpcproof-out)"},
    {"format", "LIST", "reports beside it: json,junit,tap"},
    {"tls", NULL, "connect with TLS"},
    {"cacert", "FILE", "whom to trust"},
    {"cert", "FILE", "own certificate chain"},
    {"key", "FILE", "own private key"},
    {"authority", "NAME", "name to expect and to send"},
    {"insecure-skip-verify", NULL, "trust any certificate"},
    {NULL, NULL, NULL},
};

static rp_code split_formats(const json_t *given, json_t *names, rp_err *err)
{
    for (size_t i = 0; i < json_array_size(given); i++) {
        const char *at = json_string_value(json_array_get(given, i));

        while (*at != '\0') {
            size_t len = strcspn(at, ",");
            char name[32];

            snprintf(name, sizeof(name), "%.*s", (int)len, at);
            if (strcmp(name, "console") != 0) {
                const pf_format *f;

                if (pf_format_find(name, &f, err) != RP_OK)
                    return RP_EINVAL;
                json_array_append_new(names, json_string(name));
            }
            at += len + (at[len] == ',');
        }
    }
    return RP_OK;
}

static rp_code read_numbers(const pf_options *o, pf_run_opts *run, rp_err *err)
{
    double jobs = JOBS_DEFAULT, timeout = 0, scale = 1, repeat = 1;
    rp_code rc = pf_options_number(o, "jobs", 1, 4096, &jobs, err);

    if (rc == RP_OK)
        rc = pf_options_number(o, "timeout", 0.1, 86400, &timeout, err);
    if (rc == RP_OK)
        rc = pf_options_number(o, "time-scale", 0.1, 100, &scale, err);
    if (rc == RP_OK)
        rc = pf_options_number(o, "repeat", 1, 100000, &repeat, err);
    run->jobs = (unsigned)jobs;
    run->timeout = (rp_nanos)(timeout * (double)RP_SECOND);
    run->time_scale = scale;
    run->repeat = (unsigned)repeat;
    return rc;
}

static void read_rest(const pf_options *o, pf_run_opts *run)
{
    run->target = json_string_value(json_array_get(o->positional, 0));
    run->command = o->command;
    run->cases_dir = pf_options_get(o, "cases");
    run->out = pf_options_get(o, "out");
    if (run->out == NULL)
        run->out = "rpcproof-out";
    run->expect = pf_options_get(o, "expect");
    run->selection.filters = pf_options_all(o, "filter");
    run->selection.excludes = pf_options_all(o, "exclude");
    run->selection.tags = pf_options_all(o, "tag");
    run->exhaustive = pf_options_has(o, "exhaustive");
    run->strict = pf_options_has(o, "strict");
    run->fail_fast = pf_options_has(o, "fail-fast");
    run->tls = pf_options_has(o, "tls");
    run->skip_verify = pf_options_has(o, "insecure-skip-verify");
    run->cacert = pf_options_get(o, "cacert");
    run->cert = pf_options_get(o, "cert");
    run->key = pf_options_get(o, "key");
    run->authority = pf_options_get(o, "authority");
}

static int run(const pf_options *o)
{
    pf_run_opts opts = {0};
    json_t *formats = json_array();
    rp_err err = RP_ERR_INIT;
    rp_code rc = read_numbers(o, &opts, &err);
    int status = EXIT_USAGE;

    if (rc == RP_OK)
        rc = split_formats(pf_options_all(o, "format"), formats, &err);
    if (rc == RP_OK && (json_array_size(o->positional) > 1 ||
                        (json_array_size(o->positional) == 1 && o->command)))
        rc = rp_fail(&err, RP_EINVAL, "one target, or one command behind --");
    read_rest(o, &opts);
    opts.formats = formats;
    if (rc == RP_OK)
        status = pf_run(&opts);
    else
        fprintf(stderr, "rpcproof run: %s\n", err.text);
    json_decref(formats);
    return status;
}

const pf_command PF_COMMAND_run = {
    "run", "test a server, or the embedded reference when none is named",
    "[TARGET] [OPTIONS] [-- CMD ARG... {port}]", options, run};
