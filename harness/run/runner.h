/* runner.h - a run: many cases at once against one target.
 *
 * Threads: one; it runs the loop. */
#ifndef HARNESS_RUN_RUNNER_H
#define HARNESS_RUN_RUNNER_H

#include "harness/case/select.h"
#include <jansson.h>
#include <rpcref/credentials.h>
#include <rpcref/time.h>
#include <stdbool.h>

typedef struct pf_run_opts {
    const char *target; /* NULL: the embedded reference server */
    char **command;     /* started for the run; "{port}" is replaced */
    const char *cases_dir;
    const char *out;
    const char *expect;
    const json_t *formats;
    pf_selection selection;
    bool exhaustive;
    unsigned jobs;
    double time_scale;
    rp_nanos timeout; /* of the whole run; 0: none */
    bool strict;
    bool fail_fast;
    unsigned repeat;
    bool tls, skip_verify;
    const char *cacert, *cert, *key, *authority;
} pf_run_opts;

/* Runs and reports. Returns the exit status of design/cli: 0 as expected, 1 it
 * deviates, 2 usage, 3 not reachable, 4 a fault of the harness. */
int pf_run(const pf_run_opts *opts);

#endif
