#include <rpcref/mem.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rp_mem_hook_fn mem_hook; /* set once, before threads */

rp_mem_hook_fn rp_mem_set_hook(rp_mem_hook_fn hook)
{
    rp_mem_hook_fn former = mem_hook;

    mem_hook = hook;
    return former;
}

static void *check(void *block, size_t wanted)
{
    if (block != NULL)
        return block;
    if (mem_hook != NULL)
        mem_hook(wanted);
    fprintf(stderr, "out of memory: %zu octets\n", wanted);
    abort();
}

void *rp_mem_alloc(size_t size)
{
    return check(malloc(size > 0 ? size : 1), size);
}

void *rp_mem_new(size_t size)
{
    return check(calloc(1, size > 0 ? size : 1), size);
}

void *rp_mem_resize(void *block, size_t size)
{
    return check(realloc(block, size > 0 ? size : 1), size);
}

void rp_mem_free(void *block)
{
    free(block);
}

char *rp_mem_dup_str(const char *text)
{
    return text != NULL ? rp_mem_dup(text, strlen(text) + 1) : NULL;
}

void *rp_mem_dup(const void *data, size_t len)
{
    void *copy = rp_mem_alloc(len);

    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

char *rp_mem_printf(const char *fmt, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    text = rp_mem_alloc((size_t)len + 1);
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}

void *rp_mem_grow(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap)
        return array;
    *cap = *cap > 0 ? 2 * *cap : 8;
    if (*cap <= count)
        *cap = count + 1;
    return rp_mem_resize(array, *cap * size);
}
