/* stream.h - results.ndjson: one JSON object a line, appended as it happens.
 *
 * Events: "run" (first), "start" (a case began), "case" (it ended), "note"
 * (about the run as a whole), "end". Each line is one write(2), so a killed
 * run loses nothing but the line it was in, and shards merge by
 * concatenation. reports/schema/results.schema.json has every key.
 *
 * Threads: one at a time. */
#ifndef REPORTS_STREAM_H
#define REPORTS_STREAM_H

#include "reports/result.h"

#include <rpcref/time.h>

/* Raised when a key changes its meaning; new keys do not raise it. */
#define PF_STREAM_SCHEMA 1

typedef struct pf_stream pf_stream;

/* Opens the file for appending, emptied first unless `append`.
 * *out  owned, closed with pf_stream_close(); NULL on error.
 * Errors: RP_EIO. */
rp_code pf_stream_open(const char *path, bool append, pf_stream **out,
                       rp_err *err);

/* What a run says of itself. Strings and values are borrowed. */
typedef struct pf_run_facts {
    const json_t *target; /* object: name, address, role and what else the
                             preflight found out; shown as it is */
    const char *profile;
    const char *command; /* the command line, for the reports */
    uint64_t seed;
    rp_nanos started;       /* wall clock, rp_time_wall() */
    size_t planned;         /* cases selected; 0 unknown */
    unsigned shard, shards; /* 1-based of shards; 0 when not sharded */
    bool resumed; /* goes on with the run before it in the same file */
} pf_run_facts;

/* Each appends one line. Errors: RP_EIO (disk full, ...). */
rp_code pf_stream_run(pf_stream *s, const pf_run_facts *facts, rp_err *err);
rp_code pf_stream_start(pf_stream *s, const char *id, rp_err *err);
rp_code pf_stream_case(pf_stream *s, const pf_result *r, rp_err *err);
/* `level`: "error" (fails the run), "warning" or "info". */
rp_code pf_stream_note(pf_stream *s, const char *level, const char *text,
                       rp_err *err);
rp_code pf_stream_end(pf_stream *s, const pf_counts *counts, double ms,
                      rp_err *err);

/* Closes and frees; NULL is allowed. */
void pf_stream_close(pf_stream *s);

/* Takes one parsed line; `doc` is borrowed for the call. An error ends the
 * reading and is passed on. */
typedef rp_code (*pf_stream_fn)(json_t *doc, void *user_data, rp_err *err);

/* Hands every whole line of `text` to fn, in order. A line that is no JSON
 * object (cut by a kill) is dropped and counted in *damaged; a run event
 * glued behind one by concatenation is found again.
 * Errors: those of fn. */
rp_code pf_stream_parse(rp_slice text, pf_stream_fn fn, void *user_data,
                        size_t *damaged, rp_err *err);

#endif
