#include "harness/data/value.h"

#include <ctype.h>
#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

enum {
    OCTETS_MAX = 64 * 1024 * 1024,
    SHOWN_MAX = 120,
    DURATION_MAX = 100000000, /* of any unit */
};

rp_code pf_value_duration(const json_t *v, rp_nanos *out, rp_err *err)
{
    static const struct {
        const char *unit;
        rp_nanos size;
    } units[] = {{"us", RP_MICROSECOND},
                 {"ms", RP_MILLISECOND},
                 {"s", RP_SECOND},
                 {"m", 60 * RP_SECOND}};
    const char *text = json_string_value(v);
    char *end;
    double number;

    if (text != NULL) {
        number = strtod(text, &end);
        for (size_t i = 0; end != text && i < RP_COUNT(units); i++) {
            if (strcmp(end, units[i].unit) == 0 && number >= 0 &&
                number < DURATION_MAX) {
                *out = (rp_nanos)(number * (double)units[i].size);
                return RP_OK;
            }
        }
    }
    return rp_fail(err, RP_EPARSE, "a duration such as 5s or 100ms is needed");
}

static rp_code append_hex(const char *text, rp_buf *out, rp_err *err)
{
    int high = -1;

    for (; *text != '\0'; text++) {
        int digit;

        if (*text == ' ')
            continue;
        if (!isxdigit((unsigned char)*text))
            return rp_fail(err, RP_EPARSE, "'%c' is no hexadecimal digit",
                           *text);
        digit = isdigit((unsigned char)*text)
                    ? *text - '0'
                    : tolower((unsigned char)*text) - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            rp_buf_append_byte(out, (uint8_t)(high << 4 | digit));
            high = -1;
        }
    }
    return high < 0 ? RP_OK
                    : rp_fail(err, RP_EPARSE, "half an octet of hexadecimal");
}

static rp_code append_repeat(const char *unit, json_int_t times, rp_buf *out,
                             rp_err *err)
{
    if (unit == NULL || times < 0 || (size_t)times * strlen(unit) > OCTETS_MAX)
        return rp_fail(err, RP_EPARSE, "repeat needs [text, count]");
    for (json_int_t i = 0; i < times; i++)
        rp_buf_append_str(out, unit);
    return RP_OK;
}

rp_code pf_value_octets(const json_t *v, rp_buf *out, rp_err *err)
{
    const json_t *part;

    if (json_is_string(v)) {
        rp_buf_append(out,
                      rp_slice_of(json_string_value(v), json_string_length(v)));
        return RP_OK;
    }
    if ((part = json_object_get(v, "text")) != NULL)
        return pf_value_octets(part, out, err);
    if ((part = json_object_get(v, "hex")) != NULL && json_is_string(part))
        return append_hex(json_string_value(part), out, err);
    if ((part = json_object_get(v, "repeat")) != NULL)
        return append_repeat(json_string_value(json_array_get(part, 0)),
                             json_integer_value(json_array_get(part, 1)), out,
                             err);
    part = json_object_get(v, "zeros");
    if (json_is_integer(part) && json_integer_value(part) >= 0 &&
        json_integer_value(part) <= OCTETS_MAX) {
        size_t count = (size_t)json_integer_value(part);

        if (count > 0)
            memset(rp_buf_reserve(out, count), 0, count);
        rp_buf_commit(out, count);
        return RP_OK;
    }
    return rp_fail(err, RP_EPARSE,
                   "octets are needed: text, {hex:}, {zeros:} or {repeat:}");
}

bool pf_value_is_octets(const json_t *v)
{
    static const char *const keys[] = {"text", "hex", "zeros", "repeat"};

    if (!json_is_object(v) || json_object_size(v) != 1)
        return false;
    for (size_t i = 0; i < RP_COUNT(keys); i++) {
        if (json_object_get(v, keys[i]) != NULL)
            return true;
    }
    return false;
}

static void append_value(rp_buf *out, const json_t *value)
{
    char *text;

    if (json_is_string(value)) {
        rp_buf_append_str(out, json_string_value(value));
        return;
    }
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    rp_buf_append_str(out, text != NULL ? text : "");
    free(text);
}

/* What "name", "name+1" or "name-1" between braces stands for; NULL: nothing.
 * New reference. */
static json_t *resolve(rp_slice inside, const json_t *names)
{
    char *name = rp_slice_dup_str(inside);
    size_t len = strcspn(name, "+-");
    long long offset = name[len] != '\0' ? strtoll(name + len, NULL, 10) : 0;
    json_t *value = json_incref(json_object_get(names, name));

    if (value == NULL && name[len] != '\0') {
        const json_t *base;

        name[len] = '\0';
        base = json_object_get(names, name);
        if (json_is_integer(base))
            value = json_integer(json_integer_value(base) + offset);
    }
    rp_mem_free(name);
    return value;
}

static json_t *substitute_text(rp_slice whole, const json_t *names)
{
    const char *text = (const char *)whole.data;
    const char *stop = text + whole.len;
    rp_buf out = RP_BUF_INIT;
    json_t *result = NULL;

    while (text < stop) {
        const char *end =
            *text == '{' ? memchr(text, '}', (size_t)(stop - text)) : NULL;
        json_t *value =
            end != NULL
                ? resolve(rp_slice_of(text + 1, (size_t)(end - text - 1)),
                          names)
                : NULL;

        if (value == NULL) {
            rp_buf_append_byte(&out, (uint8_t)*text++);
            continue;
        }
        if (out.len == 0 && end + 1 == stop) {
            result = json_deep_copy(value);
            json_decref(value);
            break;
        }
        append_value(&out, value);
        json_decref(value);
        text = end + 1;
    }
    if (result == NULL)
        result = json_stringn((const char *)out.data, out.len);
    if (result == NULL)
        result = json_string("");
    rp_buf_clear(&out);
    return result;
}

json_t *pf_value_substitute(const json_t *v, const json_t *names)
{
    json_t *copy;
    const char *key;
    json_t *value;
    size_t i;

    if (json_is_string(v))
        return substitute_text(
            rp_slice_of(json_string_value(v), json_string_length(v)), names);
    if (json_is_array(v)) {
        copy = json_array();
        json_array_foreach(v, i, value)
            json_array_append_new(copy, pf_value_substitute(value, names));
        return copy;
    }
    if (!json_is_object(v))
        return json_deep_copy(v);
    copy = json_object();
    json_object_foreach((json_t *)(uintptr_t)v, key, value)
    {
        json_t *name = substitute_text(rp_slice_str(key), names);

        json_object_set_new(
            copy, json_is_string(name) ? json_string_value(name) : key,
            pf_value_substitute(value, names));
        json_decref(name);
    }
    return copy;
}

void pf_value_show(rp_slice octets, rp_buf *out)
{
    size_t shown = octets.len < SHOWN_MAX ? octets.len : SHOWN_MAX;

    rp_buf_append_byte(out, '"');
    for (size_t i = 0; i < shown; i++) {
        uint8_t c = octets.data[i];

        if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\')
            rp_buf_append_byte(out, c);
        else
            rp_buf_printf(out, "\\x%02x", c);
    }
    rp_buf_append_byte(out, '"');
    if (shown < octets.len)
        rp_buf_printf(out, "... (%zu octets)", octets.len);
}
