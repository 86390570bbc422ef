/* shares - a backend in one page: a fresh C11 thread for each share of the tasks. */
#include <errno.h>
#include <stdlib.h>
#include <threads.h>

#include "backends/backend.h"

struct pool { const struct plan *plan; };
struct share { const struct job *job; unsigned worker; size_t first, count;
               const char *tasks; char *results; thrd_t thread; struct failure why; };

static int work(void *argument)
{
    struct share *s = argument;
    board_enter(s->job->board, s->worker);
    return job_run(s->job, s->worker, s->first, s->count, s->tasks, s->results, &s->why);
}

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
    const struct plan *plan = pool->plan;
    struct share *shares = calloc(plan->workers, sizeof *shares);
    unsigned started = 0;
    int error = shares == NULL ? failure_system(why, -ENOMEM, "make the shares") : 0;
    for (; error == 0 && started < plan->workers; started++) {
        struct share *s = &shares[started];
        *s = (struct share){.job = plan->job, .worker = started};
        s->count = schedule_share(count, plan->workers, started, &s->first);
        s->tasks = (const char *)tasks + s->first * plan->job->shape.task_bytes;
        s->results = (char *)results + s->first * plan->job->shape.result_bytes;
        if (thrd_create(&s->thread, work, s) != thrd_success) {
            error = failure_system(why, -EAGAIN, "start a thread");
            break;
        }
    }
    while (started-- > 0) {
        int failed;
        thrd_join(shares[started].thread, &failed);
        if (failed != 0 && error != -EAGAIN) {
            *why = shares[started].why;
            error = failed;
        }
    }
    (void)traffic; /* nothing is sent */
    free(shares);
    return error;
}

static int stop(struct pool *pool, struct failure *why)
{
    (void)why;
    free(pool);
    return 0;
}

static const char *skip(const struct plan *plan)
{
    return plan->schedule == SCHEDULE_STATIC ? NULL : "shares are split beforehand: static only";
}

const struct backend parbench_backend = {
    .abi = BACKEND_ABI, .name = "shares", .summary = "a fresh thread for each share",
    .skip = skip, .start = start, .map = map, .stop = stop};
