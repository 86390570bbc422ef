/*
 * usage.h - what a map cost in processor time and memory, workers included.
 *
 * getrusage sees this process, its threads and the children that it has already reaped; workers
 * that still live are read from /proc by the pids on the board. Sums are monotonic: what a worker
 * used moves from the one to the other when it is reaped. Source: getrusage(2), proc(5),
 * clock_getcpuclockid(3). The kernel samples the split between user and system time (by the tick);
 * their sum is exact.
 */
#ifndef PARBENCH_BENCH_CELL_USAGE_H
#define PARBENCH_BENCH_CELL_USAGE_H

#include <stdint.h>

#include "common/board.h"

struct usage {
    uint64_t user_ns, sys_ns;
    uint64_t voluntary_switches, involuntary_switches;
    uint64_t minor_faults;
    uint64_t peak_rss_kib; /* of this process + of each worker: shared pages count in each */
};

/* Reads the sums so far of this process, the first `workers` lines of the board and the line of a
 * helper behind them. Costs some ten
 * microseconds a worker: call it outside of what is timed. */
void usage_read(const struct board *board, unsigned workers, struct usage *usage);

/* after - before, field by field; the peak is after's. */
struct usage usage_between(const struct usage *before, const struct usage *after);

#endif
