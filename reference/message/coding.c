#include "reference/message/coding.h"

#include <stddef.h>

const rp_coding *rp_coding_find(rp_slice name)
{
    for (const rp_coding *const *c = rp_coding_registry; *c != NULL; c++) {
        if (rp_slice_equal_str(name, (*c)->name))
            return *c;
    }
    return NULL;
}

const rp_coding *rp_coding_get(rp_compression id)
{
    for (const rp_coding *const *c = rp_coding_registry; *c != NULL; c++) {
        if ((*c)->id == id)
            return *c;
    }
    return NULL;
}

const char *rp_coding_accept_list(void)
{
    return "identity,deflate,gzip";
}

const char *rp_compression_name(rp_compression coding)
{
    const rp_coding *c = rp_coding_get(coding);

    return c != NULL ? c->name : NULL;
}

bool rp_compression_parse(rp_slice name, rp_compression *out)
{
    const rp_coding *c = rp_coding_find(name);

    if (c != NULL)
        *out = c->id;
    return c != NULL;
}
