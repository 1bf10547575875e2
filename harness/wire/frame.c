#include "harness/wire/frame.h"

#include <rpcref/mem.h>
#include <string.h>

/* --- names ---------------------------------------------------------------- */

typedef struct named {
    uint32_t number;
    const char *name;
} named;

#define NAMED(name, number) {number, #name},
static const named types[] = {PF_FRAME_TYPE_MAP(NAMED)};
static const named errors[] = {PF_H2_ERROR_MAP(NAMED)};
static const named settings[] = {PF_SETTING_MAP(NAMED)};
#undef NAMED

static const char *name_of(const named *table, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].number == number)
            return table[i].name;
    return NULL;
}

static bool number_of(const named *table, size_t count, const char *name,
                      uint32_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        *out = table[i].number;
        return true;
    }
    return false;
}

const char *pf_frame_type_name(uint8_t type)
{
    return name_of(types, RP_COUNT(types), type);
}

const char *pf_h2_error_name(uint32_t code)
{
    return name_of(errors, RP_COUNT(errors), code);
}

const char *pf_setting_name(uint16_t id)
{
    return name_of(settings, RP_COUNT(settings), id);
}

bool pf_frame_type_find(const char *name, uint8_t *out)
{
    uint32_t number;

    if (!number_of(types, RP_COUNT(types), name, &number))
        return false;
    *out = (uint8_t)number;
    return true;
}

bool pf_h2_error_find(const char *name, uint32_t *out)
{
    return number_of(errors, RP_COUNT(errors), name, out);
}

bool pf_setting_find(const char *name, uint16_t *out)
{
    uint32_t number;

    if (!number_of(settings, RP_COUNT(settings), name, &number))
        return false;
    *out = (uint16_t)number;
    return true;
}

typedef struct flag_name {
    uint8_t type;
    uint8_t bit;
    const char *name;
} flag_name;

static const flag_name flag_names[] = {
    {PF_FRAME_DATA, PF_FLAG_END_STREAM, "END_STREAM"},
    {PF_FRAME_DATA, PF_FLAG_PADDED, "PADDED"},
    {PF_FRAME_HEADERS, PF_FLAG_END_STREAM, "END_STREAM"},
    {PF_FRAME_HEADERS, PF_FLAG_END_HEADERS, "END_HEADERS"},
    {PF_FRAME_HEADERS, PF_FLAG_PADDED, "PADDED"},
    {PF_FRAME_HEADERS, PF_FLAG_PRIORITY, "PRIORITY"},
    {PF_FRAME_SETTINGS, PF_FLAG_ACK, "ACK"},
    {PF_FRAME_PUSH_PROMISE, PF_FLAG_END_HEADERS, "END_HEADERS"},
    {PF_FRAME_PUSH_PROMISE, PF_FLAG_PADDED, "PADDED"},
    {PF_FRAME_PING, PF_FLAG_ACK, "ACK"},
    {PF_FRAME_CONTINUATION, PF_FLAG_END_HEADERS, "END_HEADERS"},
};

const char *pf_frame_flag_name(uint8_t type, uint8_t bit)
{
    for (size_t i = 0; i < RP_COUNT(flag_names); i++)
        if (flag_names[i].type == type && flag_names[i].bit == bit)
            return flag_names[i].name;
    return NULL;
}

bool pf_frame_flag_find(const char *name, uint8_t *out)
{
    for (size_t i = 0; i < RP_COUNT(flag_names); i++) {
        if (strcmp(flag_names[i].name, name) != 0)
            continue;
        *out = flag_names[i].bit;
        return true;
    }
    return false;
}

uint8_t pf_frame_flags_defined(uint8_t type)
{
    uint8_t defined = 0;

    if (pf_frame_type_name(type) == NULL)
        return 0xff;
    for (size_t i = 0; i < RP_COUNT(flag_names); i++)
        if (flag_names[i].type == type)
            defined |= flag_names[i].bit;
    return defined;
}

static void show(const char *name, uint32_t number, rp_buf *out)
{
    if (name != NULL)
        rp_buf_append_str(out, name);
    else
        rp_buf_printf(out, "0x%02x", number);
}

void pf_h2_error_show(uint32_t code, rp_buf *out)
{
    show(pf_h2_error_name(code), code, out);
}

void pf_frame_type_show(uint8_t type, rp_buf *out)
{
    show(pf_frame_type_name(type), type, out);
}

/* --- writing -------------------------------------------------------------- */

static void put_u16(rp_buf *out, uint32_t v)
{
    rp_buf_append_byte(out, (uint8_t)(v >> 8));
    rp_buf_append_byte(out, (uint8_t)v);
}

static void put_u32(rp_buf *out, uint32_t v)
{
    put_u16(out, v >> 16);
    put_u16(out, v);
}

pf_frame pf_frame_of(uint8_t type, uint8_t flags, uint32_t stream,
                     rp_slice payload)
{
    pf_frame f = {.length = (uint32_t)payload.len,
                  .type = type,
                  .flags = flags,
                  .stream = stream,
                  .payload = payload};

    return f;
}

void pf_frame_write(rp_buf *out, const pf_frame *f)
{
    rp_buf_append_byte(out, (uint8_t)(f->length >> 16));
    put_u16(out, f->length);
    rp_buf_append_byte(out, f->type);
    rp_buf_append_byte(out, f->flags);
    put_u32(out, (f->stream & 0x7fffffff) | (f->reserved ? 0x80000000 : 0));
    rp_buf_append(out, f->payload);
}

void pf_frame_put(rp_buf *out, uint8_t type, uint8_t flags, uint32_t stream,
                  rp_slice payload)
{
    pf_frame f = pf_frame_of(type, flags, stream, payload);

    pf_frame_write(out, &f);
}

void pf_frame_put_settings(rp_buf *out, const pf_setting *s, size_t count)
{
    rp_buf payload = RP_BUF_INIT;

    for (size_t i = 0; i < count; i++) {
        put_u16(&payload, s[i].id);
        put_u32(&payload, s[i].value);
    }
    pf_frame_put(out, PF_FRAME_SETTINGS, 0, 0, rp_buf_slice(&payload));
    rp_buf_clear(&payload);
}

void pf_frame_put_settings_ack(rp_buf *out)
{
    pf_frame_put(out, PF_FRAME_SETTINGS, PF_FLAG_ACK, 0, rp_slice_of(NULL, 0));
}

void pf_frame_put_ping(rp_buf *out, bool ack, const uint8_t data[8])
{
    pf_frame_put(out, PF_FRAME_PING, ack ? PF_FLAG_ACK : 0, 0,
                 rp_slice_of(data, 8));
}

static void put_number_frame(rp_buf *out, uint8_t type, uint32_t stream,
                             uint32_t number)
{
    pf_frame head = {.length = 4, .type = type, .stream = stream};

    pf_frame_write(out, &head);
    put_u32(out, number);
}

void pf_frame_put_rst(rp_buf *out, uint32_t stream, uint32_t code)
{
    put_number_frame(out, PF_FRAME_RST_STREAM, stream, code);
}

void pf_frame_put_window_update(rp_buf *out, uint32_t stream, uint32_t by)
{
    put_number_frame(out, PF_FRAME_WINDOW_UPDATE, stream, by);
}

void pf_frame_put_goaway(rp_buf *out, uint32_t last, uint32_t code,
                         rp_slice debug)
{
    pf_frame head = {.length = (uint32_t)(8 + debug.len),
                     .type = PF_FRAME_GOAWAY};

    pf_frame_write(out, &head);
    put_u32(out, last);
    put_u32(out, code);
    rp_buf_append(out, debug);
}

static void put_priority(rp_buf *out, pf_priority p)
{
    put_u32(out, (p.depends_on & 0x7fffffff) | (p.exclusive ? 0x80000000 : 0));
    rp_buf_append_byte(out, p.weight);
}

void pf_frame_put_priority(rp_buf *out, uint32_t stream, pf_priority p)
{
    pf_frame head = {.length = 5, .type = PF_FRAME_PRIORITY, .stream = stream};

    pf_frame_write(out, &head);
    put_priority(out, p);
}

static void put_fill(rp_buf *out, size_t count, uint8_t fill)
{
    memset(rp_buf_reserve(out, count), fill, count);
    rp_buf_commit(out, count);
}

void pf_frame_pad(rp_buf *out, rp_slice content, uint8_t padding, uint8_t fill)
{
    rp_buf_append_byte(out, padding);
    rp_buf_append(out, content);
    put_fill(out, padding, fill);
}

/* Where the piece of the block that begins at `from` ends. */
static size_t piece_end(const pf_headers_opts *o, size_t *cut, size_t from,
                        size_t len, size_t room)
{
    size_t end = len;

    if (*cut < o->cut_count && o->cuts[*cut] <= len) {
        end = o->cuts[*cut];
        if (end < from)
            end = from;
    }
    if (end - from > room)
        return from + room;
    if (end != len || *cut < o->cut_count)
        (*cut)++;
    return end;
}

static void put_first_headers(rp_buf *out, uint32_t stream, rp_slice piece,
                              const pf_headers_opts *o, uint8_t flags)
{
    rp_buf payload = RP_BUF_INIT;
    uint8_t type = o->push_promise ? PF_FRAME_PUSH_PROMISE : PF_FRAME_HEADERS;

    if (o->padded)
        rp_buf_append_byte(&payload, o->padding);
    if (o->priority != NULL)
        put_priority(&payload, *o->priority);
    if (o->push_promise)
        put_u32(&payload, o->promised);
    rp_buf_append(&payload, piece);
    if (o->padded)
        put_fill(&payload, o->padding, 0);
    flags |= o->extra_flags;
    flags |= o->end_stream ? PF_FLAG_END_STREAM : 0;
    flags |= o->padded ? PF_FLAG_PADDED : 0;
    flags |= o->priority != NULL ? PF_FLAG_PRIORITY : 0;
    pf_frame_put(out, type, flags, stream, rp_buf_slice(&payload));
    rp_buf_clear(&payload);
}

void pf_frame_put_headers(rp_buf *out, uint32_t stream, rp_slice block,
                          const pf_headers_opts *opts)
{
    static const pf_headers_opts none = {0};
    const pf_headers_opts *o = opts != NULL ? opts : &none;
    size_t most = o->max_frame != 0 ? o->max_frame : PF_FRAME_SIZE_DEFAULT;
    size_t extra = (o->padded ? 1u + o->padding : 0) +
                   (o->priority != NULL ? 5u : 0) + (o->push_promise ? 4u : 0);
    size_t at = 0;
    size_t cut = 0;
    bool first = true;
    bool last = false;

    while (!last) {
        size_t room = !first ? most : most > extra ? most - extra : 1;
        size_t end = piece_end(o, &cut, at, block.len, room);
        rp_slice piece = rp_slice_sub(block, at, end - at);

        last = end == block.len && cut >= o->cut_count;
        uint8_t flags = last && !o->open ? PF_FLAG_END_HEADERS : 0;
        if (first)
            put_first_headers(out, stream, piece, o, flags);
        else
            pf_frame_put(out, PF_FRAME_CONTINUATION, flags, stream, piece);
        first = false;
        at = end;
    }
}

void pf_frame_put_data(rp_buf *out, uint32_t stream, rp_slice octets,
                       bool end_stream, size_t max_frame)
{
    size_t most = max_frame != 0 ? max_frame : PF_FRAME_SIZE_DEFAULT;
    size_t at = 0;

    do {
        rp_slice piece = rp_slice_sub(octets, at, most);

        at += piece.len;
        pf_frame_put(out, PF_FRAME_DATA,
                     end_stream && at == octets.len ? PF_FLAG_END_STREAM : 0,
                     stream, piece);
    } while (at < octets.len);
}

/* --- reading -------------------------------------------------------------- */

uint16_t pf_frame_u16(rp_slice s, size_t at)
{
    if (s.len < at + 2)
        return 0;
    return (uint16_t)(s.data[at] << 8 | s.data[at + 1]);
}

uint32_t pf_frame_u32(rp_slice s, size_t at)
{
    if (s.len < at + 4)
        return 0;
    return (uint32_t)pf_frame_u16(s, at) << 16 | pf_frame_u16(s, at + 2);
}

static bool may_be_padded(uint8_t type)
{
    return type == PF_FRAME_DATA || type == PF_FRAME_HEADERS ||
           type == PF_FRAME_PUSH_PROMISE;
}

size_t pf_frame_padding(const pf_frame *f)
{
    if (!may_be_padded(f->type) || (f->flags & PF_FLAG_PADDED) == 0 ||
        f->payload.len == 0)
        return 0;
    return f->payload.data[0];
}

rp_code pf_frame_content(const pf_frame *f, rp_slice *out, rp_err *err)
{
    bool padded = may_be_padded(f->type) && (f->flags & PF_FLAG_PADDED) != 0;
    size_t padding = pf_frame_padding(f);
    size_t head = padded ? 1 : 0;
    size_t len = f->payload.len;

    *out = rp_slice_of(NULL, 0);
    if (f->type == PF_FRAME_HEADERS && (f->flags & PF_FLAG_PRIORITY) != 0)
        head += 5;
    if (f->type == PF_FRAME_PUSH_PROMISE)
        head += 4;
    if (len < head)
        return rp_fail(err, RP_EPROTO,
                       "%zu octets cannot hold the %zu octets of fields that "
                       "its flags announce",
                       len, head);
    if (len - head < padding)
        return rp_fail(err, RP_EPROTO,
                       "%zu octets of padding in a frame of %zu octets",
                       padding, len);
    *out = rp_slice_sub(f->payload, head, len - head - padding);
    return RP_OK;
}

bool pf_frame_read_head(rp_slice s, pf_frame *out)
{
    uint32_t id;

    if (s.len < PF_FRAME_HEAD)
        return false;
    id = pf_frame_u32(s, 5);
    *out = (pf_frame){.length = pf_frame_u32(s, 0) >> 8,
                      .type = s.data[3],
                      .flags = s.data[4],
                      .reserved = (id & 0x80000000) != 0,
                      .stream = id & 0x7fffffff};
    return true;
}

void pf_frame_reader_init(pf_frame_reader *r, bool from_client, size_t keep_max)
{
    *r = (pf_frame_reader){.keep_max = keep_max, .wants_preface = from_client};
}

void pf_frame_reader_clear(pf_frame_reader *r)
{
    rp_buf_clear(&r->held);
    *r = (pf_frame_reader){0};
}

void pf_frame_reader_feed(pf_frame_reader *r, rp_slice octets)
{
    r->fed = octets;
}

/* Moves octets into `held` until it has `want`; false when they ran out. */
static bool hold(pf_frame_reader *r, size_t want)
{
    rp_slice piece;

    if (r->held.len >= want)
        return true;
    piece = rp_slice_sub(r->fed, 0, want - r->held.len);
    rp_buf_append(&r->held, piece);
    r->fed = rp_slice_sub(r->fed, piece.len, r->fed.len);
    return r->held.len >= want;
}

/* Everything that is here, as raw octets. */
static pf_read_kind read_raw(pf_frame_reader *r, rp_slice *octets)
{
    r->raw = true;
    if (r->held.len > 0) {
        *octets = rp_buf_slice(&r->held);
        r->given = r->held.len;
        return PF_READ_RAW;
    }
    if (r->fed.len == 0)
        return PF_READ_NONE;
    *octets = r->fed;
    r->fed = rp_slice_of(NULL, 0);
    return PF_READ_RAW;
}

static pf_read_kind read_preface(pf_frame_reader *r, rp_slice *octets)
{
    bool whole = hold(r, PF_PREFACE_LEN);

    if (memcmp(r->held.data != NULL ? r->held.data : (const uint8_t *)"",
               PF_PREFACE, r->held.len) != 0)
        return read_raw(r, octets);
    if (!whole)
        return PF_READ_NONE;
    r->wants_preface = false;
    r->begun = true;
    *octets = rp_buf_slice(&r->held);
    r->given = r->held.len;
    return PF_READ_PREFACE;
}

/* An answer in HTTP/1 ("HTT" as a length, '/' as flags) or a TLS alert or
 * handshake record is no frame. */
static bool looks_foreign(rp_slice head)
{
    static const uint8_t alert[] = {0x15, 0x03};
    static const uint8_t handshake[] = {0x16, 0x03};

    return rp_slice_starts_with(head, "HTTP/1.") ||
           memcmp(head.data, alert, 2) == 0 ||
           memcmp(head.data, handshake, 2) == 0;
}

pf_read_kind pf_frame_reader_next(pf_frame_reader *r, pf_frame *frame,
                                  rp_slice *octets)
{
    size_t keep;
    uint64_t skipped;

    rp_buf_consume(&r->held, r->given);
    r->given = 0;
    skipped = r->skip < r->fed.len ? r->skip : r->fed.len;
    r->skip -= skipped;
    r->fed = rp_slice_sub(r->fed, (size_t)skipped, r->fed.len);
    if (r->raw)
        return read_raw(r, octets);
    if (r->wants_preface)
        return read_preface(r, octets);
    if (!hold(r, PF_FRAME_HEAD))
        return PF_READ_NONE;
    if (!r->begun && looks_foreign(rp_buf_slice(&r->held)))
        return read_raw(r, octets);
    r->begun = true;
    pf_frame_read_head(rp_buf_slice(&r->held), frame);
    keep = frame->length < r->keep_max ? frame->length : r->keep_max;
    if (!hold(r, PF_FRAME_HEAD + keep))
        return PF_READ_NONE;
    *octets = rp_buf_slice(&r->held);
    frame->payload = rp_slice_sub(*octets, PF_FRAME_HEAD, keep);
    r->given = octets->len;
    r->skip = frame->length - keep;
    return PF_READ_FRAME;
}

rp_slice pf_frame_reader_rest(const pf_frame_reader *r)
{
    rp_slice all = rp_buf_slice(&r->held);

    return rp_slice_sub(all, r->given, all.len);
}
