/* check.h - whether a file is a case.
 *
 * Threads: any. */
#ifndef HARNESS_CASE_CHECK_H
#define HARNESS_CASE_CHECK_H

#include "harness/case/case.h"
#include "harness/data/yaml.h"

/* Checks a whole file: its keys, requirements, axes, verbs, arguments and
 * placeholders. Errors: RP_EPARSE, with file, line and column. */
rp_code pf_check_case(const pf_yaml *yaml, const pf_catalogue *catalogue,
                      rp_err *err);

/* Of a document: the driver it names (call when it names none); 0 when there
 * is no such driver. */
pf_driver pf_check_driver(const json_t *doc);

#endif
