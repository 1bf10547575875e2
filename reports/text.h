/* text.h - text from a hostile peer, made safe for where it is shown.
 *
 * A target chooses metadata, messages and what it prints; none of it may
 * steer a terminal, close a tag or cut a line. Each function appends to
 * `out`; input is any octets, output always valid UTF-8.
 *
 * Threads: any. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <jansson.h>
#include <rpcref/slice.h>
#include <stdbool.h>
#include <stdio.h>

/* Reads one code point at the front of s into *cp and returns its length; 0
 * when the octets there are not UTF-8 (or s is empty). */
size_t pf_text_decode(rp_slice s, uint32_t *cp);

/* Valid UTF-8 without NUL: other octets as "\xNN". */
void pf_text_clean(rp_slice s, rp_buf *out);

/* That as a JSON string, a new reference. */
json_t *pf_text_json(rp_slice s);

/* For terminals and logs: control characters (also C1), directional
 * overrides and line separators as escapes. Newlines stay when `lines`. */
void pf_text_terminal(rp_slice s, bool lines, rp_buf *out);

/* For XML and HTML, in content and quoted attributes: markup as entities,
 * characters that XML 1.0 forbids as visible escapes. */
void pf_text_xml(rp_slice s, rp_buf *out);

/* For Markdown tables and paragraphs: no markup, no HTML, no new lines. */
void pf_text_markdown(rp_slice s, rp_buf *out);

/* JSON as text that may stand inside <script>: no "<", no U+2028. */
void pf_text_script(rp_slice json, rp_buf *out);

/* Columns the text takes on a terminal. */
size_t pf_text_columns(rp_slice s);

/* Wraps at spaces to `width` columns, each line after the first preceded by
 * `indent` spaces; words longer than a line are broken. Expects text already
 * made safe. */
void pf_text_wrap(rp_slice s, size_t width, size_t indent, rp_buf *out);

#endif
