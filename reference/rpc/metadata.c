#include <rpcref/metadata.h>

#include <rpcref/mem.h>
#include <string.h>

/* Fields of the transport that metadata may neither replace nor double. */
static const char *const transport_keys[] = {
    "content-type",      "te",
    "user-agent",        "connection",
    "keep-alive",        "host",
    "upgrade",           "trailer",
    "transfer-encoding", "proxy-connection",
    "content-length",
};

static bool is_key_octet(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

bool rp_metadata_is_binary(rp_slice key)
{
    return rp_slice_ends_with(key, "-bin");
}

bool rp_metadata_is_reserved(rp_slice key)
{
    if (rp_slice_starts_with(key, ":") || rp_slice_starts_with(key, "grpc-"))
        return true;
    for (size_t i = 0; i < RP_COUNT(transport_keys); i++) {
        if (rp_slice_equal_str(key, transport_keys[i]))
            return true;
    }
    return false;
}

static rp_code check_key(const char *key, rp_err *err)
{
    rp_slice s = rp_slice_str(key);

    if (s.len == 0)
        return rp_fail(err, RP_EINVAL, "a metadata key is empty");
    for (size_t i = 0; i < s.len; i++) {
        if (!is_key_octet(s.data[i]))
            return rp_fail(err, RP_EINVAL,
                           "metadata key '%.100s' holds an octet outside "
                           "0-9 a-z _ - .",
                           key);
    }
    if (rp_metadata_is_reserved(s))
        return rp_fail(err, RP_EINVAL, "metadata key '%.100s' is reserved",
                       key);
    return RP_OK;
}

static rp_code check_value(const char *key, rp_slice value, rp_err *err)
{
    if (rp_metadata_is_binary(rp_slice_str(key)))
        return RP_OK;
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7e)
            return rp_fail(err, RP_EINVAL,
                           "the value of metadata key '%.100s' holds octet "
                           "%02x, which only keys ending in -bin may",
                           key, value.data[i]);
    }
    return RP_OK;
}

rp_code rp_metadata_add(rp_metadata *m, const char *key, rp_slice value,
                        rp_err *err)
{
    char *lower = rp_mem_dup_str(key);
    rp_code rc;

    for (char *p = lower; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    rc = check_key(lower, err);
    if (rc == RP_OK)
        rc = check_value(lower, value, err);
    if (rc == RP_OK)
        rp_metadata_append(m, rp_slice_str(lower), value);
    rp_mem_free(lower);
    return rc;
}

rp_code rp_metadata_add_str(rp_metadata *m, const char *key, const char *value,
                            rp_err *err)
{
    return rp_metadata_add(m, key, rp_slice_str(value), err);
}

void rp_metadata_append(rp_metadata *m, rp_slice key, rp_slice value)
{
    rp_metadata_entry *e;

    m->entries = rp_mem_grow(m->entries, m->count, &m->cap, sizeof(*e));
    e = &m->entries[m->count++];
    e->key = rp_slice_dup_str(key);
    e->value = (rp_buf)RP_BUF_INIT;
    rp_buf_append(&e->value, value);
}

bool rp_metadata_get(const rp_metadata *m, const char *key, rp_slice *out)
{
    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->entries[i].key, key) == 0) {
            *out = rp_buf_slice(&m->entries[i].value);
            return true;
        }
    }
    return false;
}

static void entry_clear(rp_metadata_entry *e)
{
    rp_mem_free(e->key);
    rp_buf_clear(&e->value);
}

size_t rp_metadata_remove(rp_metadata *m, const char *key)
{
    size_t kept = 0;
    size_t gone;

    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->entries[i].key, key) == 0)
            entry_clear(&m->entries[i]);
        else
            m->entries[kept++] = m->entries[i];
    }
    gone = m->count - kept;
    m->count = kept;
    return gone;
}

void rp_metadata_copy(rp_metadata *to, const rp_metadata *from)
{
    rp_metadata_clear(to);
    for (size_t i = 0; i < from->count; i++)
        rp_metadata_append(to, rp_slice_str(from->entries[i].key),
                           rp_buf_slice(&from->entries[i].value));
}

void rp_metadata_clear(rp_metadata *m)
{
    for (size_t i = 0; i < m->count; i++)
        entry_clear(&m->entries[i]);
    rp_mem_free(m->entries);
    *m = (rp_metadata)RP_METADATA_INIT;
}

size_t rp_metadata_size(const rp_metadata *m)
{
    size_t size = 0;

    for (size_t i = 0; i < m->count; i++) {
        size_t key = strlen(m->entries[i].key);
        size_t value = m->entries[i].value.len;

        if (rp_metadata_is_binary(rp_slice_of(m->entries[i].key, key)))
            value = (4 * value + 2) / 3;
        size += key + value + 32;
    }
    return size;
}
