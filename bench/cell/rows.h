/*
 * rows.h - the rows that a cell has measured so far.
 *
 * Each row goes to its file as soon as it is there, and none is touched again, so that a crash at any
 * moment costs no more than the row being written, which lacks its newline. What is known only at
 * the end, stop_ns, stands on the board (common/board.h), from where the runner takes it.
 */
#ifndef PARBENCH_BENCH_CELL_ROWS_H
#define PARBENCH_BENCH_CELL_ROWS_H

#include <stdio.h>

#include "bench/data/sample.h"

/* Opens path, which the runner has made, and writes the header. Returns 0 with *rows owned by the
 * caller (fclose), or a negative errno. */
int rows_open(const char *path, FILE **rows);

/* Adds one row. Returns 0 or a negative errno. */
int rows_add(FILE *rows, const struct sample *sample);

#endif
