/*
 * probe.h - how much compute does the machine really give right now?
 *
 * Two cores on a shared machine may deliver anything between less than one and two cores' worth of
 * work, and that changes within seconds. The probe asks the machine itself: as many independent
 * processes as there are workers, but at most one for each core, walk over the same tasks with the
 * same kernel and talk to nobody. There are two kinds of windows, in turns:
 *
 *     all     every process at once, placed as the pool's workers are: bound where they are bound,
 *             left to the kernel where they are not
 *     alone   one process, bound to one core; the next such window takes the next core
 *
 * An alone window says how fast a core is: work per second of processor time, which other programs
 * on that core do not change. An all window says how much work was done per second of the clock.
 * That divided by the faster of the two alone windows around it is the *capacity* in cores: the
 * ceiling of any backend with that many workers then. What the host takes away shows in it as well
 * as what the kernel gives to others; `capacity_cpu` shows the latter alone.
 *
 * Work is counted in *groups* of tasks, each weighted by what it took when the tasks were first
 * walked over, so that uneven tasks and a process that gets half a core do not bias each other. A
 * kernel too short for this stands back for a microsecond of arithmetic: such kernels run at one of
 * two speeds, by the luck of a start, which says nothing of the machine.
 *
 * No thread safety; one process asks.
 */
#ifndef PARBENCH_BENCH_CELL_PROBE_H
#define PARBENCH_BENCH_CELL_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include "common/job.h"

/* What is to be probed; borrowed until probe_stop. */
struct probe_plan {
    const struct job
        *job;          /* its kernel, shape and board: workers' lines say where they are bound */
    const char *tasks; /* tasks[count][task_bytes] */
    size_t count;      /* above 0 */
    unsigned workers;  /* of the pool */
    uint64_t quota_period_ns; /* of the cgroup's processor quota; 0: there is none */
    uint64_t limit_ns;        /* for weighing the tasks */
};

struct probe_result {
    double capacity;     /* cores' worth of work, of all processes in all windows */
    double capacity_cpu; /* cores that the kernel gave them: processor time / time */
    double others;       /* cores that others had: the share of the time for which an alone process
                            was runnable but did not run, for all cores */
    unsigned windows;    /* with all processes */
};

struct probe;

/* Forks the processes and weighs the tasks. The processes sleep until they are asked, on memory
 * that they share: no descriptor of theirs is in anyone's way. Returns 0 with *probe owned by the
 * caller, or a negative errno (-ETIMEDOUT: the tasks were not weighed in time). */
int probe_start(const struct probe_plan *plan, struct probe **probe);

/* One window with all and one alone, before the first time another one alone: some 40 ms, longer
 * where a map, a task or a quota's period is. A process that does not answer counts with what it
 * has done. Nothing else of ours may be running. Does nothing once there are 256 windows. */
void probe_measure(struct probe *probe);

/* What the windows so far say: their means. NaN where there were none. */
struct probe_result probe_read(const struct probe *probe);

/* Ends the processes. No-op on NULL. */
void probe_stop(struct probe *probe);

#endif
