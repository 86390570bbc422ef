/*
 * cores.h - how many cores this process may use.
 *
 * The number of processors in the machine is not the answer: an affinity mask (taskset, a batch
 * system, a cpuset) may leave fewer of them, and a cgroup's quota may grant less of their time
 * (docker --cpus=1.5), which no mask shows. The readers of cgroup files (common/cgroup.h finds
 * them) are pure, text in and number out, so that version 1 and version 2 can be tested on a
 * machine that has neither.
 *
 * Sources: sched_getaffinity(2), cgroups(7), Documentation/admin-guide/cgroup-v2.rst (cpu.max) and
 * Documentation/scheduler/sched-bwc.rst (cpu.cfs_quota_us) in the Linux tree.
 */
#ifndef PARBENCH_BENCH_COMMAND_CORES_H
#define PARBENCH_BENCH_COMMAND_CORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CORES_NO_QUOTA 0.0

/* Hardware threads that are online, whoever may use them; at least 1. */
unsigned cores_online(void);

/* Hardware threads in this process's affinity mask; at least 1. */
unsigned cores_affinity(void);

/* Cores' worth of time that the cgroups of this process, and those above them, grant: the least of
 * all quotas, of version 1 and 2; CORES_NO_QUOTA if there is none. Never negative. */
double cores_quota(void);

/* The period in which that quota is spent and filled up again, in nanoseconds; 0 if there is none. */
uint64_t cores_quota_period_ns(void);

/* The lesser of affinity and quota: the most that any pool can use. */
double cores_granted(void);

/* What a pool is best started with: the affinity, or less if the quota, rounded up, is below it;
 * at least 1. */
unsigned cores_usable(void);

/* The rule of cores_usable. */
unsigned cores_combine(unsigned affinity, double quota);

/* How many threads may spin without taking time from each other: the affinity, or less if the
 * quota, rounded down, is below it; at least 1. And its rule. */
unsigned cores_whole(void);
unsigned cores_combine_whole(unsigned affinity, double quota);

/* Reads cpu.max of version 2: "150000 100000" is 1.5 cores, "max 100000" is CORES_NO_QUOTA, and so
 * is what cannot be read. */
double cores_read_v2(const char *text);

/* Reads cpu.cfs_quota_us and cpu.cfs_period_us of version 1; a quota of -1 is CORES_NO_QUOTA. */
double cores_read_v1(const char *quota_us, const char *period_us);

#endif
