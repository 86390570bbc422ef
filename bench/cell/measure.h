/*
 * measure.h - one cell, measured: start a pool, warm it up, take samples, stop it.
 *
 * Google Benchmark drives the repetitions, with manual time: one repetition is one map over all
 * tasks, timed by the one clock and by nothing else. Around it, untimed, every result is compared
 * with serial's and with the known answer, usage is read and the machine's capacity is probed.
 */
#ifndef PARBENCH_BENCH_CELL_MEASURE_H
#define PARBENCH_BENCH_CELL_MEASURE_H

#include "bench/cell/arguments.h"
#include "workloads/workload.h"

enum measure_outcome {
    MEASURE_OK = 0,     /* the cell program's exit statuses */
    MEASURE_FAILED = 1, /* a row says why */
    MEASURE_USAGE = 2,  /* one line on standard error says why; no row */
};

/* Measures and writes rows to arguments->samples, each as soon as it is taken; their stop_ns goes to
 * the board once the pool has stopped. In a process that turns out to be a worker (an MPI rank) it
 * serves, writes nothing and returns MEASURE_OK. */
enum measure_outcome measure_cell(const struct arguments *arguments, const struct backend *backend,
                                  const struct work *work, struct board *board);

#endif
