#include "reference/services/descriptors.h"

#include "google/protobuf/descriptor.pb-c.h"
#include "reference/services/message.h"
#include "reference/tests/test.h"
#include <rpcref/mem.h>

typedef Google__Protobuf__FileDescriptorProto file_proto;
typedef Google__Protobuf__DescriptorProto message_proto;
typedef Google__Protobuf__EnumDescriptorProto enum_proto;
typedef Google__Protobuf__EnumValueDescriptorProto value_proto;
typedef Google__Protobuf__FieldDescriptorProto field_proto;
typedef Google__Protobuf__OneofDescriptorProto oneof_proto;
typedef Google__Protobuf__ServiceDescriptorProto service_proto;
typedef Google__Protobuf__MethodDescriptorProto method_proto;

static char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

/* Appends one file as "file = 1" of a FileDescriptorSet. */
static void add_file(rp_buf *set, const file_proto *f)
{
    rp_buf octets = RP_BUF_INIT;

    rp_message_pack(&f->base, &octets);
    rp_buf_append_byte(set, 0x0a);
    assert_true(octets.len < 0x4000);
    rp_buf_append_byte(set, (uint8_t)(octets.len | 0x80));
    rp_buf_append_byte(set, (uint8_t)(octets.len >> 7));
    rp_buf_append(set, rp_buf_slice(&octets));
    rp_buf_clear(&octets);
}

/* A file that imports those named. */
static void add_importer(rp_buf *set, const char *name, const char *first,
                         const char *second)
{
    file_proto f = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT;
    char *imports[] = {text(first), text(second)};

    f.name = text(name);
    f.dependency = imports;
    f.n_dependency = (first != NULL) + (second != NULL);
    add_file(set, &f);
}

/* One of every kind, in package p. */
static void add_every_kind(rp_buf *set)
{
    file_proto f = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT;
    message_proto m = GOOGLE__PROTOBUF__DESCRIPTOR_PROTO__INIT;
    message_proto inner = GOOGLE__PROTOBUF__DESCRIPTOR_PROTO__INIT;
    enum_proto e = GOOGLE__PROTOBUF__ENUM_DESCRIPTOR_PROTO__INIT;
    value_proto v = GOOGLE__PROTOBUF__ENUM_VALUE_DESCRIPTOR_PROTO__INIT;
    field_proto field = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__INIT;
    field_proto ext = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__INIT;
    oneof_proto oneof = GOOGLE__PROTOBUF__ONEOF_DESCRIPTOR_PROTO__INIT;
    service_proto s = GOOGLE__PROTOBUF__SERVICE_DESCRIPTOR_PROTO__INIT;
    method_proto method = GOOGLE__PROTOBUF__METHOD_DESCRIPTOR_PROTO__INIT;

    v.name = text("RED");
    e.name = text("Colour");
    e.value = (value_proto *[]){&v};
    field.name = text("field");
    oneof.name = text("choice");
    ext.name = text("extra");
    ext.extendee = text(".p.M");
    ext.has_number = true;
    ext.number = 100;
    inner.name = text("Inner");
    inner.enum_type = (enum_proto *[]){&e};
    m.name = text("M");
    m.field = (field_proto *[]){&field};
    m.oneof_decl = (oneof_proto *[]){&oneof};
    m.nested_type = (message_proto *[]){&inner};
    method.name = text("Call");
    s.name = text("S");
    s.method = (method_proto *[]){&method};
    f.name = text("p.proto");
    f.package = text("p");
    f.message_type = (message_proto *[]){&m};
    f.enum_type = (enum_proto *[]){&e};
    f.extension = (field_proto *[]){&ext};
    f.service = (service_proto *[]){&s};
    e.n_value = m.n_field = m.n_oneof_decl = m.n_nested_type = 1;
    inner.n_enum_type = s.n_method = f.n_message_type = f.n_enum_type = 1;
    f.n_extension = f.n_service = 1;
    add_file(set, &f);
}

static rp_descriptors *read_set(rp_buf *set)
{
    rp_descriptors *d;

    assert_int_equal(rp_descriptors_new(rp_buf_slice(set), &d, NULL), RP_OK);
    rp_buf_clear(set);
    return d;
}

static void every_kind_of_symbol_is_found(void **state)
{
    static const char *const names[] = {
        "p.M",     "p.M.field",        "p.M.choice", "p.M.Inner",
        "p.extra", "p.M.Inner.Colour", "p.S",        "p.S.Call",
        "p.RED",   "p.M.Inner.RED",    "p.Colour",
    };
    static const char *const others[] = {"", "p", "M", ".p.M", "p.Mx", "p.S."};
    rp_buf set = RP_BUF_INIT;
    rp_descriptors *d;
    size_t file;

    (void)state;
    add_importer(&set, "other.proto", NULL, NULL);
    add_every_kind(&set);
    d = read_set(&set);
    for (size_t i = 0; i < RP_COUNT(names); i++) {
        assert_true(rp_descriptors_find_symbol(d, names[i], &file));
        assert_int_equal(file, 1);
    }
    for (size_t i = 0; i < RP_COUNT(others); i++)
        assert_false(rp_descriptors_find_symbol(d, others[i], &file));
    rp_descriptors_free(d);
}

static void extensions_are_found_by_number(void **state)
{
    rp_buf set = RP_BUF_INIT;
    rp_descriptors *d;
    size_t file;
    size_t count;

    (void)state;
    add_every_kind(&set);
    d = read_set(&set);
    assert_true(rp_descriptors_find_extension(d, "p.M", 100, &file));
    assert_false(rp_descriptors_find_extension(d, "p.M", 101, &file));
    assert_false(rp_descriptors_find_extension(d, "p.N", 100, &file));
    assert_int_equal(rp_descriptors_extensions(d, &count)->number, 100);
    assert_int_equal(count, 1);
    rp_descriptors_free(d);
}

static void a_closure_has_each_import_once_and_ends(void **state)
{
    rp_buf set = RP_BUF_INIT;
    rp_descriptors *d;
    rp_slice *files;
    size_t first;

    (void)state;
    add_importer(&set, "top", "left", "right");
    add_importer(&set, "left", "base", NULL);
    add_importer(&set, "right", "base", "left");
    add_importer(&set, "base", "top", NULL); /* no compiler makes a cycle */
    add_importer(&set, "apart", NULL, NULL);
    d = read_set(&set);
    assert_true(rp_descriptors_find_file(d, "left", &first));
    assert_int_equal(rp_descriptors_closure(d, first, &files), 4);
    assert_true(memmem(files[0].data, files[0].len, "left", 4) != NULL);
    rp_mem_free(files);
    assert_true(rp_descriptors_find_file(d, "apart", &first));
    assert_int_equal(rp_descriptors_closure(d, first, &files), 1);
    rp_mem_free(files);
    assert_false(rp_descriptors_find_file(d, "aparts", &first));
    rp_descriptors_free(d);
}

static void a_missing_import_is_named(void **state)
{
    rp_buf set = RP_BUF_INIT;
    rp_err err = RP_ERR_INIT;
    rp_descriptors *d;

    (void)state;
    add_importer(&set, "a.proto", "b.proto", NULL);
    assert_int_equal(rp_descriptors_new(rp_buf_slice(&set), &d, &err),
                     RP_EPARSE);
    assert_null(d);
    assert_string_equal(
        err.text, "a.proto imports b.proto, which the descriptor set lacks");
    rp_buf_clear(&set);
}

static void malformed_sets_are_refused(void **state)
{
    rp_descriptors *d;

    (void)state;
    assert_int_equal(rp_descriptors_new(rp_slice_str("\x0a\x7f"), &d, NULL),
                     RP_EPARSE);
    assert_int_equal(
        rp_descriptors_new(rp_slice_str("\x0a\x02\x0a\x7f"), &d, NULL),
        RP_EPARSE);
    assert_null(d);
}

static void deep_nesting_is_refused(void **state)
{
    enum { DEPTH = 40 };
    message_proto levels[DEPTH];
    message_proto *pointers[DEPTH];
    file_proto f = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT;
    rp_buf set = RP_BUF_INIT;
    rp_descriptors *d;

    (void)state;
    for (size_t i = 0; i < DEPTH; i++) {
        google__protobuf__descriptor_proto__init(&levels[i]);
        levels[i].name = text("m");
        levels[i].nested_type = &pointers[i + 1];
        levels[i].n_nested_type = i + 1 < DEPTH;
        pointers[i] = &levels[i];
    }
    f.name = text("deep.proto");
    f.message_type = pointers;
    f.n_message_type = 1;
    add_file(&set, &f);
    assert_int_equal(rp_descriptors_new(rp_buf_slice(&set), &d, NULL),
                     RP_EPARSE);
    rp_buf_clear(&set);
}

RP_TEST_MAIN(cmocka_unit_test(every_kind_of_symbol_is_found),
             cmocka_unit_test(extensions_are_found_by_number),
             cmocka_unit_test(a_closure_has_each_import_once_and_ends),
             cmocka_unit_test(a_missing_import_is_named),
             cmocka_unit_test(malformed_sets_are_refused),
             cmocka_unit_test(deep_nesting_is_refused))
