#include "harness/run/console.h"

#include <rpcref/mem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pf_console {
    bool terminal;
    bool colour;
    size_t done;
    size_t running;
    size_t bad;
    rp_nanos shown;
};

pf_console *pf_console_new(void)
{
    pf_console *c = RP_NEW(pf_console);
    const char *no_colour = getenv("NO_COLOR");

    c->terminal = isatty(STDOUT_FILENO) == 1;
    c->colour = c->terminal && (no_colour == NULL || no_colour[0] == '\0');
    return c;
}

void pf_console_free(pf_console *c)
{
    rp_mem_free(c);
}

/* Octets a peer chose never reach a terminal as they are. */
static void print_text(const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    printf("    %-9s ", label);
    for (; *text != '\0'; text++) {
        unsigned char ch = (unsigned char)*text;

        if (ch < 0x20 || ch == 0x7f)
            printf("\\x%02x", ch);
        else
            putchar(ch);
    }
    putchar('\n');
}

static void clear_line(const pf_console *c)
{
    if (c->terminal)
        fputs("\r\033[K", stdout);
}

static void show_progress(pf_console *c)
{
    rp_nanos now = rp_time_now();

    if (!c->terminal || now - c->shown < 100 * RP_MILLISECOND)
        return;
    c->shown = now;
    clear_line(c);
    printf("%zu done, %zu running, %zu not as required", c->done, c->running,
           c->bad);
    fflush(stdout);
}

void pf_console_started(pf_console *c, const char *id)
{
    (void)id;
    c->running++;
    show_progress(c);
}

static const char *paint(const pf_console *c, pf_verdict v)
{
    if (!c->colour)
        return "";
    return v == PF_WARN ? "\033[33m" : "\033[31m";
}

void pf_console_result(pf_console *c, const pf_result *r)
{
    bool shown = !r->known && (r->verdict == PF_FAIL || r->verdict == PF_WARN ||
                               r->verdict == PF_ERROR);

    c->done++;
    if (r->verdict != PF_SKIP && c->running > 0)
        c->running--;
    if (shown) {
        c->bad++;
        clear_line(c);
        printf("%s%-5s%s %s\n", paint(c, r->verdict),
               pf_verdict_name(r->verdict), c->colour ? "\033[0m" : "", r->id);
        print_text("intent", r->title);
        print_text("expected", r->expected);
        print_text("actual", r->actual);
        print_text("why", r->why);
        print_text("again", r->reproduce);
    }
    show_progress(c);
}

void pf_console_end(pf_console *c, const pf_counts *counts, rp_nanos took,
                    const char *out_dir)
{
    clear_line(c);
    printf("%zu cases: ", counts->total);
    for (int v = 0; v < PF_VERDICT_COUNT; v++)
        printf("%s%zu %s", v > 0 ? ", " : "", counts->by[v],
               pf_verdict_name((pf_verdict)v));
    if (counts->known > 0)
        printf(" (%zu known)", counts->known);
    printf("; %.1f s\nresults in %s\n", rp_time_ms(took) / 1000, out_dir);
    fflush(stdout);
}
