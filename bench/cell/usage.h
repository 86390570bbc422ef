/*
 * usage.h - what a map cost in processor time and memory, workers included.
 *
 * Processor time is the difference of exact clocks, read directly around the map: this process's own,
 * each worker's, and that of children already reaped. Only how it splits into user and system time
 * comes from the kernel's counts, which move by the tick (10 ms) for a worker that still lives: so they
 * give a proportion, never a time. Everything else is read from /proc by the pids on the board, before
 * the first and after the second look at the clocks. Source: getrusage(2), proc(5),
 * clock_getcpuclockid(3).
 */
#ifndef PARBENCH_BENCH_CELL_USAGE_H
#define PARBENCH_BENCH_CELL_USAGE_H

#include <stdint.h>

#include "common/board.h"

struct usage {
    uint64_t user_ns, sys_ns; /* as the kernel counts them; exact only in what usage_between makes */
    uint64_t voluntary_switches, involuntary_switches;
    uint64_t minor_faults;
    uint64_t peak_rss_kib; /* of this process + of each worker: shared pages count in each */
};

/* Reads the sums so far of this process, the first `workers` lines of the board and the line of a
 * helper behind them. Costs some ten microseconds a worker: call it outside of what is timed. */
void usage_read(const struct board *board, unsigned workers, struct usage *usage);

/* Processor time so far, exact to the microsecond, of the same processes. Costs under a microsecond a
 * worker: call it next to what is timed. */
uint64_t usage_cpu_ns(const struct board *board, unsigned workers);

/* after - before, field by field; the peak is after's. user_ns + sys_ns is cpu_ns, which grew between
 * two calls of usage_cpu_ns, in the proportion that the kernel's counts have grown, or have in all
 * where they have not. */
struct usage usage_between(const struct usage *before, const struct usage *after, uint64_t cpu_ns);

#endif
