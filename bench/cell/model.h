/*
 * model.h - what all samples of a cell have in common: its keys.
 *
 * The cell fills its rows from this, and so does the runner where a cell could not write its own,
 * so that both are rows of the same cell.
 */
#ifndef PARBENCH_BENCH_CELL_MODEL_H
#define PARBENCH_BENCH_CELL_MODEL_H

#include "backends/backend.h"
#include "bench/data/sample.h"

/* A sample with the keys of this cell and nothing measured: status "ok", not verified. The texts
 * are borrowed; plan->job->shape is the records'. */
struct sample model_sample(const char *workload, const char *parameters, size_t tasks,
                           const char *backend, const struct plan *plan);

#endif
