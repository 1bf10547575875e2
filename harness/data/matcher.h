/* matcher.h - what an expectation accepts.
 *
 * A plain value matches itself; an object the object that has at least its
 * keys; a list the list of the same length. Beside these: "present", "absent",
 * {one_of: [..]}, {not: M}, {min:, max:}, {regex:}, {prefix:}, {suffix:},
 * {contains:}, {length: M}, {bytes: octets} (harness/data/value.h).
 *
 * Threads: any. */
#ifndef HARNESS_DATA_MATCHER_H
#define HARNESS_DATA_MATCHER_H

#include <jansson.h>
#include <rpcref/slice.h>
#include <stdbool.h>

/* Whether `value` (NULL: there is none) is what `matcher` accepts. *why, if
 * given, gets a sentence when it is not. */
bool pf_match(const json_t *matcher, const json_t *value, rp_buf *why);

#endif
