/*
 * serial - the plain loop: the baseline of every speedup.
 *
 * Idea      One process, one thread, one task after the other. Lecture 25.3 calls it the
 *           sequential run.
 *
 * Picture   tasks -> kernel -> results
 *
 * Protocol  none.
 * Start     nothing to start: the caller itself is the one worker, number 0.
 * Work      the loop of job_run.
 * Stop      nothing to stop.
 * Failure   a kernel that crashes takes the whole cell along; the board still names the task.
 * Cost      what a call of the kernel costs. All schedules are the same here: nobody shares.
 */
#include <errno.h>
#include <stdlib.h>

#include "backends/backend.h"

struct pool {
    const struct plan *plan;
};

static int serial_start(const struct plan *plan, struct pool **pool, struct failure *why)
{
    *pool = malloc(sizeof **pool);
    if (*pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    (*pool)->plan = plan;
    board_enter(plan->job->board, 0);
    return 0;
}

static int serial_map(struct pool *pool, const void *tasks, size_t count, void *results,
                      struct traffic *traffic, struct failure *why)
{
    (void)traffic; /* nothing is handed out, nothing crosses anything */
    return job_run(pool->plan->job, 0, 0, count, tasks, results, why);
}

static int serial_stop(struct pool *pool, struct failure *why)
{
    (void)why;
    free(pool);
    return 0;
}

const struct backend serial_backend = {
    .abi = BACKEND_ABI,
    .name = "serial",
    .summary = "the plain loop, baseline of every speedup",
    .start = serial_start,
    .map = serial_map,
    .stop = serial_stop,
};
