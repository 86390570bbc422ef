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
#include "workloads/workload.h"

/* A sample with the keys of this cell and nothing measured: status "ok", not verified. Texts are
 * borrowed from work and backend. plan->job->shape must be the work's. */
struct sample model_sample(const struct work *work, const char *backend, const struct plan *plan);

#endif
