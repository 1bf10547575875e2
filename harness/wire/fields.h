/* fields.h - a list of header fields, in the order they were on the wire.
 *
 * Any octets are allowed in names and values. The list owns its text.
 *
 * Threads: one at a time. */
#ifndef HARNESS_WIRE_FIELDS_H
#define HARNESS_WIRE_FIELDS_H

#include <rpcref/slice.h>
#include <stdbool.h>

/* One field; borrows from the list it came from. */
typedef struct pf_field {
    rp_slice name, value;
    bool sensitive; /* a never-indexed literal */
} pf_field;

/* Embedded: PF_FIELDS_INIT, pf_fields_clear(). */
typedef struct pf_fields {
    struct pf_fields_place *places;
    size_t count, cap;
    rp_buf text;
    bool cut; /* fields beyond the limit were left out */
} pf_fields;

#define PF_FIELDS_INIT                                                         \
    {                                                                          \
        NULL, 0, 0, RP_BUF_INIT, false                                         \
    }

void pf_fields_clear(pf_fields *f);
/* Forgets the fields, keeps the memory. */
void pf_fields_reset(pf_fields *f);
/* Replaces what `to` holds by a copy. */
void pf_fields_copy(pf_fields *to, const pf_fields *from);

void pf_fields_add(pf_fields *f, pf_field field);
void pf_fields_add_str(pf_fields *f, const char *name, const char *value);

/* The field number `i` < count; valid until the list changes. */
pf_field pf_fields_at(const pf_fields *f, size_t i);

/* How many fields have that name (exactly), and the value of the first. */
size_t pf_fields_count(const pf_fields *f, const char *name);
bool pf_fields_get(const pf_fields *f, const char *name, rp_slice *value);

/* Its size as SETTINGS_MAX_HEADER_LIST_SIZE counts: 32 octets more a field. */
size_t pf_fields_list_size(const pf_fields *f);

#endif
