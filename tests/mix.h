/*
 * mix.h - tasks and kernels for tests of backends: every byte of a task shows in its result.
 */
#ifndef PARBENCH_TESTS_MIX_H
#define PARBENCH_TESTS_MIX_H

#include "backends/backend.h"

/* Mixes all of task into all of result. */
const char *mix(const void *task, void *result, const struct shape *shape);

/* One map's records and what must come out of them, by the serial loop. */
struct records {
    struct job job;
    size_t count;
    char *tasks, *results, *expected;
};

/* Makes count tasks, no two alike where they have 8 bytes, and runs the serial loop over them.
 * job is copied. To be freed by records_free; ends the process if memory is short. */
struct records records_make(const struct job *job, size_t count);
void records_free(struct records *records);

/* Forgets the results; then whether they are byte for byte what the serial loop gives. */
void records_spoil(struct records *records);
bool records_right(const struct records *records);

#endif
