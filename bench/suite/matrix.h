/*
 * matrix.h - which cells a command line asks for: backends x workloads x workers x schedules.
 */
#ifndef PARBENCH_BENCH_SUITE_MATRIX_H
#define PARBENCH_BENCH_SUITE_MATRIX_H

#include <stddef.h>

#include "bench/launch/cell.h"

struct matrix {
    struct cell *cells; /* cells[count], workload by workload, serial first */
    size_t count;
    struct description *descriptions; /* descriptions[description_count] */
    size_t description_count;
    const char *
        *names; /* names[description_count]: as they were asked for, borrowed from options */
    struct work_description *works; /* works[work_count], in the order of the options */
    size_t work_count;
};

/* Multiplies out. Each workload gets its serial cell, asked for or not, as the baseline of its
 * speedups; what is serial knows neither workers nor schedules, so it is one cell with the first
 * schedule asked for. Returns 0 with *matrix owned by the caller, or a negative errno; -EINVAL is a
 * workload that can't be, with one line in message[bytes]. */
int matrix_make(const struct options *options, struct matrix *matrix, char *message, size_t bytes);

/* Makes the cells anew, for other workloads of the same options; backends are not asked again. On
 * an error, too, the matrix stays the caller's. */
int matrix_change(const struct options *options, struct matrix *matrix, char *message,
                  size_t bytes);

void matrix_free(struct matrix *matrix);

/* order[count] becomes a random permutation of 0 .. count-1 (Fisher and Yates), the same for the
 * same *state, which it moves on. */
void matrix_shuffle(size_t *order, size_t count, uint64_t *state);

#endif
