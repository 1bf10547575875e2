/* options.h - command lines, read by a table of what a command knows.
 *
 * Threads: one. */
#ifndef HARNESS_CLI_OPTIONS_H
#define HARNESS_CLI_OPTIONS_H

#include <jansson.h>
#include <rpcref/error.h>
#include <stdbool.h>

/* One option, `--name VALUE`, `--name=VALUE` or, without an argument,
 * `--name`. */
typedef struct pf_option {
    const char *name;
    const char *argument; /* how help calls it; NULL: a switch */
    const char *help;
    char letter; /* also `-l VALUE`; 0: none */
} pf_option;

/* What was given. Embedded: pf_options_clear(). */
typedef struct pf_options {
    json_t *values;     /* name -> array of strings, as often as given */
    json_t *positional; /* array of strings */
    char **command;     /* what stood behind "--"; NULL: nothing */
} pf_options;

/* Errors: RP_EINVAL, naming what is not known and what is near it. */
rp_code pf_options_parse(const pf_option *table, char **argv, pf_options *out,
                         rp_err *err);
void pf_options_clear(pf_options *o);

bool pf_options_has(const pf_options *o, const char *name);
/* The last value, or NULL. */
const char *pf_options_get(const pf_options *o, const char *name);
/* Every value, also of comma lists when `split`; NULL when there is none. */
const json_t *pf_options_all(const pf_options *o, const char *name);
/* A number in a range. Errors: RP_EINVAL. */
rp_code pf_options_number(const pf_options *o, const char *name, double least,
                          double most, double *value, rp_err *err);

#endif
