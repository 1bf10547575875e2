/* mem.h - the one way memory is got, and what happens when there is none.
 *
 * Out of memory never returns: the hook is called and then abort(). Sizes a
 * peer can choose are held to a stated limit before they come here.
 *
 * Threads: any thread; set the hook before the first thread is started. */
#ifndef RPCREF_MEM_H
#define RPCREF_MEM_H

#include <stddef.h>

/* Called with the size that could not be had; may exit or longjmp away. When
 * it returns, the process aborts. */
typedef void (*rp_mem_hook_fn)(size_t wanted);

/* Sets the hook (NULL: only abort) and returns the former one. */
rp_mem_hook_fn rp_mem_set_hook(rp_mem_hook_fn hook);

/* Never return NULL, also for size 0. rp_mem_new zeroes. */
void *rp_mem_alloc(size_t size);
void *rp_mem_new(size_t size);
void *rp_mem_resize(void *block, size_t size);
/* NULL is allowed. */
void rp_mem_free(void *block);

/* Copies; rp_mem_dup_str(NULL) is NULL. */
char *rp_mem_dup_str(const char *text);
void *rp_mem_dup(const void *data, size_t len);
/* A formatted string, freed with rp_mem_free(). */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
char *
rp_mem_printf(const char *fmt, ...);

/* A zeroed object of a type; an array grown to hold one more. */
#define RP_NEW(type) ((type *)rp_mem_new(sizeof(type)))
#define RP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Makes room for element number `count` in an array of `cap` elements of
 * `size` octets, doubling; returns the array, *cap updated. */
void *rp_mem_grow(void *array, size_t count, size_t *cap, size_t size);

#endif
