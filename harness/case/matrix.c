#include "harness/case/matrix.h"

#include <rpcref/mem.h>
#include <stdint.h>
#include <string.h>

enum { AXES_MAX = 16 };

typedef struct axis {
    const char *name;
    const json_t *values;
    size_t count;
} axis;

typedef struct matrix {
    axis axes[AXES_MAX];
    size_t axis_count;
    size_t product;
    json_t *choices; /* those not excluded */
} matrix;

bool pf_matrix_fits(const json_t *wanted, const json_t *names)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)wanted, name, value)
    {
        const json_t *have = json_object_get(names, name);
        bool fits = json_equal(value, have);

        for (size_t i = 0; i < json_array_size(value); i++)
            fits |= json_equal(json_array_get(value, i), have);
        if (!fits)
            return false;
    }
    return true;
}

static bool is_excluded(const json_t *exclude, const json_t *choice)
{
    for (size_t i = 0; i < json_array_size(exclude); i++) {
        if (pf_matrix_fits(json_array_get(exclude, i), choice))
            return true;
    }
    return false;
}

static rp_code read_axes(matrix *m, const json_t *vary, rp_err *err)
{
    const char *name;
    json_t *values;

    m->product = 1;
    json_object_foreach((json_t *)(uintptr_t)vary, name, values)
    {
        size_t count = json_array_size(values);

        if (m->axis_count == AXES_MAX)
            return rp_fail(err, RP_ELIMIT, "more than %d axes", AXES_MAX);
        m->axes[m->axis_count++] = (axis){name, values, count};
        m->product *= count;
        if (m->product > PF_MATRIX_MAX)
            return rp_fail(err, RP_ELIMIT, "more than %d combinations",
                           PF_MATRIX_MAX);
    }
    return RP_OK;
}

/* Combination number `index`, the last axis changing first. New reference. */
static json_t *choice_at(const matrix *m, size_t index)
{
    size_t picked[AXES_MAX] = {0};
    json_t *choice = json_object();

    for (size_t i = m->axis_count; i-- > 0;) {
        picked[i] = index % m->axes[i].count;
        index /= m->axes[i].count;
    }
    for (size_t i = 0; i < m->axis_count; i++)
        json_object_set(choice, m->axes[i].name,
                        json_array_get(m->axes[i].values, picked[i]));
    return choice;
}

/* --- pairs ---------------------------------------------------------------- */

typedef struct pairs {
    const matrix *m;
    size_t offsets[AXES_MAX]; /* of an axis among all values */
    size_t values;
    bool *covered; /* values x values */
} pairs;

static size_t value_number(const pairs *p, size_t axis_index,
                           const json_t *choice)
{
    const axis *a = &p->m->axes[axis_index];
    const json_t *v = json_object_get(choice, a->name);
    size_t i = 0;

    while (i + 1 < a->count && json_array_get(a->values, i) != v)
        i++;
    return p->offsets[axis_index] + i;
}

/* How many pairs of values `choice` adds; marks them when `take`. */
static size_t new_pairs(pairs *p, const json_t *choice, bool take)
{
    size_t numbers[AXES_MAX];
    size_t added = 0;

    for (size_t i = 0; i < p->m->axis_count; i++)
        numbers[i] = value_number(p, i, choice);
    for (size_t i = 0; i < p->m->axis_count; i++)
        for (size_t k = i + 1; k < p->m->axis_count; k++) {
            bool *seen = &p->covered[numbers[i] * p->values + numbers[k]];

            added += !*seen;
            *seen |= take;
        }
    return added;
}

/* The next choice to take: the one that adds most, the first of equals. */
static size_t best_choice(pairs *p, size_t *gain)
{
    size_t best = 0;

    *gain = 0;
    for (size_t i = 0; i < json_array_size(p->m->choices); i++) {
        size_t added = new_pairs(p, json_array_get(p->m->choices, i), false);

        if (added > *gain) {
            *gain = added;
            best = i;
        }
    }
    return best;
}

/* Leaves in m->choices as many as cover all pairs that any choice covers. */
static void keep_pairwise(matrix *m)
{
    pairs p = {.m = m};
    size_t count = json_array_size(m->choices);
    bool *taken = rp_mem_new(count * sizeof(bool));
    json_t *kept = json_array();
    size_t gain;

    for (size_t i = 0; i < m->axis_count; i++) {
        p.offsets[i] = p.values;
        p.values += m->axes[i].count;
    }
    p.covered = rp_mem_new(p.values * p.values * sizeof(bool));
    for (;;) {
        size_t best = best_choice(&p, &gain);

        if (gain == 0)
            break;
        new_pairs(&p, json_array_get(m->choices, best), true);
        taken[best] = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (taken[i])
            json_array_append(kept, json_array_get(m->choices, i));
    }
    json_decref(m->choices);
    m->choices = kept;
    rp_mem_free(p.covered);
    rp_mem_free(taken);
}

rp_code pf_matrix_expand(const json_t *vary, const json_t *exclude,
                         bool exhaustive, json_t **out, rp_err *err)
{
    matrix m = {0};
    rp_code rc = read_axes(&m, vary, err);

    *out = NULL;
    if (rc != RP_OK)
        return rc;
    m.choices = json_array();
    for (size_t i = 0; i < m.product; i++) {
        json_t *choice = choice_at(&m, i);

        if (!is_excluded(exclude, choice))
            json_array_append(m.choices, choice);
        json_decref(choice);
    }
    if (!exhaustive && m.axis_count > 2 &&
        json_array_size(m.choices) > PF_MATRIX_PAIRWISE_ABOVE)
        keep_pairwise(&m);
    *out = m.choices;
    return RP_OK;
}
