/*
 * A worker's life: forked between its pipes, it serves until end-of-file and leaves by _exit.
 */
#include "backends/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "backends/deal.h"
#include "common/check.h"
#include "common/io.h"

/* A pipe holds 64 KiB; four times that moved big records 1.3 times as fast. For a small crew only:
 * what all pipes of a user may hold is limited (pipe(7), pipe-user-pages-soft: 64 MiB). */
#define PIPE_BYTES     (256u * 1024u)
#define PIPE_BYTES_FOR 32 /* workers */

/* --- in the worker's process: its own copy of all this ---------------------------------------- */

struct seat {
    const struct crew *crew;
    unsigned number;
    const struct errand *errand;
    int task_fd, result_fd; /* the worker's ends, blocking */
    char *tasks, *results;  /* [room] each */
    size_t used;            /* of results: queued, not yet written */
    struct failure why;
    struct frame_writer out;
    struct frame_reader in;
};

static int flush_all(struct seat *seat)
{
    int left;
    do
        left = frame_flush(&seat->out, seat->result_fd);
    while (left > 0);
    seat->used = 0;
    return left;
}

/* Runs tasks and queues their results, having flushed if there was no room for them. */
static int run(struct seat *seat, struct span span, const void *tasks)
{
    const struct job *job = seat->crew->job;
    size_t bytes = span.count * job->shape.result_bytes;
    int error = seat->used + bytes > seat->crew->room ? flush_all(seat) : 0;
    if (error != 0)
        return error;
    char *results = seat->results + seat->used;
    struct frame frame = frame_make(RESULTS, span.first, span.count, bytes);
    error = job_run(job, seat->number, span.first, span.count, tasks, results, &seat->why);
    if (error != 0) {
        struct frame report = frame_make(FAILED, span.first, span.count, sizeof seat->why);
        frame_put(&seat->out, &report, &seat->why);
    }
    frame_put(&seat->out, &frame, results);
    seat->used += bytes;
    return error != 0 ? flush_all(seat) : 0; /* seat->why may be needed again */
}

static int place_tasks(void *context, const struct frame *frame, void **payload)
{
    struct seat *seat = context;
    CHECK(frame->type == TASKS && frame->bytes <= seat->crew->room);
    *payload = seat->tasks;
    return 0;
}

/* Serves until end-of-file. What came by one read is answered by two writes: half way, so that the
 * coordinator can refill the pipe while the other half is being run, and when nothing is left. */
static int serve(struct seat *seat)
{
    unsigned half = 1;
    int error = 0;
    while (error == 0) {
        int got = frame_next(&seat->in, place_tasks, seat);
        if (got > 0) {
            struct span span = {seat->in.frame.index, seat->in.frame.count};
            error = run(seat, span, seat->tasks);
            if (error == 0 && seat->out.count >= half)
                error = flush_all(seat);
        } else {
            error = got < 0 ? got : flush_all(seat);
            if (error == 0)
                error = frame_fill(&seat->in, seat->task_fd);
            half = (frame_staged(&seat->in) + 1) / 2;
        }
    }
    return error == IO_END ? 0 : error;
}

static int run_errand(struct seat *seat)
{
    int error = run(seat, seat->errand->span, seat->errand->tasks);
    return error == 0 ? flush_all(seat) : error;
}

static void close_ends(struct worker *worker)
{
    io_close(&worker->task_fd);
    io_close(&worker->result_fd);
}

/* What a worker's process does, from fork to _exit. */
static int worker_body(void *argument)
{
    struct seat *seat = argument;
    for (unsigned w = 0; w < seat->crew->size; w++) {
        close_ends(&seat->crew->workers[w]);
        io_close(&seat->crew->workers[w].child.pidfd);
    }
    seat->tasks = seat->crew->scratch;
    seat->results = seat->crew->scratch + seat->crew->room;
    board_enter(seat->crew->job->board, seat->number);
    return (seat->errand != NULL ? run_errand(seat) : serve(seat)) == 0 ? 0 : 1;
}

/* --- in the coordinator ------------------------------------------------------------------------
 */

static int open_pipes(struct crew *crew, struct worker *worker, struct seat *seat)
{
    int down[2] = {-1, -1}, up[2] = {-1, -1};
    int error = seat->errand == NULL ? io_pipe(down) : 0;
    if (error == 0)
        error = io_pipe(up);
    seat->task_fd = down[0];
    worker->task_fd = down[1];
    worker->result_fd = up[0];
    seat->result_fd = up[1];
    if (error == 0 && worker->task_fd >= 0)
        error = io_set_nonblocking(worker->task_fd);
    if (error == 0)
        error = io_set_nonblocking(worker->result_fd);
    if (error == 0 && seat->errand == NULL && crew->size <= PIPE_BYTES_FOR) {
        fcntl(worker->task_fd, F_SETPIPE_SZ, PIPE_BYTES); /* refused: slower, no less right */
        fcntl(worker->result_fd, F_SETPIPE_SZ, PIPE_BYTES);
    }
    return error;
}

static void forget_messages(struct worker *worker)
{
    worker->blocked = false;
    worker->out.count = 0;
    worker->out.done = 0;
    worker->in.inside = false;
    worker->in.begin = worker->in.end = 0;
}

int crew_hire(struct crew *crew, unsigned number, const struct errand *errand, struct failure *why)
{
    struct worker *worker = &crew->workers[number];
    struct seat seat = {.crew = crew, .number = number, .errand = errand};
    forget_messages(worker); /* of one who had this place before */
    int error = open_pipes(crew, worker, &seat);
    if (error == 0)
        error = child_start(&worker->child, worker_body, &seat);
    io_close(&seat.task_fd); /* from now on only the child holds these */
    io_close(&seat.result_fd);
    if (error == 0)
        return 0;
    crew_dismiss(worker);
    return failure_set(why, error, (int)number, 0, FAILURE_NONE,
                       "cannot start worker %u of %u: %s%s", number + 1, crew->size,
                       strerror(-error),
                       error == -EMFILE ? " (each needs 3 descriptors, see ulimit -n)" : "");
}

void crew_dismiss(struct worker *worker)
{
    child_end(&worker->child);
    close_ends(worker);
}

int crew_open(struct crew *crew, const struct job *job, unsigned size)
{
    size_t task = job->shape.task_bytes, result = job->shape.result_bytes;
    size_t record = task > result ? task : result;
    *crew = (struct crew){.job = job, .size = size};
    crew->room = record < DEAL_BYTES ? DEAL_BYTES : (record + 63) & ~(size_t)63;
    crew->scratch = malloc(2 * crew->room);
    crew->workers = calloc(size, sizeof *crew->workers);
    for (unsigned w = 0; crew->workers != NULL && w < size; w++) {
        struct worker *worker = &crew->workers[w];
        worker->number = w;
        worker->child = CHILD_NONE;
        worker->task_fd = worker->result_fd = -1;
    }
    return crew->scratch == NULL || crew->workers == NULL ? -ENOMEM : 0;
}

void crew_close(struct crew *crew)
{
    for (unsigned w = 0; crew->workers != NULL && w < crew->size; w++)
        crew_dismiss(&crew->workers[w]);
    free(crew->workers);
    free(crew->scratch);
    *crew = (struct crew){0};
}
