/*
 * footprint.h - the memory of a process, as proc(5) tells it in smaps_rollup.
 *
 *     PSS   proportional: each page counts by 1 / (processes that map it). Of all processes
 *           together that is the memory which is really used.
 *     USS   unique: the pages that nobody else maps, which come back if just this one ends.
 *
 * RSS would count what a forked worker shares with its parent once for each of them.
 *
 * Threads have no figures of their own: what counts is by how much their process grows. Of that,
 * PSS would be a poor measure: it also changes whenever another process begins or ceases to map the
 * same libraries, by more than a thread has; and so does USS. But a stack and what a thread
 * allocates is anonymous memory, which in a process that has no forked relatives is its alone. So
 * growth is that of anonymous memory; pages of libraries, which are there once for all, are not in
 * it.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_FOOTPRINT_H
#define PARBENCH_BENCH_SPAWN_TOOL_FOOTPRINT_H

#include <sys/types.h>

struct footprint {
    double pss_kib, uss_kib;
    double anonymous_kib; /* in no file; also what of a private mapping was written */
    double huge_kib;      /* anonymous memory in huge pages */
};

/* Of a living process, 0: this one. Returns 0 or a negative errno. */
int footprint_read(pid_t pid, struct footprint *footprint);

/* By how much a process grew from before to after, for each of so many threads in it. */
struct footprint footprint_growth(const struct footprint *before, const struct footprint *after,
                                  unsigned workers);

/* Sleeps a moment, for a worker that was just started to become idle. */
void footprint_settle(void);

#endif
