#include "common/job.h"

#include <errno.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/inject.h"
#include "common/trace.h"

static int report(const struct job *job, unsigned worker, size_t task, const char *text,
                  struct failure *why)
{
    int pid = atomic_load_explicit(&job->board->lines[worker].pid, memory_order_relaxed);
    struct failure failure;
    failure_set(&failure, -ECANCELED, (int)worker, pid, (int64_t)task, "%s", text);
    failure_merge(why, &failure);
    return -ECANCELED;
}

int job_run(const struct job *job, unsigned worker, size_t first, size_t count, const void *tasks,
            void *results, struct failure *why)
{
    struct board_line *line = &job->board->lines[worker];
    const size_t task_bytes = job->shape.task_bytes;
    const size_t result_bytes = job->shape.result_bytes;
    const char *task = tasks;
    char *result = results;
    int error = 0;

    if (count == 0)
        return 0;
    uint64_t begin = job->board->timed ? clock_ns() : 0;
    for (size_t i = 0; i < count; i++) {
        atomic_store_explicit(&line->task, (int64_t)(first + i), memory_order_relaxed);
        if (job->inject != NULL)
            inject_fault(job->inject, job->board, worker, first + i);
        if (job->trace != NULL)
            trace_begin(job->trace, first + i, worker);
        const char *text = job->kernel(task, result, &job->shape);
        if (job->trace != NULL)
            trace_end(job->trace, first + i);
        if (text != NULL) {
            memset(result, 0, result_bytes);
            if (error == 0)
                failure_clear(why); /* only now: clearing costs more than a short kernel */
            error = report(job, worker, first + i, text, why);
        }
        task += task_bytes;
        result += result_bytes;
    }
    atomic_store_explicit(&line->task, BOARD_NO_TASK, memory_order_relaxed);
    line->tasks += count;
    line->calls++;
    if (begin != 0) {
        line->end_ns = clock_ns();
        line->busy_ns += line->end_ns - begin;
        if (line->begin_ns == 0)
            line->begin_ns = begin;
    }
    return error;
}
