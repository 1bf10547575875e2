#include "harness/run/runner.h"

#include "harness/case/case.h"
#include "harness/case/select.h"
#include "harness/drivers/lifecycle.h"
#include "harness/run/console.h"
#include "harness/run/expectations.h"
#include "harness/run/preflight.h"
#include "harness/run/script.h"
#include "reference/base/file.h"
#include "reports/format.h"
#include "reports/stream.h"
#include <rpcref/mem.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_OK = 0,
    EXIT_DEVIATES = 1,
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
    EXIT_FAULT = 4
};

/* A case is blamed for the target's death when it died of it alone, so often
 * in a row. */
enum { DEATHS_TO_BLAME = 3 };

typedef struct suspect {
    const pf_case *kase; /* NULL: nobody */
    unsigned deaths;     /* while it ran alone */
} suspect;

typedef struct runner {
    const pf_run_opts *opts;
    uv_loop_t loop;
    pf_target target;
    pf_lifecycle *lifecycle;
    pf_catalogue *catalogue;
    pf_suite *suite;
    pf_expectations *expectations;
    pf_stream *stream;
    pf_console *console;
    pf_counts counts;
    size_t deviating;
    size_t next;
    unsigned round;  /* of --repeat */
    bool alone_turn; /* cases that run alone come last */
    unsigned running;
    suspect *suspects; /* ran while the target died: again, alone */
    size_t suspect_count, suspect_cap;
    suspect trying;
    size_t deaths;
    bool died; /* since it was started last */
    bool stop;
    bool interrupted;
    uv_signal_t sigint, sigterm;
    uv_timer_t limit;
    rp_nanos started;
    rp_err fault;
} runner;

static bool needs_met(const pf_case *c, const pf_target *t, char *reason,
                      size_t size)
{
    for (size_t i = 0; i < json_array_size(c->needs); i++) {
        const char *need = json_string_value(json_array_get(c->needs, i));

        if (!pf_target_offers(t, need)) {
            snprintf(reason, size, "the target does not offer %s", need);
            return false;
        }
    }
    return true;
}

/* What a failure is, by level and impact (cases/README.md). */
static pf_verdict failed_verdict(const pf_case *c)
{
    if (strcmp(c->level, "must") == 0)
        return c->impact != NULL && strcmp(c->impact, "tolerance") == 0
                   ? PF_WARN
                   : PF_FAIL;
    if (strcmp(c->level, "should") == 0 || strcmp(c->level, "convention") == 0)
        return PF_WARN;
    return PF_INFO;
}

static void record(runner *r, pf_result *result)
{
    char *again = rp_mem_printf("rpcproof run %s --filter '%s'",
                                r->opts->target != NULL ? r->opts->target : "",
                                result->id);

    result->reproduce = again;
    pf_expectations_apply(r->expectations, result);
    pf_counts_add(&r->counts, result);
    r->deviating += pf_result_deviates(result, r->opts->strict);
    if (r->stream != NULL && r->fault.code == RP_OK)
        pf_stream_case(r->stream, result, &r->fault);
    pf_console_result(r->console, result);
    if (r->opts->fail_fast && pf_result_deviates(result, r->opts->strict))
        r->stop = true;
    rp_mem_free(again);
}

static pf_result result_of(const pf_case *c)
{
    pf_result result = {.id = c->id,
                        .title = c->title,
                        .level = c->level,
                        .requirements = (json_t *)(uintptr_t)c->cites};

    return result;
}

static void add_suspect(runner *r, const pf_case *c, unsigned deaths)
{
    r->suspects = rp_mem_grow(r->suspects, r->suspect_count, &r->suspect_cap,
                              sizeof(*r->suspects));
    r->suspects[r->suspect_count++] = (suspect){c, deaths};
}

static void on_case_done(pf_script *s, void *user)
{
    runner *r = user;
    const pf_case *c = pf_script_case(s);
    pf_result result = result_of(c);

    result.ms = rp_time_ms(pf_script_elapsed(s));
    if (pf_script_is_error(s))
        result.verdict = PF_ERROR;
    else if (pf_script_passed(s))
        result.verdict = pf_script_graded(s) == PF_VERDICT_COUNT
                             ? PF_PASS
                             : pf_script_graded(s);
    else
        result.verdict = failed_verdict(c);
    result.why = pf_script_why(s);
    if (result.verdict != PF_PASS) {
        result.expected = pf_script_expected_text(s);
        result.actual = pf_script_actual_text(s);
    }
    if (!pf_script_passed(s) && pf_lifecycle_has_died(r->lifecycle)) {
        r->died = true;
        unsigned deaths = r->trying.kase == c ? r->trying.deaths + 1 : 0;

        if (deaths >= DEATHS_TO_BLAME) {
            result.verdict = PF_FAIL;
            result.why = "the target dies of this case, run by itself";
            record(r, &result);
        } else {
            add_suspect(r, c, deaths);
        }
    } else {
        record(r, &result);
    }
    pf_script_free(s);
    r->running--;
}

static void skip(runner *r, const pf_case *c, const char *reason)
{
    pf_result result = result_of(c);

    result.verdict = PF_SKIP;
    result.reason = reason;
    record(r, &result);
}

static void start_case(runner *r, const pf_case *c)
{
    char reason[200];

    if (!needs_met(c, &r->target, reason, sizeof(reason))) {
        skip(r, c, reason);
        return;
    }
    r->running++;
    pf_console_started(r->console, c->id);
    pf_script_start(c, &r->target, r->opts->time_scale, on_case_done, r);
}

/* Starts the target if it is ours, and learns its address. */
static rp_code start_target(runner *r, rp_err *err)
{
    char *address = NULL;
    rp_code rc = RP_OK;

    if (r->opts->command != NULL)
        rc = pf_lifecycle_spawn(&r->loop, r->opts->command, &r->lifecycle,
                                &address, err);
    else if (r->opts->target == NULL)
        rc = pf_lifecycle_embedded(r->target.rt, &r->lifecycle, &address, err);
    else
        address = rp_mem_dup_str(r->opts->target);
    if (address != NULL)
        pf_target_set_address(&r->target, address);
    return rc;
}

/* The target died: a new one, and then, one by one, the cases that were
 * running. Nothing that was recorded is lost. */
static void revive(runner *r)
{
    r->deaths++;
    r->died = false;
    pf_stream_note(r->stream, "warning", "the target died and was restarted",
                   &r->fault);
    pf_lifecycle_stop(&r->loop, r->lifecycle);
    r->lifecycle = NULL;
    if (start_target(r, &r->fault) != RP_OK)
        r->stop = true;
}

/* The next case of this turn; NULL when there is none. Alone cases come last,
 * one by one. */
static const pf_case *next_case(runner *r)
{
    for (;;) {
        const pf_case *c;

        if (r->next == r->suite->count) {
            if (r->running > 0)
                return NULL;
            if (r->alone_turn && ++r->round >= r->opts->repeat)
                return NULL;
            r->alone_turn = !r->alone_turn;
            r->next = 0;
        }
        c = &r->suite->cases[r->next++];
        if (c->alone == r->alone_turn)
            return c;
    }
}

/* Starts what may run now. */
static void start_cases(runner *r)
{
    while (!r->stop) {
        bool dead = r->died || pf_lifecycle_is_dead(r->lifecycle);
        bool single = r->alone_turn || r->suspect_count > 0 || dead;
        const pf_case *c;

        if (r->running >= (single ? 1 : r->opts->jobs))
            return;
        if (dead) {
            revive(r);
            continue;
        }
        r->trying = r->suspect_count > 0 ? r->suspects[--r->suspect_count]
                                         : (suspect){NULL, 0};
        c = r->trying.kase != NULL ? r->trying.kase : next_case(r);
        if (c == NULL)
            return;
        start_case(r, c);
    }
}

static void on_signal(uv_signal_t *h, int number)
{
    runner *r = h->data;

    (void)number;
    r->stop = true;
    r->interrupted = true;
}

static void on_run_limit(uv_timer_t *timer)
{
    runner *r = timer->data;

    r->stop = true;
    r->interrupted = true;
}

static void run_cases(runner *r)
{
    r->started = rp_time_now();
    for (start_cases(r); r->running > 0 && !r->interrupted; start_cases(r))
        uv_run(&r->loop, UV_RUN_ONCE);
}

/* --- around the cases ----------------------------------------------------- */

static rp_code make_credentials(runner *r, rp_err *err)
{
    rp_tls_opts tls = {.roots_file = r->opts->cacert,
                       .cert_file = r->opts->cert,
                       .key_file = r->opts->key,
                       .insecure_skip_verify = r->opts->skip_verify};

    if (!r->opts->tls)
        return RP_OK;
    return rp_credentials_new_client(&tls, &r->target.credentials, err);
}

static const char *target_name(const runner *r)
{
    if (r->opts->target != NULL)
        return r->opts->target;
    return r->opts->command != NULL ? r->opts->command[0]
                                    : "embedded reference server";
}

static rp_code write_start(runner *r, rp_err *err)
{
    json_t *target = json_pack("{ss ss ss sO}", "name", target_name(r),
                               "address", r->target.address, "role", "server",
                               "capabilities", r->target.capabilities);
    pf_run_facts facts = {.target = target,
                          .profile = "auto",
                          .seed = 1,
                          .started = rp_time_wall(),
                          .planned = r->suite->count * r->opts->repeat};
    rp_code rc = pf_stream_run(r->stream, &facts, err);

    json_decref(target);
    return rc;
}

static rp_code write_format(const runner *r, const pf_report *report,
                            const char *name, rp_err *err)
{
    const pf_format *f;
    char *file;
    rp_code rc = pf_format_find(name, &f, err);

    if (rc != RP_OK || f->file == NULL)
        return rc;
    file = rp_mem_printf("%s/%s", r->opts->out, f->file);
    rc = pf_format_save(f, report, NULL, file, err);
    rp_mem_free(file);
    return rc;
}

static rp_code write_formats(const runner *r, const char *path, rp_err *err)
{
    pf_report report = PF_REPORT_INIT;
    rp_code rc = RP_OK;
    json_t *name;
    size_t i;

    if (json_array_size(r->opts->formats) > 0)
        rc = pf_report_add(&report, path, err);
    json_array_foreach(r->opts->formats, i, name)
    {
        if (rc == RP_OK)
            rc = write_format(r, &report, json_string_value(name), err);
    }
    pf_report_clear(&report);
    return rc;
}

static int judge(runner *r)
{
    rp_buf stale = RP_BUF_INIT;
    size_t lines =
        r->interrupted ? 0 : pf_expectations_stale(r->expectations, &stale);
    int status = EXIT_OK;

    pf_console_end(r->console, &r->counts, rp_time_now() - r->started,
                   r->opts->out);
    if (lines > 0)
        fputs(rp_buf_str(&stale), stderr);
    if (r->deaths > 0)
        fprintf(stderr,
                "rpcproof: the target died %zu times and was "
                "restarted\n",
                r->deaths);
    if (r->deviating > 0 || lines > 0)
        status = EXIT_DEVIATES;
    if (r->interrupted) {
        fprintf(stderr, "rpcproof: the run was cut short\n");
        status = EXIT_FAULT;
    } else if (r->counts.total == r->counts.by[PF_SKIP]) {
        fprintf(stderr, "rpcproof: no case applied to this target\n");
        status = EXIT_USAGE;
    }
    rp_buf_clear(&stale);
    return status;
}

static int complain(const rp_err *err, int status)
{
    fprintf(stderr, "rpcproof: %s\n", err->text);
    return status;
}

static int run_and_report(runner *r)
{
    char *path = rp_mem_printf("%s/results.ndjson", r->opts->out);
    rp_err err = RP_ERR_INIT;
    int status;
    rp_code rc = rp_file_mkdirs(r->opts->out, &err);

    if (rc == RP_OK)
        rc = pf_stream_open(path, false, &r->stream, &err);
    if (rc == RP_OK)
        rc = write_start(r, &err);
    if (rc != RP_OK) {
        rp_mem_free(path);
        return complain(&err, EXIT_USAGE);
    }
    run_cases(r);
    status = judge(r);
    if (r->fault.code == RP_OK)
        pf_stream_end(r->stream, &r->counts,
                      rp_time_ms(rp_time_now() - r->started), &r->fault);
    if (r->fault.code == RP_OK)
        write_formats(r, path, &r->fault);
    if (r->fault.code != RP_OK)
        status = complain(&r->fault, EXIT_FAULT);
    rp_mem_free(path);
    return status;
}

static int prepare(runner *r)
{
    rp_err err = RP_ERR_INIT;
    pf_suite_opts suite = {.dir = r->opts->cases_dir,
                           .exhaustive = r->opts->exhaustive};
    rp_code rc = pf_catalogue_load(&r->catalogue, &err);

    suite.catalogue = r->catalogue;
    if (rc == RP_OK)
        rc = pf_suite_load(&suite, &r->suite, &err);
    if (rc == RP_OK)
        pf_select(r->suite, &r->opts->selection);
    if (rc == RP_OK && r->suite->count == 0)
        rc = rp_fail(&err, RP_EINVAL, "no case fits the filters");
    if (rc == RP_OK && r->opts->expect != NULL)
        rc = pf_expectations_load(r->opts->expect, &r->expectations, &err);
    if (rc == RP_OK)
        rc = make_credentials(r, &err);
    if (rc != RP_OK)
        return complain(&err, EXIT_USAGE);
    rc = start_target(r, &err);
    if (rc == RP_OK)
        rc = pf_preflight(&r->loop, &r->target, r->opts->time_scale, &err);
    if (rc != RP_OK)
        return complain(&err, rc == RP_EINVAL ? EXIT_USAGE : EXIT_UNREACHABLE);
    return EXIT_OK;
}

static void begin(runner *r)
{
    uv_loop_init(&r->loop);
    rp_runtime_adopt(&r->loop, &r->target.rt, NULL);
    r->target.authority = rp_mem_dup_str(r->opts->authority);
    r->target.capabilities = json_object();
    r->console = pf_console_new();
    uv_signal_init(&r->loop, &r->sigint);
    uv_signal_init(&r->loop, &r->sigterm);
    uv_timer_init(&r->loop, &r->limit);
    r->sigint.data = r;
    r->sigterm.data = r;
    r->limit.data = r;
    uv_signal_start(&r->sigint, on_signal, SIGINT);
    uv_signal_start(&r->sigterm, on_signal, SIGTERM);
    if (r->opts->timeout > 0)
        uv_timer_start(&r->limit, on_run_limit,
                       (uint64_t)(r->opts->timeout / RP_MILLISECOND), 0);
    uv_unref((uv_handle_t *)&r->sigint);
    uv_unref((uv_handle_t *)&r->sigterm);
    uv_unref((uv_handle_t *)&r->limit);
}

static void finish(runner *r)
{
    pf_lifecycle_stop(&r->loop, r->lifecycle);
    uv_close((uv_handle_t *)&r->sigint, NULL);
    uv_close((uv_handle_t *)&r->sigterm, NULL);
    uv_close((uv_handle_t *)&r->limit, NULL);
    rp_runtime_free(r->target.rt);
    if (!r->interrupted) {
        uv_run(&r->loop, UV_RUN_DEFAULT);
        uv_loop_close(&r->loop);
    }
    rp_credentials_unref(r->target.credentials);
    rp_mem_free(r->target.address);
    rp_mem_free(r->target.authority);
    json_decref(r->target.capabilities);
    json_decref(r->target.names);
    rp_mem_free(r->suspects);
    pf_console_free(r->console);
    pf_stream_close(r->stream);
    pf_expectations_free(r->expectations);
    pf_suite_free(r->suite);
    pf_catalogue_free(r->catalogue);
}

int pf_run(const pf_run_opts *opts)
{
    runner r = {.opts = opts};
    int status;

    signal(SIGPIPE, SIG_IGN);
    begin(&r);
    status = prepare(&r);
    if (status == EXIT_OK)
        status = run_and_report(&r);
    finish(&r);
    return status;
}
