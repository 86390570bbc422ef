/*
 * perf.h - a pipe's round trip as `perf bench sched pipe` finds it.
 */
#ifndef PARBENCH_BENCH_IPC_PERF_H
#define PARBENCH_BENCH_IPC_PERF_H

#include "bench/ipc/rival.h"

/*
 * perf prints the mean time of a trip, in which is the start of its processes, some milliseconds.
 * So it is run for few trips and for many: what the additional ones took is free of the start.
 *
 * What other programs took of its core is in the mean as well. A run that had less than three
 * quarters of it, or one for few trips that took longer than that for many, says nothing: the
 * figure is then INFINITY. Sets pair's rival_ns, status and signal. Returns 0, or a negative errno
 * with one line in message[bytes].
 */
int perf_measure(struct session *session, const char *placement, struct rival_pair *pair,
                 char *message, size_t bytes);

#endif
