#include "harness/run/branch.h"

#include "harness/data/value.h"
#include <rpcref/mem.h>

/* One list of steps being walked. */
typedef struct pf_branch_frame {
    json_t *steps;
    size_t next;
    size_t round, rounds;
    char *as; /* placeholder of the round; NULL: none */
} frame;

static void push(pf_branch *b, const json_t *steps, size_t rounds,
                 const char *as)
{
    b->frames = rp_mem_grow(b->frames, b->depth, &b->cap, sizeof(frame));
    b->frames[b->depth++] =
        (frame){.steps = json_incref((json_t *)(uintptr_t)steps),
                .rounds = rounds,
                .as = rp_mem_dup_str(as)};
}

static void pop(pf_branch *b)
{
    frame *f = &b->frames[--b->depth];

    json_decref(f->steps);
    rp_mem_free(f->as);
}

pf_branch *pf_branch_new(pf_branch *parent, const json_t *steps,
                         const json_t *names)
{
    pf_branch *b = RP_NEW(pf_branch);

    b->parent = parent;
    b->names = json_object();
    if (parent != NULL)
        json_object_update(b->names, parent->names);
    if (names != NULL)
        json_object_update(b->names, (json_t *)(uintptr_t)names);
    push(b, steps, 1, NULL);
    return b;
}

void pf_branch_free(pf_branch *b)
{
    if (b == NULL)
        return;
    while (b->depth > 0)
        pop(b);
    json_decref(b->names);
    json_decref(b->step);
    rp_mem_free(b->frames);
    rp_mem_free(b);
}

/* Makes the top frame one with a step to come. False: there is none. */
static bool settle(pf_branch *b)
{
    while (b->depth > 0) {
        frame *f = &b->frames[b->depth - 1];

        if (f->next < json_array_size(f->steps))
            return true;
        if (json_array_size(f->steps) > 0 && ++f->round < f->rounds)
            f->next = 0;
        else
            pop(b);
    }
    return false;
}

static void name_rounds(const pf_branch *b, json_t *names)
{
    for (size_t i = 0; i < b->depth; i++) {
        const frame *f = &b->frames[i];

        if (f->as != NULL)
            json_object_set_new(names, f->as,
                                json_integer((json_int_t)f->round));
    }
}

const json_t *pf_branch_step(pf_branch *b)
{
    json_t *names;
    frame *f;

    if (b->step != NULL)
        return b->step;
    if (!settle(b))
        return NULL;
    f = &b->frames[b->depth - 1];
    names = json_copy(b->names);
    name_rounds(b, names);
    /* counted now, so that what the step puts in front comes next */
    b->step = pf_value_substitute(json_array_get(f->steps, f->next++), names);
    json_decref(names);
    return b->step;
}

void pf_branch_advance(pf_branch *b)
{
    json_decref(b->step);
    b->step = NULL;
    b->again = false;
    b->children = 0;
}

void pf_branch_repeat(pf_branch *b, const json_t *steps, size_t times,
                      const char *as)
{
    if (times > 0)
        push(b, steps, times, as);
}

bool pf_branch_is_within(const pf_branch *b, const pf_branch *other)
{
    while (b != NULL && b != other)
        b = b->parent;
    return b != NULL;
}
