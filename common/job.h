/*
 * job.h - what a worker runs: a kernel over fixed-size records.
 *
 * A backend knows nothing of a workload but this: tasks are records of task_bytes, results are
 * records of result_bytes, and job_run turns a run of the former into a run of the latter. It
 * equals the loop
 *
 *     for (i = 0; i < count; i++)
 *         kernel(tasks + i * task_bytes, results + i * result_bytes, shape);
 *
 * and, around it, keeps the worker's line on the board.
 */
#ifndef PARBENCH_COMMON_JOB_H
#define PARBENCH_COMMON_JOB_H

#include <stddef.h>

#include "common/board.h"
#include "common/failure.h"

struct shape {            /* of every record in a map; plain data, no pointers; 0 is allowed */
    size_t task_bytes;
    size_t result_bytes;
};

/* The single implementation of a workload's work. Reads task[task_bytes], writes all of
 * result[result_bytes]; both are aligned to 8 bytes if their sizes are multiples of 8. It keeps no
 * state and is safe in any thread and process. Returns NULL, or why this task cannot be done: a
 * constant string. */
typedef const char *kernel_function(const void *task, void *result, const struct shape *shape);

struct job {              /* shared by all workers, read-only while a pool lives */
    struct shape shape;
    kernel_function *kernel;
    struct board *board;  /* borrowed */
    const struct inject *inject; /* faults to be made, borrowed; NULL: none (inject.h) */
    struct trace *trace;         /* where each task is recorded, borrowed; NULL: nowhere (trace.h) */
};

/*
 * Runs tasks first .. first+count-1 as worker. tasks[count][task_bytes] and
 * results[count][result_bytes] are the records of just these tasks. A task whose kernel reports an
 * error does not stop the others; its result is zeroed. Returns 0, or -ECANCELED with *why naming
 * the first such task. Each worker has its own line, so calls of different workers may overlap.
 */
int job_run(const struct job *job, unsigned worker, size_t first, size_t count, const void *tasks,
            void *results, struct failure *why);

#endif
