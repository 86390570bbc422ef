/*
 * plain.h - the plain loop: what every result of a cell is held against.
 *
 * It runs all tasks once, one after the other, before there is a pool. A kernel may crash, hang or
 * leave, and then the loop is where it does so first; so it runs in a child. Its end costs what
 * every result would have been compared with and nothing else: the pool tries all the same, and
 * what it brings is then held against the workload's known answers alone.
 */
#ifndef PARBENCH_BENCH_CELL_PLAIN_H
#define PARBENCH_BENCH_CELL_PLAIN_H

#include <stdbool.h>
#include <string.h>

#include "common/job.h"
#include "workloads/workload.h"

#define PLAIN_NAME "the plain loop" /* as it is called in a row's status */

struct plain {
    const struct work *work; /* borrowed, as are the tasks */
    const char *tasks;       /* tasks[work->tasks][task_bytes] */
    char *results;           /* results[work->tasks][result_bytes], which nobody can write to; NULL:
                                the loop did not come to its end */
    bool reported;           /* a kernel reported an error */
};

/* Runs the loop for at most limit_ns, on its own line of job->board (BOARD_PLAIN), without job's
 * faults and trace. Tasks whose kernel reports an error have results of zeros. Returns 0, also if
 * the loop was lost: then status[bytes] says how ("the plain loop, task 3: killed by signal 11
 * ..."), and is "" otherwise; or a negative errno: there is no memory or no process for it.
 * plain_close follows in each case. */
int plain_run(struct plain *plain, const struct work *work, const struct job *job,
              const char *tasks, uint64_t limit_ns, char *status, size_t bytes);

/* Whether the loop itself is right: its results are the known answers. If not, status[bytes] says which
 * is not. True without results, and if a kernel reported an error: it does so in the pool as well. */
bool plain_right(const struct plain *plain, char *status, size_t bytes);

/* Whether results[][] of a map are right: equal to the loop's byte for byte, or without them, the
 * known answers. If not, status[bytes] says which is not. */
bool plain_verify(const struct plain *plain, const char *results, char *status, size_t bytes);

/* Whether a row with this status tells of a loop that was lost, which is no end of its cell. */
static inline bool plain_is_lost(const char *status)
{
    const char *name = strstr(status, ": " PLAIN_NAME);
    return name != NULL && name == strchr(status, ':') && strncmp(status, "wrong", 5) != 0;
}

void plain_close(struct plain *plain);

#endif
