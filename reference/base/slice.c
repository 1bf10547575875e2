#include <rpcref/slice.h>

#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

rp_slice rp_slice_str(const char *text)
{
    return rp_slice_of(text, text != NULL ? strlen(text) : 0);
}

rp_slice rp_slice_of(const void *data, size_t len)
{
    rp_slice s = {data, len};

    return s;
}

rp_slice rp_slice_sub(rp_slice s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return rp_slice_of(s.data != NULL ? s.data + from : NULL, len);
}

bool rp_slice_equal(rp_slice a, rp_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool rp_slice_equal_str(rp_slice a, const char *text)
{
    return rp_slice_equal(a, rp_slice_str(text));
}

bool rp_slice_equal_nocase(rp_slice a, rp_slice b)
{
    return a.len == b.len &&
           (a.len == 0 || strncasecmp((const char *)a.data,
                                      (const char *)b.data, a.len) == 0);
}

bool rp_slice_starts_with(rp_slice s, const char *prefix)
{
    return rp_slice_equal_str(rp_slice_sub(s, 0, strlen(prefix)), prefix);
}

bool rp_slice_ends_with(rp_slice s, const char *suffix)
{
    size_t len = strlen(suffix);

    return s.len >= len &&
           rp_slice_equal_str(rp_slice_sub(s, s.len - len, len), suffix);
}

char *rp_slice_dup_str(rp_slice s)
{
    char *text = rp_mem_alloc(s.len + 1);

    if (s.len > 0)
        memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    return text;
}

void rp_buf_clear(rp_buf *b)
{
    rp_mem_free(b->data);
    *b = (rp_buf)RP_BUF_INIT;
}

void rp_buf_reset(rp_buf *b)
{
    b->len = 0;
}

uint8_t *rp_buf_reserve(rp_buf *b, size_t more)
{
    size_t want = b->len + more;

    if (want > b->cap || b->data == NULL) { /* never NULL, also for none */
        size_t cap = b->cap > 0 ? 2 * b->cap : 64;

        b->cap = cap > want ? cap : want;
        b->data = rp_mem_resize(b->data, b->cap);
    }
    return b->data + b->len;
}

void rp_buf_commit(rp_buf *b, size_t added)
{
    b->len += added;
}

void rp_buf_append(rp_buf *b, rp_slice s)
{
    if (s.len == 0)
        return;
    memcpy(rp_buf_reserve(b, s.len), s.data, s.len);
    b->len += s.len;
}

void rp_buf_append_str(rp_buf *b, const char *text)
{
    rp_buf_append(b, rp_slice_str(text));
}

void rp_buf_append_byte(rp_buf *b, uint8_t octet)
{
    *rp_buf_reserve(b, 1) = octet;
    b->len++;
}

void rp_buf_printf(rp_buf *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    rp_buf_vprintf(b, fmt, args);
    va_end(args);
}

void rp_buf_vprintf(rp_buf *b, const char *fmt, va_list args)
{
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len > 0) {
        vsnprintf((char *)rp_buf_reserve(b, (size_t)len + 1), (size_t)len + 1,
                  fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void rp_buf_consume(rp_buf *b, size_t count)
{
    if (count >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->data, b->data + count, b->len - count);
    b->len -= count;
}

rp_slice rp_buf_slice(const rp_buf *b)
{
    return rp_slice_of(b->data, b->len);
}

const char *rp_buf_str(rp_buf *b)
{
    *rp_buf_reserve(b, 1) = '\0';
    return (const char *)b->data;
}

char *rp_buf_take_str(rp_buf *b)
{
    char *text;

    *rp_buf_reserve(b, 1) = '\0';
    text = (char *)b->data;
    *b = (rp_buf)RP_BUF_INIT;
    return text;
}
