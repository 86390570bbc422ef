/*
 * run.h - a cell from its command line to its exit status, for any backend.
 */
#ifndef PARBENCH_BENCH_CELL_RUN_H
#define PARBENCH_BENCH_CELL_RUN_H

#include "bench/cell/measure.h"

/* Opens what the arguments name (workload and board), measures backend, and closes. What cannot be
 * opened is said in one line on standard error. */
enum measure_outcome run_cell(const struct arguments *arguments, const struct backend *backend);

#endif
