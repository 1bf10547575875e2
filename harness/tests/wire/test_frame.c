#include "harness/wire/frame.h"
#include "reference/tests/test.h"
#include <rpcref/mem.h>

/* Reads one frame out of `octets`, fed in pieces of `step`. */
static pf_read_kind read_one(pf_frame_reader *r, rp_slice octets, size_t step,
                             pf_frame *f, rp_slice *whole)
{
    for (size_t at = 0; at < octets.len; at += step) {
        pf_frame_reader_feed(r, rp_slice_sub(octets, at, step));
        pf_read_kind kind = pf_frame_reader_next(r, f, whole);
        if (kind != PF_READ_NONE)
            return kind;
    }
    return PF_READ_NONE;
}

static void a_frame_comes_back_as_it_was_written(void **state)
{
    static const pf_frame rows[] = {
        {.length = 0, .type = PF_FRAME_SETTINGS},
        {.length = 3,
         .type = PF_FRAME_DATA,
         .flags = 1,
         .stream = 1,
         .payload = {(const uint8_t *)"abc", 3}},
        {.length = 5,
         .type = 0xbe,
         .flags = 0xff,
         .reserved = true,
         .stream = 0x7fffffff,
         .payload = {(const uint8_t *)"hello", 5}},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        for (size_t step = 1; step < 16; step++) {
            pf_frame_reader r;
            pf_frame f;
            rp_slice whole;
            rp_buf out = RP_BUF_INIT;

            pf_frame_reader_init(&r, false, 100);
            pf_frame_write(&out, &rows[i]);
            assert_int_equal(read_one(&r, rp_buf_slice(&out), step, &f, &whole),
                             PF_READ_FRAME);
            assert_int_equal(f.type, rows[i].type);
            assert_int_equal(f.flags, rows[i].flags);
            assert_int_equal(f.stream, rows[i].stream);
            assert_int_equal(f.reserved, rows[i].reserved);
            assert_int_equal(f.length, rows[i].length);
            assert_true(rp_slice_equal(f.payload, rows[i].payload));
            assert_true(rp_slice_equal(whole, rp_buf_slice(&out)));
            pf_frame_reader_clear(&r);
            rp_buf_clear(&out);
        }
    }
}

static void a_frame_beyond_the_limit_is_cut_and_the_next_one_found(void **state)
{
    static const uint8_t big[1000] = {7};
    rp_buf out = RP_BUF_INIT;
    pf_frame_reader r;
    pf_frame f;
    rp_slice whole;

    (void)state;
    pf_frame_put(&out, PF_FRAME_DATA, 0, 1, rp_slice_of(big, sizeof(big)));
    pf_frame_put_rst(&out, 3, PF_H2_CANCEL);
    pf_frame_reader_init(&r, false, 10);
    pf_frame_reader_feed(&r, rp_buf_slice(&out));
    assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_FRAME);
    assert_int_equal(f.length, 1000);
    assert_int_equal(f.payload.len, 10);
    assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_FRAME);
    assert_int_equal(f.type, PF_FRAME_RST_STREAM);
    assert_int_equal(pf_frame_u32(f.payload, 0), PF_H2_CANCEL);
    assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_NONE);
    pf_frame_reader_clear(&r);
    rp_buf_clear(&out);
}

static void a_lying_length_is_written_as_told(void **state)
{
    pf_frame f = pf_frame_of(PF_FRAME_PING, 0, 0, rp_slice_str("1234"));
    rp_buf out = RP_BUF_INIT;

    (void)state;
    f.length = 0x123456;
    pf_frame_write(&out, &f);
    assert_int_equal(out.len, 9 + 4);
    assert_int_equal(out.data[0], 0x12);
    assert_int_equal(out.data[1], 0x34);
    assert_int_equal(out.data[2], 0x56);
    rp_buf_clear(&out);
}

static void the_preface_is_told_from_anything_else(void **state)
{
    static const struct {
        const char *text;
        pf_read_kind want;
    } rows[] = {
        {PF_PREFACE, PF_READ_PREFACE},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", PF_READ_RAW},
        {"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n", PF_READ_RAW},
        {"PRI * HTTP/2.0\r\n", PF_READ_NONE},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        pf_frame_reader r;
        pf_frame f;
        rp_slice whole;

        pf_frame_reader_init(&r, true, 100);
        assert_int_equal(
            read_one(&r, rp_slice_str(rows[i].text), 3, &f, &whole),
            rows[i].want);
        pf_frame_reader_clear(&r);
    }
}

static void an_answer_in_http1_or_tls_is_raw(void **state)
{
    static const struct {
        const char *octets;
        size_t len;
    } rows[] = {
        {"HTTP/1.1 400 Bad Request\r\n", 26},
        {"\x15\x03\x01\x00\x02\x02\x46\x00\x00\x00", 10},
    };

    (void)state;
    for (size_t i = 0; i < RP_COUNT(rows); i++) {
        pf_frame_reader r;
        pf_frame f;
        rp_slice whole;

        pf_frame_reader_init(&r, false, 100);
        pf_frame_reader_feed(&r, rp_slice_of(rows[i].octets, rows[i].len));
        assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_RAW);
        assert_int_equal(whole.len, 9);
        assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_RAW);
        assert_int_equal(whole.len, rows[i].len - 9);
        assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_NONE);
        pf_frame_reader_clear(&r);
    }
}

static void the_rest_is_the_unfinished_frame(void **state)
{
    pf_frame_reader r;
    pf_frame f;
    rp_slice whole;

    (void)state;
    pf_frame_reader_init(&r, false, 100);
    pf_frame_reader_feed(&r, rp_slice_of("\0\0\4\0", 4));
    assert_int_equal(pf_frame_reader_next(&r, &f, &whole), PF_READ_NONE);
    assert_int_equal(pf_frame_reader_rest(&r).len, 4);
    pf_frame_reader_clear(&r);
}

static void content_is_what_lies_between_padding_and_priority(void **state)
{
    pf_priority priority = {.depends_on = 3, .weight = 15};
    pf_headers_opts opts = {.padded = true,
                            .padding = 7,
                            .priority = &priority,
                            .end_stream = true};
    rp_buf out = RP_BUF_INIT;
    pf_frame f;
    rp_slice content;

    (void)state;
    pf_frame_put_headers(&out, 5, rp_slice_str("block"), &opts);
    assert_true(pf_frame_read_head(rp_buf_slice(&out), &f));
    f.payload = rp_slice_sub(rp_buf_slice(&out), 9, f.length);
    assert_int_equal(f.length, 1 + 5 + 5 + 7);
    assert_int_equal(f.flags, PF_FLAG_END_STREAM | PF_FLAG_END_HEADERS |
                                  PF_FLAG_PADDED | PF_FLAG_PRIORITY);
    assert_int_equal(pf_frame_content(&f, &content, NULL), RP_OK);
    assert_true(rp_slice_equal_str(content, "block"));
    assert_int_equal(pf_frame_padding(&f), 7);
    rp_buf_clear(&out);
}

static void padding_longer_than_its_frame_is_an_error(void **state)
{
    pf_frame f =
        pf_frame_of(PF_FRAME_DATA, PF_FLAG_PADDED, 1, rp_slice_of("\x03xy", 3));
    rp_slice content;
    rp_err err = RP_ERR_INIT;

    (void)state;
    assert_int_equal(pf_frame_content(&f, &content, &err), RP_EPROTO);
    assert_string_equal(err.text, "3 octets of padding in a frame of 3 octets");
    f.payload.len = 0;
    assert_int_equal(pf_frame_content(&f, &content, NULL), RP_EPROTO);
}

static void a_header_block_is_cut_where_asked(void **state)
{
    static const size_t cuts[] = {2, 2, 5};
    static const size_t lengths[] = {2, 0, 3, 4, 1};
    pf_headers_opts opts = {.cuts = cuts, .cut_count = 3, .max_frame = 4};
    rp_buf out = RP_BUF_INIT;
    size_t at = 0;

    (void)state;
    pf_frame_put_headers(&out, 1, rp_slice_str("0123456789"), &opts);
    for (size_t i = 0; i < RP_COUNT(lengths); i++) {
        bool last = i + 1 == RP_COUNT(lengths);
        pf_frame f;

        assert_true(pf_frame_read_head(
            rp_slice_sub(rp_buf_slice(&out), at, out.len), &f));
        assert_int_equal(f.length, lengths[i]);
        assert_int_equal(f.type,
                         i == 0 ? PF_FRAME_HEADERS : PF_FRAME_CONTINUATION);
        assert_int_equal(f.flags, last ? PF_FLAG_END_HEADERS : 0);
        at += 9 + f.length;
    }
    assert_int_equal(at, out.len);
    rp_buf_clear(&out);
}

static void data_is_divided_by_the_frame_size(void **state)
{
    rp_buf out = RP_BUF_INIT;
    pf_frame f;

    (void)state;
    pf_frame_put_data(&out, 1, rp_slice_str("abcdef"), true, 3);
    assert_int_equal(out.len, 2 * (9 + 3));
    assert_true(pf_frame_read_head(rp_buf_slice(&out), &f));
    assert_int_equal(f.flags, 0);
    assert_true(
        pf_frame_read_head(rp_slice_sub(rp_buf_slice(&out), 12, 12), &f));
    assert_int_equal(f.flags, PF_FLAG_END_STREAM);
    rp_buf_reset(&out);
    pf_frame_put_data(&out, 1, rp_slice_of(NULL, 0), true, 0);
    assert_int_equal(out.len, 9);
    rp_buf_clear(&out);
}

static void names_and_numbers_go_both_ways(void **state)
{
    uint8_t type;
    uint8_t flag;
    uint16_t setting;
    uint32_t code;
    rp_buf text = RP_BUF_INIT;

    (void)state;
    assert_true(pf_frame_type_find("GOAWAY", &type));
    assert_string_equal(pf_frame_type_name(type), "GOAWAY");
    assert_true(pf_h2_error_find("ENHANCE_YOUR_CALM", &code));
    assert_int_equal(code, 11);
    assert_true(pf_setting_find("MAX_FRAME_SIZE", &setting));
    assert_string_equal(pf_setting_name(setting), "MAX_FRAME_SIZE");
    assert_true(pf_frame_flag_find("PADDED", &flag));
    assert_string_equal(pf_frame_flag_name(PF_FRAME_DATA, flag), "PADDED");
    assert_null(pf_frame_flag_name(PF_FRAME_PING, PF_FLAG_PADDED));
    assert_int_equal(pf_frame_flags_defined(PF_FRAME_PING), PF_FLAG_ACK);
    assert_int_equal(pf_frame_flags_defined(0xbe), 0xff);
    assert_false(pf_h2_error_find("NONSENSE", &code));
    pf_h2_error_show(0x99, &text);
    pf_frame_type_show(0, &text);
    assert_string_equal(rp_buf_str(&text), "0x99DATA");
    rp_buf_clear(&text);
}

RP_TEST_MAIN(
    cmocka_unit_test(a_frame_comes_back_as_it_was_written),
    cmocka_unit_test(a_frame_beyond_the_limit_is_cut_and_the_next_one_found),
    cmocka_unit_test(a_lying_length_is_written_as_told),
    cmocka_unit_test(the_preface_is_told_from_anything_else),
    cmocka_unit_test(an_answer_in_http1_or_tls_is_raw),
    cmocka_unit_test(the_rest_is_the_unfinished_frame),
    cmocka_unit_test(content_is_what_lies_between_padding_and_priority),
    cmocka_unit_test(padding_longer_than_its_frame_is_an_error),
    cmocka_unit_test(a_header_block_is_cut_where_asked),
    cmocka_unit_test(data_is_divided_by_the_frame_size),
    cmocka_unit_test(names_and_numbers_go_both_ways))
