/* shares - a backend in 40 lines: a share of the tasks for each thread of an OpenMP team. */
#include <errno.h>
#include <stdlib.h>
#include "backends/backend.h"

struct pool { const struct plan *plan; };

static int start(const struct plan *plan, struct pool **pool, struct failure *why)
{
    if ((*pool = malloc(sizeof **pool)) == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    (*pool)->plan = plan;
    return 0;
}

static int map(struct pool *pool, const void *tasks, size_t count, void *results,
               struct traffic *traffic, struct failure *why)
{
    const struct job *job = pool->plan->job;
    unsigned workers = pool->plan->workers;
    traffic_together(traffic, schedule_together(pool->plan, count)); /* and nothing is sent */
    failure_clear(why);
#pragma omp parallel for num_threads(workers) schedule(static, 1)
    for (unsigned w = 0; w < workers; w++) {
        struct failure bad;
        size_t first, share = schedule_share(count, workers, w, &first);
        board_enter(job->board, w);
        if (job_run(job, w, first, share, (const char *)tasks + first * job->shape.task_bytes,
                    (char *)results + first * job->shape.result_bytes, &bad) != 0)
#pragma omp critical
            failure_merge(why, &bad);
    }
    return why->error;
}

static int stop(struct pool *pool, struct failure *why) { (void)why; free(pool); return 0; }

static const char *skip(const struct plan *plan)
{ return plan->schedule == SCHEDULE_STATIC ? NULL : "shares are split beforehand: static only"; }

const struct backend parbench_backend = {BACKEND_ABI, "shares", "a share for each OpenMP thread",
                                         false, skip, start, map, stop};
