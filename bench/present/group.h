/*
 * group.h - cells that are shown together, as they share a baseline.
 *
 * A group is one workload with one set of parameters, in one suite: just the cells whose speedups
 * are against the same serial cell.
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

/* What the group shares, beyond its workload's name: parameters, number and sizes of the tasks,
 * and, if asked for, the suite. Owned by the caller; NULL: no memory. */
char *group_details(const struct group *group, bool name_suite);

#endif
