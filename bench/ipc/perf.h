/*
 * perf.h - a pipe's round trip as `perf bench sched pipe` finds it.
 */
#ifndef PARBENCH_BENCH_IPC_PERF_H
#define PARBENCH_BENCH_IPC_PERF_H

#include "bench/ipc/rival.h"

/*
 * perf prints the mean time of a trip. In it are the start of its processes, about a millisecond,
 * and whatever else took the core meanwhile. So it is run for few trips and for many: what the
 * additional ones took is free of the start. Each runs three times, and the least counts, as
 * nothing but other users of the machine makes one take longer than the other.
 *
 * Sets pair's rival_ns, status and signal. Returns 0, or a negative errno with one line in
 * message[bytes].
 */
int perf_measure(struct session *session, const char *placement, struct rival_pair *pair,
                 char *message, size_t bytes);

#endif
