/*
 * cells.h - which rows of samples.csv are of one cell.
 *
 * Workers that are bound to cores (--pin) and those that are not, or bound to others, are not the
 * same measurement, so the binding is a key like any other.
 */
#ifndef PARBENCH_BENCH_COMPARE_CELLS_H
#define PARBENCH_BENCH_COMPARE_CELLS_H

#include <stdbool.h>

#include "bench/data/sample.h"

/* The order of two rows by the keys that tell one cell from another; 0: they are of one. */
int cells_order(const struct sample *one, const struct sample *other);

/* Whether all keys are the same but for the binding, which may be as well. */
bool cells_alike(const struct sample *one, const struct sample *other);

/* Returns a copy of the rows, cell by cell, owned by the caller; NULL: no memory. */
struct sample *cells_sort(const struct sample_table *table);

/* How many of rows[count], sorted, from first on are of its cell. */
size_t cells_rows(const struct sample rows[], size_t count, size_t first);

#endif
