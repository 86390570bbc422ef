/*
 * check.h - bench ipc --check: do other programs find the same figures?
 *
 * Each of these measures what bench ipc measures, with code of its own:
 *
 *     pipe, same and free    perf bench sched pipe
 *     mpi, different         reference-mpi, a plain ping-pong as in the OSU benchmarks
 *
 * In each of 5 rounds both are run, one after the other, and the ratio is taken within the round
 * (statistics_ratio), so that what slows the machine for a while cancels. Where two processes run
 * changes a pipe's round trip several times over (one core: no sleep of the core, no interrupt),
 * and perf can be bound to one core but not each of its processes to its own; so `same` is the
 * comparison that counts, and `free` shows what the scheduler makes of both.
 *
 * A difference is no failure: whoever reads it judges. OpenMP's overheads are not compared: bench
 * ipc does not measure them.
 */
#ifndef PARBENCH_BENCH_IPC_CHECK_H
#define PARBENCH_BENCH_IPC_CHECK_H

#include "bench/ipc/options.h"

/* Measures, compares, prints. Returns bench's exit status. */
int ipc_check(const struct ipc_options *options);

#endif
