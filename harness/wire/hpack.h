/* hpack.h - header compression: nghttp2's coder, and representations by hand.
 *
 * The coders keep their tables in step with a correct peer. What is put
 * together by hand may be as wrong as it likes; a block that changes the
 * dynamic table by hand takes the encoder out of step (see
 * pf_hpack_put_plain() for one that has no state).
 *
 * Threads: one at a time for each coder. Spec: RFC 7541. */
#ifndef HARNESS_WIRE_HPACK_H
#define HARNESS_WIRE_HPACK_H

#include "harness/wire/fields.h"
#include <rpcref/error.h>
#include <rpcref/slice.h>

/* --- coders --------------------------------------------------------------- */

typedef struct pf_hpack_encoder pf_hpack_encoder;
typedef struct pf_hpack_decoder pf_hpack_decoder;

/* table_size  the largest dynamic table it will use. */
pf_hpack_encoder *pf_hpack_encoder_new(size_t table_size);
void pf_hpack_encoder_free(pf_hpack_encoder *e);

/* The peer's SETTINGS_HEADER_TABLE_SIZE: the next block begins with a size
 * update when that is called for. */
void pf_hpack_encoder_set_limit(pf_hpack_encoder *e, size_t table_size);

/* Appends the block for the fields. Sensitive ones are never indexed. */
void pf_hpack_encode(pf_hpack_encoder *e, const pf_fields *fields,
                     rp_buf *block);

pf_hpack_decoder *pf_hpack_decoder_new(void);
void pf_hpack_decoder_free(pf_hpack_decoder *d);

/* Our SETTINGS_HEADER_TABLE_SIZE, once it is acknowledged. Lowering it makes
 * the decoder expect a size update in the next block. Not inside a block. */
void pf_hpack_decoder_set_limit(pf_hpack_decoder *d, size_t table_size);

/* Decodes a fragment and appends to *fields, at most `list_max` octets as
 * pf_fields_list_size() counts; beyond that fields are decoded and left out,
 * and fields->cut is set. `last`: the block ends here.
 * Errors: RP_EPROTO when the block cannot be decoded; the tables are then lost
 * and every later call fails the same. */
rp_code pf_hpack_decode(pf_hpack_decoder *d, rp_slice fragment, bool last,
                        size_t list_max, pf_fields *fields, rp_err *err);

/* Whether decoding has failed. */
bool pf_hpack_decoder_is_lost(const pf_hpack_decoder *d);

/* --- by hand -------------------------------------------------------------- */

/* Writes an integer behind `prefix` bits, the rest of whose octet is `first`
 * (RFC 7541 5.1). */
void pf_hpack_put_integer(rp_buf *out, unsigned prefix, uint8_t first,
                          uint64_t value);

/* An integer of `octets` continuation octets, each 0xff but the last (0x7f);
 * ten of them overflow 64 bits. `unfinished`: the last one is 0xff, too. */
void pf_hpack_put_long_integer(rp_buf *out, unsigned prefix, uint8_t first,
                               size_t octets, bool unfinished);

/* How a string is written. */
typedef enum pf_hpack_text {
    PF_HPACK_PLAIN,
    PF_HPACK_HUFFMAN,
    PF_HPACK_HUFFMAN_EOS,   /* wrong: holds the EOS symbol */
    PF_HPACK_HUFFMAN_ZEROS, /* wrong: padded with zeros */
    PF_HPACK_HUFFMAN_LONG,  /* wrong: eight bits of padding more */
} pf_hpack_text;

void pf_hpack_put_string(rp_buf *out, rp_slice text, pf_hpack_text how);

/* How a literal bears on the dynamic table. */
typedef enum pf_hpack_form {
    PF_HPACK_INDEXING, /* with incremental indexing */
    PF_HPACK_WITHOUT,
    PF_HPACK_NEVER,
} pf_hpack_form;

typedef struct pf_hpack_literal {
    pf_hpack_form form;
    uint64_t name_index; /* 0: `name` is spelled out */
    rp_slice name, value;
    pf_hpack_text name_text, value_text;
} pf_hpack_literal;

void pf_hpack_put_literal(rp_buf *out, const pf_hpack_literal *l);
void pf_hpack_put_indexed(rp_buf *out, uint64_t index);
void pf_hpack_put_size_update(rp_buf *out, uint64_t size);

/* Fields as plain literals without indexing, names spelled out: a block that
 * neither uses nor changes the tables. Sensitive ones are never indexed. */
void pf_hpack_put_plain(rp_buf *out, const pf_fields *fields);

/* The entry of the static table (1 to 61) for a name, and for name and value;
 * 0 when there is none. */
unsigned pf_hpack_static_name(rp_slice name);
unsigned pf_hpack_static_field(rp_slice name, rp_slice value);

#endif
