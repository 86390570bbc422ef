/*
 * own_row.h - a row that the runner writes itself, where a cell could not: skipped, killed, late.
 */
#ifndef PARBENCH_BENCH_LAUNCH_OWN_ROW_H
#define PARBENCH_BENCH_LAUNCH_OWN_ROW_H

#include "bench/data/sample.h"
#include "bench/launch/cell.h"

/* Appends to rows one that has the cell's keys, nothing measured, these settings (sample.h; "" for
 * a cell that was not started) and this status (cut to what a line may hold). Returns 0 or a
 * negative errno. */
int own_row_add(struct sample_table *rows, const struct cell *cell, uint64_t round,
                const char *settings, const char *status);

#endif
