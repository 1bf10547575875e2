/* list: the cases. */
#include "harness/case/select.h"
#include "harness/cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static const pf_option options[] = {
    {"filter", "GLOB", "only cases whose id fits; repeatable"},
    {"exclude", "GLOB", "leave these out; repeatable"},
    {"tag", "TAG", "only cases with this tag; repeatable"},
    {"exhaustive", NULL, "every combination of every case's variations"},
    {"cases", "DIR", "other cases than those built in"},
    {"format", "FORMAT", "text or json"},
    {NULL, NULL, NULL},
};

static void print_json(const pf_suite *s)
{
    json_t *list = json_array();
    char *text;

    for (size_t i = 0; i < s->count; i++) {
        const pf_case *c = &s->cases[i];

        json_array_append_new(
            list, json_pack("{ss ss ss ss? sO sO*}", "id", c->id, "title",
                            c->title, "level", c->level, "impact", c->impact,
                            "requirements", c->cites, "needs", c->needs));
    }
    text = json_dumps(list, JSON_INDENT(2));
    puts(text);
    free(text);
    json_decref(list);
}

static int run(const pf_options *o)
{
    const char *format = pf_options_get(o, "format");
    rp_err err = RP_ERR_INIT;
    pf_suite *suite = NULL;
    pf_catalogue *catalogue = NULL;
    pf_suite_opts load = {.dir = pf_options_get(o, "cases"),
                          .exhaustive = pf_options_has(o, "exhaustive")};
    pf_selection wanted = {.filters = pf_options_all(o, "filter"),
                           .excludes = pf_options_all(o, "exclude"),
                           .tags = pf_options_all(o, "tag")};
    rp_code rc = pf_catalogue_load(&catalogue, &err);
    int status = 0;

    load.catalogue = catalogue;
    if (rc == RP_OK)
        rc = pf_suite_load(&load, &suite, &err);
    if (rc == RP_OK)
        pf_select(suite, &wanted);
    if (rc == RP_OK && suite->count == 0)
        rc = rp_fail(&err, RP_EINVAL, "no case fits the filters");
    if (rc != RP_OK) {
        fprintf(stderr, "rpcproof list: %s\n", err.text);
        status = EXIT_USAGE;
    } else if (format != NULL && strcmp(format, "json") == 0) {
        print_json(suite);
    } else {
        for (size_t i = 0; i < suite->count; i++)
            printf("%-10s %s\n", suite->cases[i].level, suite->cases[i].id);
        printf("%zu cases\n", suite->count);
    }
    pf_suite_free(suite);
    pf_catalogue_free(catalogue);
    return status;
}

const pf_command PF_COMMAND_list = {"list", "the cases there are", "[OPTIONS]",
                                    options, run};
