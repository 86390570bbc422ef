/*
 * rows.h - the rows that a cell has measured so far.
 *
 * Each row goes to its file as soon as it is there, so that a crash costs no more than the sample
 * being taken. What is known only at the end (stop_ns) makes all rows be written once more, over
 * the first writing.
 */
#ifndef PARBENCH_BENCH_CELL_ROWS_H
#define PARBENCH_BENCH_CELL_ROWS_H

#include <stddef.h>
#include <stdio.h>

#include "bench/data/sample.h"

struct rows {
    FILE *file;
    struct sample *samples; /* samples[count]; their status texts are owned, all others borrowed */
    size_t count;
};

/* Opens path and writes the header. Returns 0 or a negative errno. */
int rows_open(struct rows *rows, const char *path);

/* Adds one row; status is copied. Returns 0 or -ENOMEM. */
int rows_add(struct rows *rows, const struct sample *sample);

/* Writes all rows again, with this stop_ns, and frees what rows owns. */
void rows_close(struct rows *rows, uint64_t stop_ns);

#endif
