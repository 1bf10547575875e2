#include "harness/wire/hpack.h"
#include "reference/tests/test.h"
#include <rpcref/mem.h>

static rp_code decode(pf_hpack_decoder *d, const rp_buf *block, pf_fields *out)
{
    pf_fields_reset(out);
    return pf_hpack_decode(d, rp_buf_slice(block), true, 65536, out, NULL);
}

/* Decodes a block with a fresh decoder. */
static rp_code decode_alone(const rp_buf *block, pf_fields *out)
{
    pf_hpack_decoder *d = pf_hpack_decoder_new();
    rp_code rc = decode(d, block, out);

    pf_hpack_decoder_free(d);
    return rc;
}

static void assert_field(const pf_fields *f, size_t i, const char *name,
                         const char *value)
{
    assert_true(i < f->count);
    assert_true(rp_slice_equal_str(pf_fields_at(f, i).name, name));
    assert_true(rp_slice_equal_str(pf_fields_at(f, i).value, value));
}

static void a_block_comes_back_and_the_table_is_used(void **state)
{
    pf_hpack_encoder *e = pf_hpack_encoder_new(4096);
    pf_hpack_decoder *d = pf_hpack_decoder_new();
    pf_fields in = PF_FIELDS_INIT;
    pf_fields out = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;
    size_t first;

    (void)state;
    pf_fields_add_str(&in, ":method", "POST");
    pf_fields_add_str(&in, "x-long-name", "a long value indeed");
    pf_hpack_encode(e, &in, &block);
    first = block.len;
    assert_int_equal(decode(d, &block, &out), RP_OK);
    rp_buf_reset(&block);
    pf_hpack_encode(e, &in, &block);
    assert_true(block.len < first);
    assert_int_equal(decode(d, &block, &out), RP_OK);
    assert_int_equal(out.count, 2);
    assert_field(&out, 0, ":method", "POST");
    assert_field(&out, 1, "x-long-name", "a long value indeed");
    pf_fields_clear(&in);
    pf_fields_clear(&out);
    rp_buf_clear(&block);
    pf_hpack_encoder_free(e);
    pf_hpack_decoder_free(d);
}

static void every_literal_form_means_the_same(void **state)
{
    static const pf_hpack_form forms[] = {PF_HPACK_INDEXING, PF_HPACK_WITHOUT,
                                          PF_HPACK_NEVER};
    static const pf_hpack_text texts[] = {PF_HPACK_PLAIN, PF_HPACK_HUFFMAN};
    pf_fields out = PF_FIELDS_INIT;

    (void)state;
    for (size_t i = 0; i < RP_COUNT(forms) * RP_COUNT(texts); i++) {
        pf_hpack_literal l = {.form = forms[i % 3],
                              .name = rp_slice_str("x-name"),
                              .value = rp_slice_str("value, with: odd {~}"),
                              .name_text = texts[i / 3],
                              .value_text = texts[i / 3]};
        rp_buf block = RP_BUF_INIT;

        pf_hpack_put_literal(&block, &l);
        l.name_index = pf_hpack_static_name(rp_slice_str(":path"));
        pf_hpack_put_literal(&block, &l);
        assert_int_equal(decode_alone(&block, &out), RP_OK);
        assert_field(&out, 0, "x-name", "value, with: odd {~}");
        assert_field(&out, 1, ":path", "value, with: odd {~}");
        assert_int_equal(pf_fields_at(&out, 0).sensitive,
                         forms[i % 3] == PF_HPACK_NEVER);
        rp_buf_clear(&block);
    }
    pf_fields_clear(&out);
}

static void huffman_carries_every_octet(void **state)
{
    char all[256];
    pf_hpack_literal l = {.name = rp_slice_str("x"),
                          .value = rp_slice_of(all, sizeof(all)),
                          .value_text = PF_HPACK_HUFFMAN};
    pf_fields out = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)i;
    pf_hpack_put_literal(&block, &l);
    assert_int_equal(decode_alone(&block, &out), RP_OK);
    assert_true(rp_slice_equal(pf_fields_at(&out, 0).value, l.value));
    pf_fields_clear(&out);
    rp_buf_clear(&block);
}

static void wrong_huffman_is_refused_by_a_strict_decoder(void **state)
{
    static const pf_hpack_text rows[] = {
        PF_HPACK_HUFFMAN_EOS, PF_HPACK_HUFFMAN_ZEROS, PF_HPACK_HUFFMAN_LONG};
    pf_fields out = PF_FIELDS_INIT;

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        pf_hpack_literal l = {.name = rp_slice_str("x"),
                              .value = rp_slice_str("a"),
                              .value_text = rows[i]};
        rp_buf block = RP_BUF_INIT;

        pf_hpack_put_literal(&block, &l);
        assert_int_equal(decode_alone(&block, &out), RP_EPROTO);
        rp_buf_clear(&block);
    }
    pf_fields_clear(&out);
}

static void integers_are_as_in_the_rfc(void **state)
{
    static const struct {
        unsigned prefix;
        uint64_t value;
        const char *octets;
        size_t len;
    } rows[] = {
        {5, 10, "\x0a", 1},
        {5, 1337, "\x1f\x9a\x0a", 3},
        {8, 42, "\x2a", 1},
        {5, 31, "\x1f\x00", 2},
    };
    rp_buf out = RP_BUF_INIT;

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        rp_buf_reset(&out);
        pf_hpack_put_integer(&out, rows[i].prefix, 0, rows[i].value);
        assert_int_equal(out.len, rows[i].len);
        assert_memory_equal(out.data, rows[i].octets, out.len);
    }
    rp_buf_clear(&out);
}

static void faulty_blocks_lose_the_tables(void **state)
{
    pf_fields out = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;
    pf_hpack_decoder *d = pf_hpack_decoder_new();

    (void)state;
    pf_hpack_put_indexed(&block, 0);
    assert_int_equal(decode_alone(&block, &out), RP_EPROTO);
    rp_buf_reset(&block);
    pf_hpack_put_indexed(&block, 1000);
    assert_int_equal(decode_alone(&block, &out), RP_EPROTO);
    rp_buf_reset(&block);
    pf_hpack_put_long_integer(&block, 7, 0x80, 11, false);
    assert_int_equal(decode_alone(&block, &out), RP_EPROTO);
    rp_buf_reset(&block);
    pf_hpack_put_long_integer(&block, 7, 0x80, 2, true); /* and then nothing */
    assert_int_equal(decode_alone(&block, &out), RP_EPROTO);
    rp_buf_reset(&block);
    pf_hpack_put_size_update(&block, 4097);
    assert_int_equal(decode(d, &block, &out), RP_EPROTO);
    assert_true(pf_hpack_decoder_is_lost(d));
    rp_buf_reset(&block);
    pf_hpack_put_indexed(&block, 2);
    assert_int_equal(decode(d, &block, &out), RP_EPROTO);
    pf_hpack_decoder_free(d);
    pf_fields_clear(&out);
    rp_buf_clear(&block);
}

static void a_size_update_within_the_limit_is_obeyed(void **state)
{
    pf_fields out = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;

    (void)state;
    pf_hpack_put_size_update(&block, 0);
    pf_hpack_put_size_update(&block, 4096);
    pf_hpack_put_indexed(&block, 3);
    assert_int_equal(decode_alone(&block, &out), RP_OK);
    assert_field(&out, 0, ":method", "POST");
    pf_fields_clear(&out);
    rp_buf_clear(&block);
}

static void a_lowered_limit_calls_for_a_size_update(void **state)
{
    pf_hpack_decoder *strict = pf_hpack_decoder_new();
    pf_hpack_decoder *d = pf_hpack_decoder_new();
    pf_hpack_encoder *e = pf_hpack_encoder_new(4096);
    pf_fields fields = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;

    (void)state;
    pf_fields_add_str(&fields, "x-a", "b");
    pf_hpack_put_plain(&block, &fields);
    pf_hpack_decoder_set_limit(strict, 0);
    pf_hpack_decoder_set_limit(d, 0);
    assert_int_equal(decode(strict, &block, &fields), RP_EPROTO);
    rp_buf_reset(&block);
    pf_hpack_encoder_set_limit(e, 0);
    pf_fields_reset(&fields);
    pf_fields_add_str(&fields, "x-a", "b");
    pf_hpack_encode(e, &fields, &block);
    assert_int_equal(block.data[0], 0x20);
    assert_int_equal(decode(d, &block, &fields), RP_OK);
    assert_field(&fields, 0, "x-a", "b");
    pf_hpack_decoder_free(strict);
    pf_hpack_decoder_free(d);
    pf_hpack_encoder_free(e);
    pf_fields_clear(&fields);
    rp_buf_clear(&block);
}

static void a_bomb_is_decoded_but_not_kept(void **state)
{
    static const uint8_t zeros[4000] = {0};
    pf_hpack_literal l = {.form = PF_HPACK_INDEXING,
                          .name = rp_slice_str("x"),
                          .value = rp_slice_of(zeros, sizeof(zeros))};
    pf_fields out = PF_FIELDS_INIT;
    rp_buf block = RP_BUF_INIT;

    (void)state;
    pf_hpack_put_literal(&block, &l);
    for (int i = 0; i < 1000; i++)
        pf_hpack_put_indexed(&block, 62);
    assert_int_equal(decode_alone(&block, &out), RP_OK);
    assert_true(out.cut);
    assert_true(pf_fields_list_size(&out) <= 65536);
    pf_fields_clear(&out);
    rp_buf_clear(&block);
}

static void fields_are_found_by_name(void **state)
{
    pf_fields f = PF_FIELDS_INIT;
    pf_fields copy = PF_FIELDS_INIT;
    rp_slice value;

    (void)state;
    pf_fields_add_str(&f, "a", "1");
    pf_fields_add_str(&f, "b", "2");
    pf_fields_add_str(&f, "a", "3");
    pf_fields_copy(&copy, &f);
    pf_fields_clear(&f);
    assert_int_equal(pf_fields_count(&copy, "a"), 2);
    assert_true(pf_fields_get(&copy, "a", &value));
    assert_true(rp_slice_equal_str(value, "1"));
    assert_false(pf_fields_get(&copy, "c", &value));
    assert_int_equal(pf_fields_list_size(&copy), 3 * 34);
    pf_fields_clear(&copy);
}

static void the_static_table_is_known(void **state)
{
    (void)state;
    assert_int_equal(pf_hpack_static_name(rp_slice_str(":authority")), 1);
    assert_int_equal(
        pf_hpack_static_field(rp_slice_str(":method"), rp_slice_str("POST")),
        3);
    assert_int_equal(pf_hpack_static_name(rp_slice_str("grpc-status")), 0);
}

RP_TEST_MAIN(cmocka_unit_test(a_block_comes_back_and_the_table_is_used),
             cmocka_unit_test(every_literal_form_means_the_same),
             cmocka_unit_test(huffman_carries_every_octet),
             cmocka_unit_test(wrong_huffman_is_refused_by_a_strict_decoder),
             cmocka_unit_test(integers_are_as_in_the_rfc),
             cmocka_unit_test(faulty_blocks_lose_the_tables),
             cmocka_unit_test(a_size_update_within_the_limit_is_obeyed),
             cmocka_unit_test(a_lowered_limit_calls_for_a_size_update),
             cmocka_unit_test(a_bomb_is_decoded_but_not_kept),
             cmocka_unit_test(fields_are_found_by_name),
             cmocka_unit_test(the_static_table_is_known))
