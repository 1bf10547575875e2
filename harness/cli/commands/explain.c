/* explain: one case, before any run. */
#include "harness/case/select.h"
#include "harness/cli/command.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 };

static const pf_option options[] = {
    {"cases", "DIR", "other cases than those built in"},
    {NULL, NULL, NULL},
};

static void print_requirement(const pf_catalogue *catalogue, const char *id)
{
    const json_t *r = pf_catalogue_find(catalogue, id);
    const char *known = json_string_value(json_object_get(r, "known"));

    printf("\n%s (%s, %s)\n  %s\n  source: %s\n", id,
           json_string_value(json_object_get(r, "level")),
           json_string_value(json_object_get(r, "impact")),
           json_string_value(json_object_get(r, "text")),
           json_string_value(json_object_get(r, "source")));
    if (known != NULL)
        printf("  known deviations: %s\n", known);
}

static void print_case(const pf_catalogue *catalogue, const pf_case *c)
{
    size_t i;
    json_t *step;
    json_t *cite;

    printf("%s\n  %s\n  level %s, impact %s\n\nsteps\n", c->id, c->title,
           c->level, c->impact);
    json_array_foreach(c->steps, i, step)
    {
        char *text = json_dumps(step, JSON_COMPACT);

        printf("  %2zu %s\n", i + 1, text != NULL ? text : "(octets)");
        free(text);
    }
    json_array_foreach(c->cites, i, cite)
        print_requirement(catalogue, json_string_value(cite));
}

static int run(const pf_options *o)
{
    json_t *filters = json_copy(o->positional);
    rp_err err = RP_ERR_INIT;
    pf_suite *suite = NULL;
    pf_catalogue *catalogue = NULL;
    pf_suite_opts load = {.dir = pf_options_get(o, "cases"),
                          .exhaustive = true};
    pf_selection wanted = {.filters = filters};
    rp_code rc = pf_catalogue_load(&catalogue, &err);
    int status = 0;

    load.catalogue = catalogue;
    if (rc == RP_OK && json_array_size(filters) != 1)
        rc = rp_fail(&err, RP_EINVAL, "one case is needed");
    if (rc == RP_OK)
        rc = pf_suite_load(&load, &suite, &err);
    if (rc == RP_OK)
        pf_select(suite, &wanted);
    if (rc == RP_OK && suite->count == 0)
        rc = rp_fail(&err, RP_EINVAL, "no case is called '%s'",
                     json_string_value(json_array_get(filters, 0)));
    if (rc == RP_OK) {
        print_case(catalogue, &suite->cases[0]);
        if (suite->count > 1)
            printf("\n%zu variations\n", suite->count);
    } else {
        fprintf(stderr, "rpcproof explain: %s\n", err.text);
        status = EXIT_USAGE;
    }
    json_decref(filters);
    pf_suite_free(suite);
    pf_catalogue_free(catalogue);
    return status;
}

const pf_command PF_COMMAND_explain = {
    "explain", "what a case sends, expects, and why", "CASE", options, run};
