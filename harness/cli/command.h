/* command.h - the subcommands of rpcproof: a const table each.
 *
 * Each file of harness/cli/commands/ defines one; to add one, add a file. */
#ifndef HARNESS_CLI_COMMAND_H
#define HARNESS_CLI_COMMAND_H

#include "harness/cli/options.h"

typedef struct pf_command {
    const char *name;
    const char *summary;      /* one line */
    const char *usage;        /* behind "rpcproof NAME" */
    const pf_option *options; /* ended by a NULL name */
    /* Returns the exit status. */
    int (*run)(const pf_options *options);
} pf_command;

extern const pf_command *const pf_command_registry[];

#endif
