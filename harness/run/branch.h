/* branch.h - where in its steps a script is.
 *
 * A script begins as one branch; `parallel` adds more. A branch walks a list
 * of steps, and lists within lists where steps are repeated. Nothing is run
 * here.
 *
 * Threads: any, one at a time for each branch. */
#ifndef HARNESS_RUN_BRANCH_H
#define HARNESS_RUN_BRANCH_H

#include <jansson.h>
#include <rpcref/time.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct pf_branch pf_branch;

/* The members below `frames` are the script's, about the present step. */
struct pf_branch {
    pf_branch *parent; /* NULL: the script itself */
    struct pf_branch_frame *frames;
    size_t depth, cap;
    json_t *names;   /* placeholders, beside those of the frames */
    json_t *step;    /* the present one, placeholders filled in */
    bool again;      /* it has been tried */
    rp_nanos since;  /* when it was first tried */
    size_t children; /* branches it waits for */
    size_t arrival;  /* its number at a barrier */
};

/* A branch at the first of `steps`, an array. `names`, an object or NULL, is
 * what placeholders stand for beside the parent's. References are taken. */
pf_branch *pf_branch_new(pf_branch *parent, const json_t *steps,
                         const json_t *names);
/* NULL is allowed. */
void pf_branch_free(pf_branch *b);

/* The present step with its placeholders filled in, borrowed until the branch
 * goes on; NULL at the end. */
const json_t *pf_branch_step(pf_branch *b);

/* The present step is done. */
void pf_branch_advance(pf_branch *b);

/* Puts a list of steps, `times` over, before what follows the present step;
 * in round number i, from 0, the placeholder `as` (NULL: none) stands for i. */
void pf_branch_repeat(pf_branch *b, const json_t *steps, size_t times,
                      const char *as);

/* Whether `b` is `other` or within it. */
bool pf_branch_is_within(const pf_branch *b, const pf_branch *other);

#endif
