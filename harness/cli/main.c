/* rpcproof: proves whether an RPC implementation speaks gRPC as it should. */
#include "harness/cli/command.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static void print_overview(FILE *to)
{
    fprintf(to, "usage: rpcproof COMMAND [OPTIONS]\n\n"
                "Proves, by observation, whether an RPC implementation speaks "
                "gRPC as it should.\n\n");
    for (const pf_command *const *c = pf_command_registry; *c != NULL; c++)
        fprintf(to, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fprintf(to, "\n'rpcproof COMMAND --help' tells more.\n\n"
                "Exit status: 0 everything as expected; 1 the target deviates; "
                "2 usage or\nconfiguration; 3 target unreachable or could not "
                "be started; 4 a fault of\nrpcproof itself.\n");
}

static void print_help(const pf_command *c)
{
    printf("usage: rpcproof %s %s\n\n%s\n\n", c->name, c->usage, c->summary);
    for (const pf_option *o = c->options; o->name != NULL; o++) {
        char left[64];

        snprintf(left, sizeof(left), "%s%.1s%s--%s%s%s",
                 o->letter != '\0' ? "-" : "",
                 o->letter != '\0' ? &o->letter : "",
                 o->letter != '\0' ? ", " : "", o->name,
                 o->argument != NULL ? " " : "",
                 o->argument != NULL ? o->argument : "");
        printf("  %-26s %s\n", left, o->help);
    }
}

static const pf_command *find(const char *name)
{
    for (const pf_command *const *c = pf_command_registry; *c != NULL; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
    }
    return NULL;
}

static bool wants_help(char **argv)
{
    for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
        if (strcmp(*argv, "--help") == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    const pf_command *c;
    pf_options options = {0};
    rp_err err = RP_ERR_INIT;
    int status;

    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0) {
        print_overview(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("rpcproof " RP_VERSION);
        return 0;
    }
    c = find(argv[1]);
    if (c == NULL) {
        fprintf(stderr,
                "rpcproof: no command is called '%s'; "
                "'rpcproof --help' lists them\n",
                argv[1]);
        return EXIT_USAGE;
    }
    if (wants_help(argv + 2)) {
        print_help(c);
        return 0;
    }
    if (pf_options_parse(c->options, argv + 2, &options, &err) != RP_OK) {
        fprintf(stderr, "rpcproof %s: %s\n", c->name, err.text);
        status = EXIT_USAGE;
    } else {
        status = c->run(&options);
    }
    pf_options_clear(&options);
    return status;
}
