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

/* What one round showed of a cell: in each round it was another start of it. */
struct baseline_round {
    uint64_t round;
    double speedup; /* serial's time for a task / the cell's, medians of this round's samples */
    double capacity, capacity_efficiency; /* of this round; see summary.h */
};

/* Writes the rounds that both sides have into rounds[own->count], rising; returns how many, or
 * -ENOMEM. The two may have run different numbers of tasks, of one length. */
int baseline_rounds(const struct sample_list *own, const struct sample_list *serial,
                    struct baseline_round rounds[]);

#endif
