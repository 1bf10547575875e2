#include "harness/wire/fields.h"

#include <rpcref/mem.h>

/* Where a field's text is: the name, then the value right behind it. */
struct pf_fields_place {
    size_t at;
    size_t name_len, value_len;
    bool sensitive;
};

void pf_fields_clear(pf_fields *f)
{
    rp_mem_free(f->places);
    rp_buf_clear(&f->text);
    *f = (pf_fields)PF_FIELDS_INIT;
}

void pf_fields_reset(pf_fields *f)
{
    f->count = 0;
    f->cut = false;
    rp_buf_reset(&f->text);
}

void pf_fields_copy(pf_fields *to, const pf_fields *from)
{
    pf_fields_reset(to);
    for (size_t i = 0; i < from->count; i++)
        pf_fields_add(to, pf_fields_at(from, i));
    to->cut = from->cut;
}

void pf_fields_add(pf_fields *f, pf_field field)
{
    struct pf_fields_place place = {.at = f->text.len,
                                    .name_len = field.name.len,
                                    .value_len = field.value.len,
                                    .sensitive = field.sensitive};

    f->places = rp_mem_grow(f->places, f->count, &f->cap, sizeof(*f->places));
    rp_buf_append(&f->text, field.name);
    rp_buf_append(&f->text, field.value);
    f->places[f->count++] = place;
}

void pf_fields_add_str(pf_fields *f, const char *name, const char *value)
{
    pf_field field = {rp_slice_str(name), rp_slice_str(value), false};

    pf_fields_add(f, field);
}

pf_field pf_fields_at(const pf_fields *f, size_t i)
{
    const struct pf_fields_place *p = &f->places[i];
    rp_slice text = rp_buf_slice(&f->text);
    pf_field field = {rp_slice_sub(text, p->at, p->name_len),
                      rp_slice_sub(text, p->at + p->name_len, p->value_len),
                      p->sensitive};

    return field;
}

size_t pf_fields_count(const pf_fields *f, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < f->count; i++)
        if (rp_slice_equal_str(pf_fields_at(f, i).name, name))
            n++;
    return n;
}

bool pf_fields_get(const pf_fields *f, const char *name, rp_slice *value)
{
    for (size_t i = 0; i < f->count; i++) {
        pf_field field = pf_fields_at(f, i);

        if (!rp_slice_equal_str(field.name, name))
            continue;
        *value = field.value;
        return true;
    }
    return false;
}

size_t pf_fields_list_size(const pf_fields *f)
{
    return f->text.len + 32 * f->count;
}
