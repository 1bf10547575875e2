/* console.h - what a person sees while a run goes on: failures as they happen,
 * a progress line on a terminal, and the sums.
 *
 * Threads: the engine's. */
#ifndef HARNESS_RUN_CONSOLE_H
#define HARNESS_RUN_CONSOLE_H

#include "reports/result.h"
#include <rpcref/time.h>

typedef struct pf_console pf_console;

pf_console *pf_console_new(void);
void pf_console_free(pf_console *c);

void pf_console_started(pf_console *c, const char *id);
void pf_console_result(pf_console *c, const pf_result *r);
void pf_console_end(pf_console *c, const pf_counts *counts, rp_nanos took,
                    const char *out_dir);

#endif
