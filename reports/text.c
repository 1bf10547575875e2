#include "reports/text.h"

#include <string.h>

size_t pf_text_decode(rp_slice s, uint32_t *cp)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t *p = s.data;
    uint32_t c;
    size_t n;

    if (s.len == 0)
        return 0;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || s.len < n)
        return 0;
    c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *cp = c;
    return n;
}

/* Writes one code point (its octets are `raw`) in some notation. */
typedef void (*put_fn)(uint32_t cp, rp_slice raw, rp_buf *out);

/* Applies `put` to each code point; octets that are not UTF-8 and NUL become
 * "\xNN", which needs no escape in any notation here. */
static void each(rp_slice s, put_fn put, rp_buf *out)
{
    while (s.len > 0) {
        uint32_t cp = 0;
        size_t n = pf_text_decode(s, &cp);

        if (n == 0 || cp == 0) {
            rp_buf_printf(out, "\\x%02x", s.data[0]);
            n = 1;
        } else {
            put(cp, rp_slice_sub(s, 0, n), out);
        }
        s = rp_slice_sub(s, n, s.len);
    }
}

static void put_plain(uint32_t cp, rp_slice raw, rp_buf *out)
{
    (void)cp;
    rp_buf_append(out, raw);
}

void pf_text_clean(rp_slice s, rp_buf *out)
{
    each(s, put_plain, out);
}

json_t *pf_text_json(rp_slice s)
{
    rp_buf clean = RP_BUF_INIT;
    json_t *value;

    pf_text_clean(s, &clean);
    value = json_stringn(clean.len ? (const char *)clean.data : "", clean.len);
    rp_buf_clear(&clean);
    return value;
}

/* Whether showing it would move the cursor, reorder or hide text. */
static bool unprintable(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad ||
           cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
           (cp >= 0xfff0 && cp <= 0xfffb) || cp == 0xfeff || cp == 0xfffe ||
           cp == 0xffff || cp >= 0xe0000;
}

static void put_escape(uint32_t cp, rp_buf *out)
{
    if (cp == '\n')
        rp_buf_append_str(out, "\\n");
    else if (cp == '\t')
        rp_buf_append_str(out, "\\t");
    else if (cp == '\r')
        rp_buf_append_str(out, "\\r");
    else
        rp_buf_printf(out, cp < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)cp);
}

static void put_terminal(uint32_t cp, rp_slice raw, rp_buf *out)
{
    if (unprintable(cp))
        put_escape(cp, out);
    else
        rp_buf_append(out, raw);
}

static void put_terminal_lines(uint32_t cp, rp_slice raw, rp_buf *out)
{
    if (cp == '\n')
        rp_buf_append_byte(out, '\n');
    else
        put_terminal(cp, raw, out);
}

void pf_text_terminal(rp_slice s, bool lines, rp_buf *out)
{
    each(s, lines ? put_terminal_lines : put_terminal, out);
}

static void put_xml(uint32_t cp, rp_slice raw, rp_buf *out)
{
    static const char marks[] = "<>&\"'";

    if (cp < 0x80 && strchr(marks, (int)cp))
        rp_buf_printf(out, "&#%u;", (unsigned)cp);
    else if (cp == '\n')
        rp_buf_append_str(out, "&#10;"); /* also within attributes */
    else if (unprintable(cp))
        put_escape(cp, out);
    else
        rp_buf_append(out, raw);
}

void pf_text_xml(rp_slice s, rp_buf *out)
{
    each(s, put_xml, out);
}

static void put_markdown(uint32_t cp, rp_slice raw, rp_buf *out)
{
    static const char marks[] = "\\`*_{}[]()#+!|<>&~$@:";

    if (cp < 0x80 && strchr(marks, (int)cp))
        rp_buf_printf(out, "&#%u;", (unsigned)cp);
    else if (cp == '\n')
        rp_buf_append_byte(out, ' ');
    else if (unprintable(cp)) {
        rp_buf_append_str(out, "&#92;");
        rp_buf_printf(out, "u&#123;%x&#125;", (unsigned)cp);
    } else
        rp_buf_append(out, raw);
}

void pf_text_markdown(rp_slice s, rp_buf *out)
{
    each(s, put_markdown, out);
}

static void put_script(uint32_t cp, rp_slice raw, rp_buf *out)
{
    if (cp == '<' || cp == '>' || cp == '&' || cp == 0x2028 || cp == 0x2029)
        rp_buf_printf(out, "\\u%04x", (unsigned)cp);
    else
        rp_buf_append(out, raw);
}

void pf_text_script(rp_slice json, rp_buf *out)
{
    each(json, put_script, out);
}

/* Columns of one code point, without asking the locale. */
static size_t columns_of(uint32_t cp)
{
    if ((cp >= 0x300 && cp < 0x370) || (cp >= 0xfe00 && cp < 0xfe10))
        return 0; /* combining marks, variation selectors */
    if ((cp >= 0x1100 && cp < 0x1160) || (cp >= 0x2e80 && cp < 0xa4d0) ||
        (cp >= 0xac00 && cp < 0xd7a4) || (cp >= 0xf900 && cp < 0xfb00) ||
        (cp >= 0xff00 && cp < 0xff61) || (cp >= 0x1f300 && cp < 0x1fb00) ||
        (cp >= 0x20000 && cp < 0x40000))
        return 2;
    return 1;
}

size_t pf_text_columns(rp_slice s)
{
    size_t sum = 0;

    while (s.len > 0) {
        uint32_t cp = 0;
        size_t n = pf_text_decode(s, &cp);

        sum += n ? columns_of(cp) : 1;
        s = rp_slice_sub(s, n ? n : 1, s.len);
    }
    return sum;
}

/* The longest front of s that takes at most `width` columns, at least one
 * character; broken at a space or new line when there is one. */
static size_t line_break(rp_slice s, size_t width)
{
    size_t at = 0, used = 0, space = 0;

    while (at < s.len && s.data[at] != '\n') {
        uint32_t cp = '?';
        size_t n = pf_text_decode(rp_slice_sub(s, at, s.len), &cp);

        used += columns_of(cp);
        if (used > width && at > 0)
            return space ? space : at;
        if (cp == ' ')
            space = at;
        at += n ? n : 1;
    }
    return at;
}

void pf_text_wrap(rp_slice s, size_t width, size_t indent, rp_buf *out)
{
    bool first = true;

    while (s.len > 0 || first) {
        size_t n = line_break(s, width ? width : 1);

        if (!first)
            rp_buf_printf(out, "\n%*s", (int)indent, "");
        rp_buf_append(out, rp_slice_sub(s, 0, n));
        if (n < s.len && (s.data[n] == ' ' || s.data[n] == '\n'))
            n++;
        s = rp_slice_sub(s, n, s.len);
        first = false;
    }
}
