/* excerpt.h - long payloads, told by length, digest and where they differ.
 *
 * Threads: any. */
#ifndef REPORTS_EXCERPT_H
#define REPORTS_EXCERPT_H

#include <rpcref/slice.h>

/* Payloads longer than this are shown as excerpts. */
#define PF_EXCERPT_MAX 1024
/* Octets shown on each side of the first difference. */
#define PF_EXCERPT_AROUND 32

/* Describes an expected and an actual text or payload. Short ones come out
 * as they are; when either is long both become their length, SHA-256 and the
 * octets around the first difference (the beginning, when they are equal). */
void pf_excerpt_pair(rp_slice expected, rp_slice actual, rp_buf *out_expected,
                     rp_buf *out_actual);

#endif
