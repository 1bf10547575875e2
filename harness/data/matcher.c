#include "harness/data/matcher.h"

#include "harness/data/value.h"
#include <regex.h>
#include <rpcref/mem.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(const json_t *m, const char *word)
{
    return json_is_string(m) && strcmp(json_string_value(m), word) == 0;
}

static rp_slice text_of(const json_t *v)
{
    return rp_slice_of(json_string_value(v), json_string_length(v));
}

static void show(const json_t *v, rp_buf *out)
{
    char *text;

    if (v == NULL) {
        rp_buf_append_str(out, "nothing");
        return;
    }
    if (json_is_string(v)) {
        pf_value_show(text_of(v), out);
        return;
    }
    text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    rp_buf_printf(out, "%.400s", text != NULL ? text : "?");
    free(text);
}

static bool differ(const json_t *m, const json_t *v, rp_buf *why)
{
    if (why == NULL)
        return false;
    rp_buf_append_str(why, "expected ");
    show(m, why);
    rp_buf_append_str(why, ", got ");
    show(v, why);
    return false;
}

static bool match_regex(const char *pattern, const json_t *v)
{
    regex_t re;
    bool fits;

    if (!json_is_string(v) || pattern == NULL ||
        regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    fits = regexec(&re, json_string_value(v), 0, NULL, 0) == 0;
    regfree(&re);
    return fits;
}

static bool match_octets(const json_t *wanted, const json_t *v)
{
    rp_buf octets = RP_BUF_INIT;
    bool fits = json_is_string(v) &&
                pf_value_octets(wanted, &octets, NULL) == RP_OK &&
                rp_slice_equal(rp_buf_slice(&octets), text_of(v));

    rp_buf_clear(&octets);
    return fits;
}

static bool match_contains(const json_t *part, const json_t *v)
{
    rp_slice whole = text_of(v);
    rp_slice sought = text_of(part);

    return json_is_string(v) && json_is_string(part) &&
           (sought.len == 0 ||
            memmem(whole.data, whole.len, sought.data, sought.len) != NULL);
}

static bool match_length(const json_t *m, const json_t *v)
{
    size_t len = json_is_string(v) ? json_string_length(v) : json_array_size(v);
    json_t *number = json_integer((json_int_t)len);
    bool fits =
        (json_is_string(v) || json_is_array(v)) && pf_match(m, number, NULL);

    json_decref(number);
    return fits;
}

static bool match_one_of(const json_t *list, const json_t *v)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (pf_match(json_array_get(list, i), v, NULL))
            return true;
    }
    return false;
}

/* The special forms. False in *known when m is none of them. */
static bool match_form(const json_t *m, const json_t *v, bool *known)
{
    const json_t *a;

    *known = true;
    if ((a = json_object_get(m, "one_of")) != NULL)
        return match_one_of(a, v);
    if ((a = json_object_get(m, "not")) != NULL)
        return v != NULL && !pf_match(a, v, NULL);
    if ((a = json_object_get(m, "regex")) != NULL)
        return match_regex(json_string_value(a), v);
    if ((a = json_object_get(m, "prefix")) != NULL)
        return json_is_string(v) && json_is_string(a) &&
               rp_slice_starts_with(text_of(v), json_string_value(a));
    if ((a = json_object_get(m, "suffix")) != NULL)
        return json_is_string(v) && json_is_string(a) &&
               rp_slice_ends_with(text_of(v), json_string_value(a));
    if ((a = json_object_get(m, "contains")) != NULL)
        return match_contains(a, v);
    if ((a = json_object_get(m, "length")) != NULL)
        return match_length(a, v);
    if ((a = json_object_get(m, "bytes")) != NULL)
        return match_octets(a, v);
    if (json_object_get(m, "min") != NULL || json_object_get(m, "max") != NULL)
        return json_is_number(v) &&
               ((a = json_object_get(m, "min")) == NULL ||
                json_number_value(v) >= json_number_value(a)) &&
               ((a = json_object_get(m, "max")) == NULL ||
                json_number_value(v) <= json_number_value(a));
    *known = false;
    return false;
}

static bool match_members(const json_t *m, const json_t *v, rp_buf *why)
{
    const char *key;
    json_t *member;

    if (!json_is_object(v))
        return differ(m, v, why);
    json_object_foreach((json_t *)(uintptr_t)m, key, member)
    {
        if (pf_match(member, json_object_get(v, key), why))
            continue;
        if (why != NULL)
            rp_buf_printf(why, " (in %s)", key);
        return false;
    }
    return true;
}

static bool match_list(const json_t *m, const json_t *v, rp_buf *why)
{
    if (!json_is_array(v) || json_array_size(m) != json_array_size(v))
        return differ(m, v, why);
    for (size_t i = 0; i < json_array_size(m); i++) {
        if (!pf_match(json_array_get(m, i), json_array_get(v, i), why))
            return false;
    }
    return true;
}

bool pf_match(const json_t *m, const json_t *v, rp_buf *why)
{
    bool known;
    bool fits;

    if (is_word(m, "absent"))
        return v == NULL || differ(m, v, why);
    if (is_word(m, "present"))
        return v != NULL || differ(m, v, why);
    if (json_is_object(m)) {
        fits = match_form(m, v, &known);
        if (known)
            return fits || differ(m, v, why);
        if (pf_value_is_octets(m))
            return match_octets(m, v) || differ(m, v, why);
        return match_members(m, v, why);
    }
    if (json_is_array(m))
        return match_list(m, v, why);
    if (v == NULL)
        return differ(m, v, why);
    if (json_is_number(m) && json_is_number(v))
        return json_number_value(m) == json_number_value(v) ||
               differ(m, v, why);
    return json_equal(m, v) || differ(m, v, why);
}
