/* suite.h - cases from text, for tests. */
#ifndef HARNESS_TESTS_CASE_SUITE_H
#define HARNESS_TESTS_CASE_SUITE_H

#include "harness/case/case.h"
#include "reference/tests/test.h"
#include <rpcref/mem.h>

#define CASE_HEAD "title: a title\ncites: [call.unary]\nlevel: must\n"

/* Loads one file, "server/area/name.yaml", with `text`. */
static inline rp_code suite_of(const char *text, bool exhaustive,
                               pf_suite **out, rp_err *err)
{
    pf_suite *s = RP_NEW(pf_suite);
    pf_suite_opts opts = {.exhaustive = exhaustive};
    pf_catalogue *catalogue;
    rp_code rc = pf_catalogue_load(&catalogue, err);

    assert_int_equal(rc, RP_OK);
    opts.catalogue = catalogue;
    rc = pf_suite_add(s, &opts, "server/area/name.yaml", rp_slice_str(text),
                      err);
    if (rc != RP_OK) {
        pf_suite_free(s);
        s = NULL;
    }
    *out = s;
    pf_catalogue_free(catalogue);
    return rc;
}

#endif
