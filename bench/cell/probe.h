/*
 * probe.h - how much compute does the machine really give right now?
 *
 * Two cores on a shared machine may deliver anything between one and two cores' worth of work,
 * and that changes within seconds. The probe asks the machine itself: as many independent
 * processes as there are workers, but at most one for each core, call the same kernel on the same
 * task for a short window, each pinned to its core, and talk to nobody. The sum of their rates is the ceiling that any backend with
 * that many workers could have reached at that moment; divided by the rate of one process alone
 * (serial's probe) it is the *capacity*, in cores.
 */
#ifndef PARBENCH_BENCH_CELL_PROBE_H
#define PARBENCH_BENCH_CELL_PROBE_H

#include <stdint.h>

#include "common/job.h"

struct probe;

/* Forks the processes, which sleep until they are asked. To be called before the pool starts,
 * so that no process of the one holds descriptors of the other. job and task are borrowed. Returns
 * 0 with *probe owned by the caller, or a negative errno. */
int probe_start(const struct job *job, const void *task, unsigned workers, struct probe **probe);

/* Runs one window and returns the kernel calls per second of all processes together; 0 if they did
 * not answer within limit_ns. */
uint64_t probe_measure(struct probe *probe, uint64_t limit_ns);

/* Ends the processes. */
void probe_stop(struct probe *probe);

#endif
