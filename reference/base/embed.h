/* embed.h - files that were put into the program when it was built.
 *
 * One table per call of rp_embed() in CMakeLists.txt, sorted by path; the
 * octets are followed by a NUL that is not counted.
 *
 * Threads: constant data, any thread. */
#ifndef REFERENCE_BASE_EMBED_H
#define REFERENCE_BASE_EMBED_H

#include <stddef.h>
#include <stdint.h>

typedef struct rp_embed {
    const char *path; /* relative to the root given to rp_embed() */
    const uint8_t *data;
    const uint8_t *end;
} rp_embed;

extern const rp_embed rp_embed_cases[]; /* cases/ */
extern const size_t rp_embed_cases_count;
extern const rp_embed rp_embed_fixtures[]; /* fixtures/ *.yaml */
extern const size_t rp_embed_fixtures_count;
extern const rp_embed rp_embed_descriptors[]; /* builtin.protoset */
extern const size_t rp_embed_descriptors_count;
extern const rp_embed rp_embed_templates[]; /* reports/templates/ */
extern const size_t rp_embed_templates_count;

#endif
