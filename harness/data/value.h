/* value.h - what strings and small objects of a case stand for.
 *
 * Threads: any. */
#ifndef HARNESS_DATA_VALUE_H
#define HARNESS_DATA_VALUE_H

#include <jansson.h>
#include <rpcref/error.h>
#include <rpcref/slice.h>
#include <rpcref/time.h>
#include <stdbool.h>

/* "5s", "100ms", "250us", "2m". Errors: RP_EPARSE. */
rp_code pf_value_duration(const json_t *v, rp_nanos *out, rp_err *err);

/* Octets: a string is its text; {text:}, {hex: "01 ff"}, {zeros: N},
 * {repeat: ["ab", N]}. Appends. Errors: RP_EPARSE. */
rp_code pf_value_octets(const json_t *v, rp_buf *out, rp_err *err);
/* Whether an object is such an expression. */
bool pf_value_is_octets(const json_t *v);

/* A deep copy in which "{name}" stands for the value of `name` in `names`; a
 * string that is nothing else becomes that value. New reference. */
json_t *pf_value_substitute(const json_t *v, const json_t *names);

/* Octets as text for people: printable, or a count and the beginning. */
void pf_value_show(rp_slice octets, rp_buf *out);

#endif
