/* format.h - what a report format is. One file in reports/formats/ each,
 * found there by CMake; to add one, add a file.
 *
 * Threads: const tables; writing is one thread at a time. */
#ifndef REPORTS_FORMAT_H
#define REPORTS_FORMAT_H

#include "reports/report.h"

#include <stdio.h>

typedef struct pf_format_opts {
    bool color;       /* the output is a terminal that may be coloured */
    unsigned width;   /* its columns; 0: 80 */
    bool verbose;     /* passing and skipped cases in full, too */
    const char *only; /* just the case of this id (pcapng); NULL: all */
} pf_format_opts;

typedef struct pf_format {
    const char *name;    /* as in --format */
    const char *file;    /* the file under --out; NULL: only printed */
    const char *summary; /* one line for --help */
    /* Writes the whole report. `opts` may be NULL. The caller checks the
     * stream for write errors (pf_format_save() does). */
    rp_code (*write)(const pf_report *report, const pf_format_opts *opts,
                     FILE *out, rp_err *err);
} pf_format;

/* Every format, sorted by file name, ended by NULL. */
extern const pf_format *const pf_format_registry[];

/* The format of that name. Errors: RP_ENOTFOUND, with the names there are. */
rp_code pf_format_find(const char *name, const pf_format **out, rp_err *err);

/* Writes the report to the file at `path` ("-": standard output).
 * Errors: RP_EIO, and those of the format. */
rp_code pf_format_save(const pf_format *f, const pf_report *report,
                       const pf_format_opts *opts, const char *path,
                       rp_err *err);

#endif
