/*
 * neighbours.h - what other programs on this machine take of its processors.
 *
 * "Ours" is one process, the owner, with all that descend from it; every other process that can be
 * seen is a neighbour, but for the kernel's own threads, which work for all. Each process has a
 * clock of its processor time that anybody may read, exact to the nanosecond and with its threads
 * in it, so that a window of milliseconds can be told from a quiet one; /proc/stat counts ticks of
 * ten. Not seen are processes in other containers, and what a process used between the last look
 * and its end: machine_time knows of these, too, but only by ticks.
 *
 * A look costs one system call for each process, some 50 microseconds for a hundred: call it
 * outside of what is timed. Not safe in two threads at once. Source: clock_getcpuclockid(3),
 * proc(5).
 */
#ifndef PARBENCH_COMMON_NEIGHBOURS_H
#define PARBENCH_COMMON_NEIGHBOURS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/process.h"

struct neighbours;

struct neighbour {
    pid_t pid;
    char name[PROCESS_NAME_BYTES]; /* untrusted text */
    uint64_t used_ns;              /* since the mark */
};

/* Takes a first look, and the mark. Only neighbours that may run on the processors of this process
 * count. Returns 0 with *neighbours owned by the caller, or a negative errno. */
int neighbours_open(pid_t owner, struct neighbours **neighbours);
void neighbours_close(struct neighbours *neighbours); /* NULL: nothing to do */

/* From now on is counted anew. */
void neighbours_mark(struct neighbours *neighbours);

/* When the mark was taken (clock.h). */
uint64_t neighbours_marked_ns(const struct neighbours *neighbours);

/* Looks, and returns the processor time of all neighbours since the mark; *window_ns (may be NULL)
 * is how long ago that was, never 0. */
uint64_t neighbours_used(struct neighbours *neighbours, uint64_t *window_ns);

/* Of the latest look: fills top[most] with those that used the most since the mark. Returns how
 * many. */
size_t neighbours_top(const struct neighbours *neighbours, struct neighbour top[], size_t most);

/* ---- readers: text in, numbers out ---------------------------------------------------------- */

/* Reads the text of /proc/PID/schedstat or /proc/PID/task/TID/schedstat: how long this thread was
 * ready to run, but did not. 0 or -EINVAL. */
int schedstat_read(const char *text, uint64_t *delay_ns);

/* Reads the text of /proc/pressure/cpu: for how long so far some process waited for a processor. 0,
 * or -EINVAL if that is not there. */
int pressure_read(const char *text, uint64_t *total_us);

struct machine_time { /* since the machine was started, of some of its processors */
    uint64_t busy_ns; /* in programs and in the kernel for them; a tick at a time */
    uint64_t steal_ns;
};

/* Reads the text of /proc/stat; processors: those that count. 0, or -EINVAL if none of them is
 * there. */
int machine_time_read(const char *text, const cpu_set_t *processors, struct machine_time *time);

/* The same of this machine now, on the processors that this process may use. 0 or a negative errno.
 */
int machine_time_now(struct machine_time *time);

/* How long this thread (of any process) was delayed so far; 0 or a negative errno: it has ended. */
int thread_delay(pid_t pid, pid_t tid, uint64_t *delay_ns);

#endif
