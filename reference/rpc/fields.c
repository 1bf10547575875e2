#include "reference/rpc/fields.h"

#include "reference/rpc/base64.h"
#include "reference/rpc/percent.h"
#include <rpcref/mem.h>
#include <stdio.h>
#include <string.h>

void rp_field_list_add(rp_field_list *l, const char *name, rp_slice value)
{
    l->items = rp_mem_grow(l->items, l->count, &l->cap, sizeof(*l->items));
    l->items[l->count].name.len = strlen(name);
    l->items[l->count].value.len = value.len;
    l->count++;
    rp_buf_append_str(&l->text, name);
    rp_buf_append(&l->text, value);
}

void rp_field_list_add_str(rp_field_list *l, const char *name,
                           const char *value)
{
    rp_field_list_add(l, name, rp_slice_str(value));
}

void rp_field_list_add_metadata(rp_field_list *l, const rp_metadata *m)
{
    rp_buf text = RP_BUF_INIT;

    for (size_t i = 0; i < m->count; i++) {
        const rp_metadata_entry *e = &m->entries[i];

        if (rp_metadata_is_binary(rp_slice_str(e->key))) {
            rp_buf_reset(&text);
            rp_base64_encode(rp_buf_slice(&e->value), &text);
            rp_field_list_add(l, e->key, rp_buf_slice(&text));
        } else {
            rp_field_list_add(l, e->key, rp_buf_slice(&e->value));
        }
    }
    rp_buf_clear(&text);
}

void rp_field_list_add_status(rp_field_list *l, const rp_status *s)
{
    rp_buf text = RP_BUF_INIT;
    char number[24];

    snprintf(number, sizeof(number), "%lld", (long long)s->raw_code);
    rp_field_list_add_str(l, "grpc-status", number);
    if (s->message.len > 0) {
        rp_percent_encode(rp_buf_slice(&s->message), &text);
        rp_field_list_add(l, "grpc-message", rp_buf_slice(&text));
    }
    if (s->details.len > 0) {
        rp_buf_reset(&text);
        rp_base64_encode(rp_buf_slice(&s->details), &text);
        rp_field_list_add(l, "grpc-status-details-bin", rp_buf_slice(&text));
    }
    rp_buf_clear(&text);
}

void rp_field_list_finish(rp_field_list *l)
{
    size_t at = 0;

    for (size_t i = 0; i < l->count; i++) {
        l->items[i].name.data = l->text.data + at;
        at += l->items[i].name.len;
        l->items[i].value.data = l->text.data + at;
        at += l->items[i].value.len;
    }
}

void rp_field_list_clear(rp_field_list *l)
{
    rp_buf_clear(&l->text);
    rp_mem_free(l->items);
    memset(l, 0, sizeof(*l));
}

/* Fields of the protocol, which are no metadata. */
static bool is_protocol_field(rp_slice name)
{
    static const char *const names[] = {
        "content-type",         "te",
        "grpc-timeout",         "grpc-encoding",
        "grpc-accept-encoding", "grpc-status",
        "grpc-message",         "grpc-status-details-bin",
    };

    if (rp_slice_starts_with(name, ":"))
        return true;
    for (size_t i = 0; i < RP_COUNT(names); i++) {
        if (rp_slice_equal_str(name, names[i]))
            return true;
    }
    return false;
}

/* Several values may have been joined by commas on their way. */
static rp_code add_binary(rp_slice key, rp_slice text, rp_metadata *out,
                          rp_err *err)
{
    rp_buf octets = RP_BUF_INIT;
    rp_code rc = RP_OK;
    size_t from = 0;

    for (size_t i = 0; rc == RP_OK && i <= text.len; i++) {
        if (i < text.len && text.data[i] != ',')
            continue;
        rp_buf_reset(&octets);
        rc = rp_base64_decode(rp_slice_sub(text, from, i - from), &octets);
        if (rc == RP_OK)
            rp_metadata_append(out, key, rp_buf_slice(&octets));
        from = i + 1;
    }
    if (rc != RP_OK)
        rp_fail(err, rc, "the value of '%.*s' is not base64",
                (int)(key.len < 100 ? key.len : 100), (const char *)key.data);
    rp_buf_clear(&octets);
    return rc;
}

rp_code rp_fields_to_metadata(const rp_h2_fields *f, rp_metadata *out,
                              rp_err *err)
{
    for (size_t i = 0; i < f->count; i++) {
        rp_slice name = f->items[i].name;

        if (is_protocol_field(name))
            continue;
        if (rp_metadata_is_binary(name)) {
            rp_code rc = add_binary(name, f->items[i].value, out, err);

            if (rc != RP_OK)
                return rc;
        } else {
            rp_metadata_append(out, name, f->items[i].value);
        }
    }
    return RP_OK;
}

static int64_t parse_code(rp_slice text)
{
    int64_t number = 0;

    if (text.len == 0 || text.len > 9)
        return RP_STATUS_UNKNOWN;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return RP_STATUS_UNKNOWN;
        number = 10 * number + (text.data[i] - '0');
    }
    return number;
}

bool rp_fields_to_status(const rp_h2_fields *f, rp_status *out)
{
    rp_slice text;

    if (!rp_h2_fields_get(f, "grpc-status", &text))
        return false;
    rp_status_clear(out);
    out->raw_code = parse_code(text);
    out->code = rp_status_of_number(out->raw_code);
    if (rp_h2_fields_get(f, "grpc-message", &text))
        rp_percent_decode(text, &out->message);
    if (rp_h2_fields_get(f, "grpc-status-details-bin", &text))
        rp_base64_decode(text, &out->details);
    return true;
}
