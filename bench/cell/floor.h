/*
 * floor.h - what our own book-keeping costs for each task.
 *
 * Around the kernel job_run notes on the board which task runs and how many have, and, where
 * samples note times, looks at the clock. That is in every backend's figure and in no other
 * program's, so it is measured, as a column of its own: job_run over a kernel that does nothing,
 * less the plain loop over the same kernel. What a backend spends to claim a chunk is not in it:
 * that is its price.
 */
#ifndef PARBENCH_BENCH_CELL_FLOOR_H
#define PARBENCH_BENCH_CELL_FLOOR_H

#include "backends/backend.h"

/* Nanoseconds for each task, when chunks of so many go to job_run at once (0: all tasks; per-task:
 * one). The least of several tries, at least 0. NaN: no memory, or no tasks. */
double floor_measure(enum schedule schedule, size_t chunk, size_t tasks, bool timed);

#endif
