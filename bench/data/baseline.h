/*
 * baseline.h - a cell against the serial loop: what its speedup, capacity and dispatch are.
 *
 * The formulas are told in summary.h. Every ratio is taken within rounds (statistics.h), so both
 * sides saw the same machine.
 */
#ifndef PARBENCH_BENCH_DATA_BASELINE_H
#define PARBENCH_BENCH_DATA_BASELINE_H

#include <stddef.h>

#include "bench/data/statistics.h"
#include "bench/data/summary.h"

/* Samples of one cell or of several; borrowed from a sample table. */
struct sample_list {
    const struct sample **samples; /* samples[count] */
    size_t count;
};

/* Whether this cell is itself what others are compared to. */
bool is_baseline(const struct summary *cell);

/* Sets the cell's figures from rounds to dispatch_high, and what the probe said, from its own samples and those of
 * serial; its keys and median_ns must be set. Either list may be empty. Returns 0 or -ENOMEM. */
int baseline_compare(struct summary *cell, const struct sample_list *own,
                     const struct sample_list *serial, unsigned cores);

/* capacity_efficiency as the bootstrap draws it (statistics_redraw). Returns 0 or -ENOMEM. */
int baseline_redraw(const struct sample_list *own, const struct sample_list *serial, uint64_t seed,
                    double replicates[STATISTICS_REPLICATES]);

#endif
