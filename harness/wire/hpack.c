#include "harness/wire/hpack.h"

#include <nghttp2/nghttp2.h>
#include <rpcref/mem.h>

enum { STATIC_ENTRIES = 61 }; /* RFC 7541 appendix A */

struct pf_hpack_encoder {
    nghttp2_hd_deflater *hd;
};

struct pf_hpack_decoder {
    nghttp2_hd_inflater *hd;
    bool lost;
};

/* --- coders --------------------------------------------------------------- */

/* nghttp2 takes names and values as writable; it does not write to them. */
static uint8_t *unconst(const uint8_t *p)
{
    return (uint8_t *)(uintptr_t)p;
}

/* nghttp2 fails here only for want of memory, which rp_mem_alloc() ends. */
static void must(int rv)
{
    if (rv != 0)
        rp_mem_alloc(SIZE_MAX / 2);
}

pf_hpack_encoder *pf_hpack_encoder_new(size_t table_size)
{
    pf_hpack_encoder *e = RP_NEW(pf_hpack_encoder);

    must(nghttp2_hd_deflate_new(&e->hd, table_size));
    return e;
}

void pf_hpack_encoder_free(pf_hpack_encoder *e)
{
    if (e == NULL)
        return;
    nghttp2_hd_deflate_del(e->hd);
    rp_mem_free(e);
}

void pf_hpack_encoder_set_limit(pf_hpack_encoder *e, size_t table_size)
{
    must(nghttp2_hd_deflate_change_table_size(e->hd, table_size));
}

void pf_hpack_encode(pf_hpack_encoder *e, const pf_fields *fields,
                     rp_buf *block)
{
    nghttp2_nv *nv = rp_mem_alloc((fields->count + 1) * sizeof(*nv));
    size_t bound;
    ssize_t written;

    for (size_t i = 0; i < fields->count; i++) {
        pf_field f = pf_fields_at(fields, i);

        nv[i] =
            (nghttp2_nv){.name = unconst(f.name.data),
                         .namelen = f.name.len,
                         .value = unconst(f.value.data),
                         .valuelen = f.value.len,
                         .flags = f.sensitive ? NGHTTP2_NV_FLAG_NO_INDEX : 0};
    }
    bound = nghttp2_hd_deflate_bound(e->hd, nv, fields->count);
    written = nghttp2_hd_deflate_hd(e->hd, rp_buf_reserve(block, bound), bound,
                                    nv, fields->count);
    must(written < 0 ? (int)written : 0);
    rp_buf_commit(block, (size_t)written);
    rp_mem_free(nv);
}

pf_hpack_decoder *pf_hpack_decoder_new(void)
{
    pf_hpack_decoder *d = RP_NEW(pf_hpack_decoder);

    must(nghttp2_hd_inflate_new(&d->hd));
    return d;
}

void pf_hpack_decoder_free(pf_hpack_decoder *d)
{
    if (d == NULL)
        return;
    nghttp2_hd_inflate_del(d->hd);
    rp_mem_free(d);
}

void pf_hpack_decoder_set_limit(pf_hpack_decoder *d, size_t table_size)
{
    if (!d->lost)
        nghttp2_hd_inflate_change_table_size(d->hd, table_size);
}

bool pf_hpack_decoder_is_lost(const pf_hpack_decoder *d)
{
    return d->lost;
}

static void add_decoded(pf_fields *fields, const nghttp2_nv *nv, size_t max)
{
    pf_field f = {rp_slice_of(nv->name, nv->namelen),
                  rp_slice_of(nv->value, nv->valuelen),
                  (nv->flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0};

    if (fields->cut ||
        pf_fields_list_size(fields) + f.name.len + f.value.len + 32 > max)
        fields->cut = true;
    else
        pf_fields_add(fields, f);
}

static rp_code lose(pf_hpack_decoder *d, rp_err *err, const char *why)
{
    d->lost = true;
    return rp_fail(err, RP_EPROTO, "%s", why);
}

rp_code pf_hpack_decode(pf_hpack_decoder *d, rp_slice fragment, bool last,
                        size_t list_max, pf_fields *fields, rp_err *err)
{
    if (d->lost)
        return lose(d, err, "the header tables were lost earlier");
    for (;;) {
        nghttp2_nv nv;
        int flags = 0;
        ssize_t n = nghttp2_hd_inflate_hd2(d->hd, &nv, &flags, fragment.data,
                                           fragment.len, last);

        if (n < 0)
            return lose(d, err, "the header block is not valid HPACK");
        fragment = rp_slice_sub(fragment, (size_t)n, fragment.len);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
            add_decoded(fields, &nv, list_max);
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
            nghttp2_hd_inflate_end_headers(d->hd);
            return RP_OK;
        }
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && fragment.len == 0)
            break;
    }
    if (last)
        return lose(d, err, "the header block ends inside a field");
    return RP_OK;
}

/* --- by hand -------------------------------------------------------------- */

void pf_hpack_put_integer(rp_buf *out, unsigned prefix, uint8_t first,
                          uint64_t value)
{
    uint64_t most = (UINT64_C(1) << prefix) - 1;

    if (value < most) {
        rp_buf_append_byte(out, (uint8_t)(first | value));
        return;
    }
    rp_buf_append_byte(out, (uint8_t)(first | most));
    for (value -= most; value >= 128; value >>= 7)
        rp_buf_append_byte(out, (uint8_t)(value | 0x80));
    rp_buf_append_byte(out, (uint8_t)value);
}

void pf_hpack_put_long_integer(rp_buf *out, unsigned prefix, uint8_t first,
                               size_t octets, bool unfinished)
{
    rp_buf_append_byte(out, (uint8_t)(first | ((1u << prefix) - 1)));
    for (size_t i = 1; i < octets; i++)
        rp_buf_append_byte(out, 0xff);
    if (octets > 0)
        rp_buf_append_byte(out, unfinished ? 0xff : 0x7f);
}

/* Lengths of the Huffman codes of RFC 7541 appendix B; the codes of a length
 * follow each other in the order of the symbols, so these are enough. */
static const uint8_t code_lengths[257] = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  //
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, //
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  //
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,  //
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  //
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
    30};

enum { EOS = 256, CODE_LONGEST = 30 };

/* The code of a symbol: the first one of its length, plus the number of
 * smaller symbols of that length. */
static uint32_t code_of(unsigned symbol)
{
    uint32_t code = 0;
    unsigned len = code_lengths[symbol];

    for (unsigned shorter = 1; shorter < len; shorter++) {
        for (unsigned s = 0; s <= EOS; s++)
            code += code_lengths[s] == shorter;
        code <<= 1;
    }
    for (unsigned s = 0; s < symbol; s++)
        code += code_lengths[s] == len;
    return code;
}

/* Bits on their way into octets. */
typedef struct bits {
    rp_buf *out;
    uint64_t held;
    unsigned count;
} bits;

static void put_bits(bits *b, uint32_t value, unsigned count)
{
    b->held = b->held << count | value;
    b->count += count;
    while (b->count >= 8) {
        b->count -= 8;
        rp_buf_append_byte(b->out, (uint8_t)(b->held >> b->count));
    }
}

static void put_huffman(rp_buf *out, rp_slice text, pf_hpack_text how)
{
    bits b = {out, 0, 0};

    for (size_t i = 0; i < text.len; i++)
        put_bits(&b, code_of(text.data[i]), code_lengths[text.data[i]]);
    if (how == PF_HPACK_HUFFMAN_EOS)
        put_bits(&b, code_of(EOS), CODE_LONGEST);
    if (b.count > 0) {
        unsigned room = 8 - b.count;

        put_bits(&b, how == PF_HPACK_HUFFMAN_ZEROS ? 0 : (1u << room) - 1,
                 room);
    }
    if (how == PF_HPACK_HUFFMAN_LONG)
        rp_buf_append_byte(out, 0xff);
}

void pf_hpack_put_string(rp_buf *out, rp_slice text, pf_hpack_text how)
{
    rp_buf coded = RP_BUF_INIT;

    if (how == PF_HPACK_PLAIN) {
        pf_hpack_put_integer(out, 7, 0, text.len);
        rp_buf_append(out, text);
        return;
    }
    put_huffman(&coded, text, how);
    pf_hpack_put_integer(out, 7, 0x80, coded.len);
    rp_buf_append(out, rp_buf_slice(&coded));
    rp_buf_clear(&coded);
}

void pf_hpack_put_literal(rp_buf *out, const pf_hpack_literal *l)
{
    if (l->form == PF_HPACK_INDEXING)
        pf_hpack_put_integer(out, 6, 0x40, l->name_index);
    else
        pf_hpack_put_integer(out, 4, l->form == PF_HPACK_NEVER ? 0x10 : 0,
                             l->name_index);
    if (l->name_index == 0)
        pf_hpack_put_string(out, l->name, l->name_text);
    pf_hpack_put_string(out, l->value, l->value_text);
}

void pf_hpack_put_indexed(rp_buf *out, uint64_t index)
{
    pf_hpack_put_integer(out, 7, 0x80, index);
}

void pf_hpack_put_size_update(rp_buf *out, uint64_t size)
{
    pf_hpack_put_integer(out, 5, 0x20, size);
}

void pf_hpack_put_plain(rp_buf *out, const pf_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        pf_field f = pf_fields_at(fields, i);
        pf_hpack_literal l = {.form = f.sensitive ? PF_HPACK_NEVER
                                                  : PF_HPACK_WITHOUT,
                              .name = f.name,
                              .value = f.value};

        pf_hpack_put_literal(out, &l);
    }
}

/* The static table is read out of nghttp2's decoder. */
static unsigned find_static(rp_slice name, const rp_slice *value)
{
    pf_hpack_decoder *d = pf_hpack_decoder_new();
    unsigned found = 0;

    for (unsigned i = 1; i <= STATIC_ENTRIES && found == 0; i++) {
        const nghttp2_nv *nv = nghttp2_hd_inflate_get_table_entry(d->hd, i);

        if (!rp_slice_equal(rp_slice_of(nv->name, nv->namelen), name))
            continue;
        if (value == NULL ||
            rp_slice_equal(rp_slice_of(nv->value, nv->valuelen), *value))
            found = i;
    }
    pf_hpack_decoder_free(d);
    return found;
}

unsigned pf_hpack_static_name(rp_slice name)
{
    return find_static(name, NULL);
}

unsigned pf_hpack_static_field(rp_slice name, rp_slice value)
{
    return find_static(name, &value);
}
