/* report.h - one or several runs read back from their result streams.
 *
 * A report is a pure function of results.ndjson and the transcripts beside
 * it: nothing here talks to a target or keeps state between calls.
 *
 * Threads: one at a time. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "reports/result.h"
#include "reports/transcript.h"

/* One run (or its merged shards) of one target. */
typedef struct pf_source {
    char *path;         /* of results.ndjson */
    char *dir;          /* where it and the transcripts are */
    char *label;        /* the target's name, address, or the folder's name */
    json_t *run;        /* the first run event; NULL when there is none */
    json_t *runs;       /* array of all run events (shards) */
    pf_result *results; /* sorted by id; the last result of an id counts */
    size_t count;
    json_t *running; /* array of ids that began and did not end */
    json_t *notes;   /* array of note events */
    bool complete;   /* every run has its end */
    size_t damaged;  /* lines that were cut */
    double ms;       /* sum over end events */
    pf_counts counts;
    json_t *docs; /* owns what `results` borrow */
    size_t cap;
} pf_source;

typedef struct pf_report {
    pf_source *sources;
    size_t count;
    size_t cap;
    json_t *requirements; /* object: id -> entry of the catalogue, or NULL */
} pf_report;

#define PF_REPORT_INIT                                                         \
    {                                                                          \
        NULL, 0, 0, NULL                                                       \
    }

/* Adds a run. `path`: results.ndjson, or the folder it is in.
 * Errors: RP_ENOTFOUND, RP_EIO, RP_ELIMIT from reading; RP_EPARSE when the
 * file holds no event of ours or has a schema newer than this program's. */
rp_code pf_report_add(pf_report *r, const char *path, rp_err *err);

/* Adds the events of another shard to the last run (to a new one when there
 * is none). Transcripts are looked for beside the first. Errors: the same. */
rp_code pf_report_join(pf_report *r, const char *path, rp_err *err);

/* Gives the catalogue of requirements: an array of objects with "id" (as
 * fixtures/requirements.yaml has them), borrowed for the call. */
void pf_report_set_requirements(pf_report *r, const json_t *catalogue);

/* Frees what it holds and leaves it empty. */
void pf_report_clear(pf_report *r);

/* The result of that id, or NULL. */
const pf_result *pf_source_find(const pf_source *s, const char *id);

/* Reads the transcript of a result. Errors: RP_ENOTFOUND when it has none or
 * names one outside the run's folder, otherwise those of
 * pf_transcript_load(). */
rp_code pf_source_transcript(const pf_source *s, const pf_result *r,
                             pf_transcript **out, rp_err *err);

#endif
