#include "bench/cell/foreign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cell/run.h"
#include "common/inject.h"
#include "common/starter.h"
#include "common/trace.h"
#include "workloads/workload.h"

struct foreign {
    struct work *work;
    struct job job;
    struct inject inject;
    unsigned line;
    struct failure why; /* of the last task */
};

/* ---- the first process ---------------------------------------------------------------------- */

int foreign_cell(int argc, char **argv, const char *name, foreign_skip *skip, foreign_start *start,
                 foreign_map *map, foreign_stop *stop)
{
    struct arguments arguments;
    const struct backend backend = {.abi = BACKEND_ABI,
                                    .name = name,
                                    .summary = "",
                                    .skip = skip,
                                    .start = start,
                                    .map = map,
                                    .stop = stop};
    if (starter_join() != 0)
        return MEASURE_FAILED;
    starter_sign(); /* its workers are to end with this process; and they find it at once */
    if (arguments_read(argc, argv, &arguments) != 0)
        return MEASURE_USAGE;
    return (int)run_cell(&arguments, &backend);
}

size_t foreign_task_bytes(const struct plan *plan)
{
    return plan->job->shape.task_bytes;
}

size_t foreign_result_bytes(const struct plan *plan)
{
    return plan->job->shape.result_bytes;
}

void foreign_traffic(struct traffic *traffic, uint64_t bytes_sent, uint64_t bytes_received,
                     uint64_t messages, uint64_t chunk)
{
    traffic->bytes_sent += bytes_sent;
    traffic->bytes_received += bytes_received;
    traffic->messages += messages;
    traffic_together(traffic, chunk);
}

int foreign_fail(struct failure *why, int error, int worker, int pid, int64_t task,
                 const char *text)
{
    return failure_set(why, error, worker, pid, task, "%s", text);
}

/* ---- workers -------------------------------------------------------------------------------- */

/* Signs the first line that nobody has signed; whoever signs first, has it. */
static int sign_any(struct board *board)
{
    for (unsigned line = 0; line < BOARD_LINES; line++) {
        int32_t nobody = 0;
        if (atomic_compare_exchange_strong(&board->lines[line].pid, &nobody, (int32_t)getpid()))
            return (int)line;
    }
    return -ENOSPC;
}

static int sign(struct foreign *worker, int line)
{
    if (line == FOREIGN_ANY_LINE)
        line = sign_any(worker->job.board);
    if (line < 0 || line >= BOARD_LINES)
        return -ENOSPC;
    worker->line = (unsigned)line;
    board_enter(worker->job.board, worker->line);
    return 0;
}

static int open_work(struct foreign *worker, const char *workload, kernel_function *kernel,
                     const char *fault, char *message, size_t bytes)
{
    int error = work_open(workload, &worker->work, message, bytes);
    if (error != 0)
        return error;
    worker->job.shape = worker->work->shape;
    worker->job.kernel = kernel != NULL ? kernel : worker->work->workload->kernel;
    if (fault == NULL)
        return 0;
    worker->job.inject = &worker->inject;
    return inject_parse(fault, &worker->inject, message, bytes);
}

static int open_files(struct foreign *worker, const char *board, const char *trace, char *message,
                      size_t bytes)
{
    int error = board_open(board, &worker->job.board);
    if (error == 0 && trace != NULL)
        error = trace_open(trace, &worker->job.trace);
    if (error != 0)
        snprintf(message, bytes, "cannot open board and trace: %s", strerror(-error));
    return error;
}

struct foreign *foreign_enter(const char *workload, const char *board, const char *fault,
                              const char *trace, kernel_function *kernel, int line, char *message,
                              size_t bytes)
{
    struct foreign *worker = calloc(1, sizeof *worker);
    snprintf(message, bytes, "not enough memory for a worker");
    if (worker == NULL)
        return NULL;
    int error = open_work(worker, workload, kernel, fault, message, bytes);
    if (error == 0)
        error = open_files(worker, board, trace, message, bytes);
    if (error == 0 && (error = starter_join()) != 0)
        snprintf(message, bytes, "the parent is gone");
    if (error == 0 && (error = sign(worker, line)) != 0)
        snprintf(message, bytes, "the board has no line for this worker: it has %d", BOARD_LINES);
    if (error != 0) {
        foreign_leave(worker);
        return NULL;
    }
    return worker;
}

size_t foreign_record_bytes(const struct foreign *worker)
{
    return worker->job.shape.result_bytes;
}

const char *foreign_run(struct foreign *worker, size_t task, const void *record, void *result)
{
    int error = job_run(&worker->job, worker->line, task, 1, record, result, &worker->why);
    return error == 0 ? NULL : worker->why.text;
}

void foreign_leave(struct foreign *worker)
{
    trace_close(worker->job.trace);
    board_close(worker->job.board);
    work_close(worker->work);
    free(worker);
}

int foreign_help(const char *path, unsigned workers)
{
    struct board *board;
    int error = board_open(path, &board);
    if (error != 0)
        return error;
    board_help(board, workers, (int32_t)getpid());
    board_close(board);
    return starter_join();
}
