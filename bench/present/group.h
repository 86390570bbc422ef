/*
 * group.h - cells that are shown together: what they have in common, and what tells them apart.
 *
 * A group is one workload in one suite. Parameters are a comma-separated list of name=value; what
 * every cell of the group has is said once, in its heading, and what differs beside each cell.
 */
#ifndef PARBENCH_BENCH_PRESENT_GROUP_H
#define PARBENCH_BENCH_PRESENT_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/data/summary.h"

struct group {
    const struct summary **cells; /* cells[count], borrowed; in order of the summary */
    size_t count;
};

/* Whether a group begins with this row of the summary, being its first cell. */
bool group_begins(const struct summary_table *summary, size_t row);

/* Fills the group that begins with this row. Returns 0, or -ENOMEM; the caller owns
 * group->cells (free). */
int group_gather(const struct summary_table *summary, size_t row, struct group *group);

/* The items of a cell's parameters that every cell of the group has (shared) or that not every one
 * has (!shared), comma-separated. Owned by the caller; NULL: no memory. */
char *group_parameters(const struct group *group, const struct summary *cell, bool shared);

/* What the group shares, beyond its workload's name: parameters, number and sizes of the tasks,
 * and, if asked for, the suite. Owned by the caller; NULL: no memory. */
char *group_details(const struct group *group, bool name_suite);

#endif
