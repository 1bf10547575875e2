/* slice.h - borrowed octets and owned octets.
 *
 * An rp_slice always borrows; an rp_buf always owns. Memory runs out through
 * rp_mem_hook (mem.h), so nothing here fails; sizes that a peer chooses are
 * checked by the caller before they get here.
 *
 * Threads: a buffer belongs to one thread at a time. */
#ifndef RPCREF_SLICE_H
#define RPCREF_SLICE_H

#include <rpcref/error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed view. `data` may be NULL only when `len` is 0. */
typedef struct rp_slice {
    const uint8_t *data;
    size_t len;
} rp_slice;

/* An owned, growable run of octets. Embedded: RP_BUF_INIT, rp_buf_clear(). */
typedef struct rp_buf {
    uint8_t *data;
    size_t len;
    size_t cap;
} rp_buf;

#define RP_BUF_INIT                                                            \
    {                                                                          \
        NULL, 0, 0                                                             \
    }

/* Views of a NUL-terminated string (without the NUL) and of raw memory. */
rp_slice rp_slice_str(const char *text);
rp_slice rp_slice_of(const void *data, size_t len);

/* Part of a slice from `from`, at most `len` octets; clipped to what is
 * there. */
rp_slice rp_slice_sub(rp_slice s, size_t from, size_t len);

bool rp_slice_equal(rp_slice a, rp_slice b);
bool rp_slice_equal_str(rp_slice a, const char *text);
/* ASCII case-insensitive. */
bool rp_slice_equal_nocase(rp_slice a, rp_slice b);
bool rp_slice_starts_with(rp_slice s, const char *prefix);
bool rp_slice_ends_with(rp_slice s, const char *suffix);

/* A NUL-terminated copy; the caller frees it with rp_mem_free(). */
char *rp_slice_dup_str(rp_slice s);

/* Frees the contents and leaves an empty buffer, ready for use. */
void rp_buf_clear(rp_buf *b);

/* Forgets the contents, keeps the memory. */
void rp_buf_reset(rp_buf *b);

/* Makes room for `more` octets behind the present ones and returns where they
 * begin; `len` is unchanged until rp_buf_commit(). */
uint8_t *rp_buf_reserve(rp_buf *b, size_t more);
void rp_buf_commit(rp_buf *b, size_t added);

void rp_buf_append(rp_buf *b, rp_slice s);
void rp_buf_append_str(rp_buf *b, const char *text);
void rp_buf_append_byte(rp_buf *b, uint8_t octet);
void rp_buf_printf(rp_buf *b, const char *fmt, ...) RP_PRINTF(2, 3);
void rp_buf_vprintf(rp_buf *b, const char *fmt, va_list args) RP_PRINTF(2, 0);

/* Removes the first `count` octets (at most all). */
void rp_buf_consume(rp_buf *b, size_t count);

/* A view that holds until the buffer changes. */
rp_slice rp_buf_slice(const rp_buf *b);

/* Puts a NUL behind the contents (not counted in `len`) and returns them as a
 * string, valid until the buffer changes. */
const char *rp_buf_str(rp_buf *b);

/* Hands the octets over as a NUL-terminated string, empties the buffer. The
 * caller frees it with rp_mem_free(). */
char *rp_buf_take_str(rp_buf *b);

#endif
