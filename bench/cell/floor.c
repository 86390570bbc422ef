#include "bench/cell/floor.h"

#include <math.h>
#include <stdlib.h>

#include "common/clock.h"

#define TASKS_MAX 4096u /* in a chunk: more change nothing */
#define TASKS     8192u /* in a try */
#define TRIES     15

static const char *do_nothing(const void *task, void *result, const struct shape *shape)
{
    (void)task, (void)result, (void)shape;
    return NULL;
}

/* Nanoseconds for each task of one try; run: by job_run, else by the plain loop. */
static double try_once(const struct job *job, size_t chunk, bool run)
{
    struct failure why;
    failure_clear(&why);
    const size_t chunks = TASKS / chunk;
    uint64_t begin_ns = clock_ns();
    for (size_t i = 0; i < chunks; i++) {
        if (run)
            job_run(job, 0, i * chunk, chunk, "", &(char){0}, &why);
        else
            for (size_t task = 0; task < chunk; task++)
                job->kernel("", NULL, &job->shape);
    }
    return (double)(clock_ns() - begin_ns) / (double)(chunks * chunk);
}

double floor_measure(enum schedule schedule, size_t chunk, size_t tasks, bool timed)
{
    struct board *board = aligned_alloc(_Alignof(struct board), sizeof *board);
    /* Through a pointer that the compiler can't follow, as in the library of workloads. */
    kernel_function *volatile kernel = do_nothing;
    struct job empty = {.kernel = kernel, .board = board};
    double with = INFINITY, without = INFINITY;
    if (board == NULL || tasks == 0) {
        free(board);
        return NAN;
    }
    board_clear(board, 1, timed);
    chunk = schedule == SCHEDULE_PER_TASK ? 1 : chunk == 0 || chunk > tasks ? tasks : chunk;
    chunk = chunk < TASKS_MAX ? chunk : TASKS_MAX;
    for (int i = 0; i < TRIES; i++) {
        with = fmin(with, try_once(&empty, chunk, true));
        without = fmin(without, try_once(&empty, chunk, false));
    }
    free(board);
    return fmax(0, with - without);
}
