#include "reference/services/descriptors.h"

#include "google/protobuf/descriptor.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 };

typedef Google__Protobuf__FileDescriptorProto file_proto;
typedef Google__Protobuf__DescriptorProto message_proto;
typedef Google__Protobuf__EnumDescriptorProto enum_proto;
typedef Google__Protobuf__FieldDescriptorProto field_proto;
typedef Google__Protobuf__ServiceDescriptorProto service_proto;

/* A set is "repeated FileDescriptorProto file = 1": on the wire the same as
 * this message, which leaves each file encoded. */
typedef Grpc__Reflection__V1__FileDescriptorResponse encoded_set;

typedef struct source {
    char *name;
    rp_slice encoded;
    char **import_names;
    size_t *imports; /* as many, once they have been found */
    size_t import_count, import_cap;
} source;

typedef struct symbol {
    char *name;
    size_t file;
} symbol;

struct rp_descriptors {
    encoded_set *set;
    source *files;
    size_t file_count;
    symbol *symbols; /* sorted by name */
    size_t symbol_count, symbol_cap;
    rp_descriptors_extension *extensions; /* sorted by type, number */
    size_t extension_count, extension_cap;
};

/* --- reading -------------------------------------------------------------- */

/* "scope.name", or "name" in no package. Returns it, owned by the index. */
static const char *add_symbol(rp_descriptors *d, const char *scope,
                              const char *name, size_t file)
{
    symbol *s;

    d->symbols = rp_mem_grow(d->symbols, d->symbol_count, &d->symbol_cap,
                             sizeof(*d->symbols));
    s = &d->symbols[d->symbol_count++];
    s->name = scope[0] != '\0' ? rp_mem_printf("%s.%s", scope, name)
                               : rp_mem_dup_str(name);
    s->file = file;
    return s->name;
}

/* Values are siblings of their enum, as in C++. */
static void add_enum(rp_descriptors *d, const char *scope, const enum_proto *e,
                     size_t file)
{
    add_symbol(d, scope, e->name, file);
    for (size_t i = 0; i < e->n_value; i++)
        add_symbol(d, scope, e->value[i]->name, file);
}

static void add_extension(rp_descriptors *d, const char *scope,
                          const field_proto *f, size_t file)
{
    rp_descriptors_extension *x;
    const char *type = f->extendee != NULL ? f->extendee : "";

    add_symbol(d, scope, f->name, file);
    d->extensions = rp_mem_grow(d->extensions, d->extension_count,
                                &d->extension_cap, sizeof(*d->extensions));
    x = &d->extensions[d->extension_count++];
    x->type = rp_mem_dup_str(type[0] == '.' ? type + 1 : type);
    x->number = f->number;
    x->file = file;
}

static void add_service(rp_descriptors *d, const char *scope,
                        const service_proto *s, size_t file)
{
    const char *name = add_symbol(d, scope, s->name, file);

    for (size_t i = 0; i < s->n_method; i++)
        add_symbol(d, name, s->method[i]->name, file);
}

/* False when messages are nested too deeply. */
static bool add_message(rp_descriptors *d, const char *scope,
                        const message_proto *m, size_t file, int depth)
{
    const char *name = add_symbol(d, scope, m->name, file);

    for (size_t i = 0; i < m->n_field; i++)
        add_symbol(d, name, m->field[i]->name, file);
    for (size_t i = 0; i < m->n_oneof_decl; i++)
        add_symbol(d, name, m->oneof_decl[i]->name, file);
    for (size_t i = 0; i < m->n_enum_type; i++)
        add_enum(d, name, m->enum_type[i], file);
    for (size_t i = 0; i < m->n_extension; i++)
        add_extension(d, name, m->extension[i], file);
    for (size_t i = 0; i < m->n_nested_type; i++) {
        if (depth >= DEPTH_MAX ||
            !add_message(d, name, m->nested_type[i], file, depth + 1))
            return false;
    }
    return true;
}

static bool add_contents(rp_descriptors *d, const file_proto *f, size_t file)
{
    const char *package = f->package != NULL ? f->package : "";

    for (size_t i = 0; i < f->n_enum_type; i++)
        add_enum(d, package, f->enum_type[i], file);
    for (size_t i = 0; i < f->n_extension; i++)
        add_extension(d, package, f->extension[i], file);
    for (size_t i = 0; i < f->n_service; i++)
        add_service(d, package, f->service[i], file);
    for (size_t i = 0; i < f->n_message_type; i++) {
        if (!add_message(d, package, f->message_type[i], file, 0))
            return false;
    }
    return true;
}

static void add_imports(source *to, const file_proto *f)
{
    to->imports = rp_mem_new(f->n_dependency * sizeof(*to->imports));
    for (size_t i = 0; i < f->n_dependency; i++) {
        to->import_names =
            rp_mem_grow(to->import_names, to->import_count, &to->import_cap,
                        sizeof(*to->import_names));
        to->import_names[to->import_count++] = rp_mem_dup_str(f->dependency[i]);
    }
}

static rp_code read_file(rp_descriptors *d, size_t number, rp_err *err)
{
    ProtobufCBinaryData octets = d->set->file_descriptor_proto[number];
    source *to = &d->files[number];
    file_proto *f = google__protobuf__file_descriptor_proto__unpack(
        NULL, octets.len, octets.data);
    rp_code rc = RP_OK;

    if (f == NULL)
        return rp_fail(err, RP_EPARSE,
                       "file %zu of the descriptor set is malformed", number);
    to->encoded = rp_slice_of(octets.data, octets.len);
    to->name = rp_mem_dup_str(f->name != NULL ? f->name : "");
    add_imports(to, f);
    if (!add_contents(d, f, number))
        rc = rp_fail(err, RP_EPARSE,
                     "%s: messages are nested deeper than %d levels", to->name,
                     DEPTH_MAX);
    google__protobuf__file_descriptor_proto__free_unpacked(f, NULL);
    return rc;
}

static rp_code resolve_imports(rp_descriptors *d, rp_err *err)
{
    for (size_t i = 0; i < d->file_count; i++) {
        source *f = &d->files[i];

        for (size_t k = 0; k < f->import_count; k++) {
            if (!rp_descriptors_find_file(d, f->import_names[k],
                                          &f->imports[k]))
                return rp_fail(err, RP_EPARSE,
                               "%s imports %s, which the descriptor set lacks",
                               f->name, f->import_names[k]);
        }
    }
    return RP_OK;
}

static int compare_symbols(const void *a, const void *b)
{
    const symbol *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int compare_extensions(const void *a, const void *b)
{
    const rp_descriptors_extension *x = a, *y = b;
    int order = strcmp(x->type, y->type);

    return order != 0 ? order
                      : (x->number > y->number) - (x->number < y->number);
}

static void sort(rp_descriptors *d)
{
    if (d->symbol_count > 0)
        qsort(d->symbols, d->symbol_count, sizeof(*d->symbols),
              compare_symbols);
    if (d->extension_count > 0)
        qsort(d->extensions, d->extension_count, sizeof(*d->extensions),
              compare_extensions);
}

rp_code rp_descriptors_new(rp_slice set, rp_descriptors **out, rp_err *err)
{
    rp_descriptors *d = RP_NEW(rp_descriptors);
    rp_code rc = RP_OK;

    *out = NULL;
    d->set = grpc__reflection__v1__file_descriptor_response__unpack(
        NULL, set.len, set.data);
    if (d->set == NULL)
        rc = rp_fail(err, RP_EPARSE, "the descriptor set is malformed");
    else
        d->file_count = d->set->n_file_descriptor_proto;
    d->files = rp_mem_new(d->file_count * sizeof(*d->files));
    for (size_t i = 0; rc == RP_OK && i < d->file_count; i++)
        rc = read_file(d, i, err);
    if (rc == RP_OK)
        rc = resolve_imports(d, err);
    if (rc == RP_OK) {
        sort(d);
        *out = d;
        d = NULL;
    }
    rp_descriptors_free(d);
    return rc;
}

static void source_clear(source *f)
{
    for (size_t i = 0; i < f->import_count; i++)
        rp_mem_free(f->import_names[i]);
    rp_mem_free(f->import_names);
    rp_mem_free(f->imports);
    rp_mem_free(f->name);
}

void rp_descriptors_free(rp_descriptors *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->file_count; i++)
        source_clear(&d->files[i]);
    for (size_t i = 0; i < d->symbol_count; i++)
        rp_mem_free(d->symbols[i].name);
    for (size_t i = 0; i < d->extension_count; i++)
        rp_mem_free(d->extensions[i].type);
    rp_mem_free(d->files);
    rp_mem_free(d->symbols);
    rp_mem_free(d->extensions);
    if (d->set != NULL)
        grpc__reflection__v1__file_descriptor_response__free_unpacked(d->set,
                                                                      NULL);
    rp_mem_free(d);
}

/* --- asking --------------------------------------------------------------- */

bool rp_descriptors_find_file(const rp_descriptors *d, const char *name,
                              size_t *out)
{
    for (size_t i = 0; i < d->file_count; i++) {
        if (strcmp(d->files[i].name, name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool rp_descriptors_find_symbol(const rp_descriptors *d, const char *name,
                                size_t *out)
{
    symbol key = {(char *)(uintptr_t)name, 0};
    const symbol *s = d->symbol_count > 0
                          ? bsearch(&key, d->symbols, d->symbol_count,
                                    sizeof(key), compare_symbols)
                          : NULL;

    if (s != NULL)
        *out = s->file;
    return s != NULL;
}

bool rp_descriptors_find_extension(const rp_descriptors *d, const char *type,
                                   int32_t number, size_t *out)
{
    rp_descriptors_extension key = {(char *)(uintptr_t)type, number, 0};
    const rp_descriptors_extension *x =
        d->extension_count > 0
            ? bsearch(&key, d->extensions, d->extension_count, sizeof(key),
                      compare_extensions)
            : NULL;

    if (x != NULL)
        *out = x->file;
    return x != NULL;
}

const rp_descriptors_extension *
rp_descriptors_extensions(const rp_descriptors *d, size_t *count)
{
    *count = d->extension_count;
    return d->extensions;
}

size_t rp_descriptors_closure(const rp_descriptors *d, size_t first,
                              rp_slice **out)
{
    rp_slice *files = rp_mem_new(d->file_count * sizeof(*files));
    size_t *queue = rp_mem_new(d->file_count * sizeof(*queue));
    bool *seen = rp_mem_new(d->file_count * sizeof(*seen));
    size_t count = 0;

    queue[count++] = first;
    seen[first] = true;
    for (size_t i = 0; i < count; i++) {
        const source *f = &d->files[queue[i]];

        files[i] = f->encoded;
        for (size_t k = 0; k < f->import_count; k++) {
            if (!seen[f->imports[k]])
                queue[count++] = f->imports[k];
            seen[f->imports[k]] = true;
        }
    }
    rp_mem_free(queue);
    rp_mem_free(seen);
    *out = files;
    return count;
}
