/*
 * pipes - fork, a pair of pipes for each worker, a coordinator that polls.
 *
 * Idea      Processes share nothing, so tasks and results travel: down one pipe and up another.
 *           This is what Python's Process and Pool are made of.
 *
 * Picture                     tasks >------------+     one pipe each way for each worker,
 *                                                v     and nobody else holds an end of it
 *           coordinator in ppoll            worker 0, worker 1, ... : read, kernel, write
 *                 ^   ^                          |
 *                 |   +------< results ----------+
 *                 +----------< pidfd: "it has ended"
 *
 * Protocol  frames (crew.h). Down: TASKS, the records of a span of tasks. Up, in the same order:
 *           RESULTS of that span; before it FAILED, if a kernel reported an error. End-of-file
 *           down says: no more work, end.
 *
 * Start     fork each worker between its two pipes. A child closes what it has inherited of its
 *           siblings' ends: while anyone holds a write end, its reader never sees end-of-file.
 *           per-task starts nobody here but, in map, a fresh worker for each task. That one has no
 *           pipe down: fork has just given it a copy of all tasks, so none needs to be sent.
 * Work      The ledger (tasks.h) says what to send to whom. The coordinator never waits on one
 *           pipe: it writes and reads what each takes and gives, and sleeps in ppoll on all of
 *           them, so pipes that are full both ways can't lock it up. Small frames travel together,
 *           many in one writev and many in one read; results are read to their final place.
 * Stop      Closing the pipes down is the sentinel: workers read end-of-file and leave by
 *           themselves. Whoever has not done so at the limit is killed.
 *
 * Failure   A worker's death is an event on its pidfd, and the results that it had written count.
 *           The rest fails the map, by name, or goes to a fresh worker under the same number. A
 *           frame that is not what its sender owes ends that sender. After a failed map nobody is
 *           asked any more: stop kills.
 * Cost      Each frame is copied into the kernel and out again, and costs its share of a write, a
 *           read and, if its reader sleeps, a wake-up. So the time per task falls with what travels
 *           together: the chunk, and the number of frames that are in flight.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "backends/crew.h"
#include "backends/deal.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/trace.h"

enum { RESULT_END, TASK_END, DEATH, EVENTS }; /* what is polled of each worker */

struct pool {
    const struct plan *plan;
    struct crew crew;
    struct tasks ledger;
    struct pollfd *events; /* events[plan->workers][EVENTS] */
    bool broken;           /* a map has failed */
    /* the map that is being run: */
    const char *tasks;
    char *results;
    struct traffic *traffic;
    struct failure failed; /* what kernels reported */
    struct failure lost;   /* the last worker that died and was replaced */
    uint64_t deadline_ns;
};

/* --- start --------------------------------------------------------------------------------------
 */

static void release(struct pool *pool)
{
    crew_close(&pool->crew);
    tasks_close(&pool->ledger);
    free(pool->events);
    free(pool);
}

static int prepare(struct pool *pool, struct failure *why)
{
    const struct plan *plan = pool->plan;
    int error = crew_open(&pool->crew, plan->job, plan->workers);
    if (error == 0)
        error = tasks_open(&pool->ledger, plan->workers);
    pool->events = calloc((size_t)plan->workers * EVENTS, sizeof *pool->events);
    if (error != 0 || pool->events == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    for (unsigned w = 0; error == 0 && !deal_fresh(pool->plan) && w < plan->workers; w++)
        error = crew_hire(&pool->crew, w, NULL, why);
    return error;
}

static int pipes_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    const struct shape *shape = &plan->job->shape;
    if (shape->task_bytes > FRAME_BYTES_MAX || shape->result_bytes > FRAME_BYTES_MAX)
        return failure_set(why, -EMSGSIZE, FAILURE_NONE, 0, FAILURE_NONE,
                           "a record must fit in a frame of %u bytes", FRAME_BYTES_MAX);
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    pool->plan = plan;
    int error = prepare(pool, why);
    if (error != 0)
        release(pool);
    else
        *made = pool;
    return error;
}

/* --- work: results in ---------------------------------------------------------------------------
 */

struct sender {
    struct pool *pool;
    struct worker *worker;
};

static int place_answer(void *context, const struct frame *frame, void **payload)
{
    const struct sender *from = context;
    const struct pool *pool = from->pool;
    struct span span = {frame->index, frame->count};
    size_t result_bytes = pool->plan->job->shape.result_bytes;
    if (!tasks_owes(&pool->ledger, from->worker->number, span))
        return -EPROTO;
    if (frame->type == RESULTS && frame->bytes == span.count * result_bytes)
        *payload = frame->bytes > 0 ? pool->results + span.first * result_bytes : NULL;
    else if (frame->type == FAILED && frame->bytes == sizeof from->worker->report)
        *payload = &from->worker->report;
    else
        return -EPROTO;
    return 0;
}

static int accept_answer(struct pool *pool, struct worker *worker)
{
    const struct frame *frame = &worker->in.frame;
    const struct failure *report = &worker->report;
    pool->traffic->bytes_received += sizeof *frame + frame->bytes;
    pool->traffic->messages++;
    trace_message(pool->plan->job->trace, TRACE_RECEIVED, (int)worker->number, frame->index,
                  frame->count);
    if (frame->type == RESULTS)
        CHECK(tasks_in(&pool->ledger, worker->number, (struct span){frame->index, frame->count}));
    else if (!deal_believes(&pool->ledger, worker->number, report))
        return -EPROTO;
    else
        failure_merge(&pool->failed, report);
    return 0;
}

/* One read, and all answers that it completes. Returns 0; -EAGAIN: nothing there; IO_END or
 * -EPIPE: the worker has closed; -EPROTO: nonsense; or another negative errno. */
static int collect(struct pool *pool, struct worker *worker)
{
    struct sender from = {pool, worker};
    int error = frame_fill(&worker->in, worker->result_fd);
    int got = 1;
    while (error == 0 && got > 0) {
        got = frame_next(&worker->in, place_answer, &from);
        error = got > 0 ? accept_answer(pool, worker) : got;
    }
    return error;
}

/* --- work: tasks out ----------------------------------------------------------------------------
 */

static int give(struct pool *pool, struct worker *worker, struct span span, struct failure *why)
{
    size_t task_bytes = pool->plan->job->shape.task_bytes;
    struct errand errand = {span, pool->tasks + span.first * task_bytes};
    traffic_together(pool->traffic, span.count);
    if (deal_fresh(pool->plan))
        return crew_hire(&pool->crew, worker->number, &errand, why);
    struct frame frame = frame_make(TASKS, span.first, span.count, span.count * task_bytes);
    frame_put(&worker->out, &frame, errand.tasks);
    pool->traffic->bytes_sent += sizeof frame + frame.bytes;
    pool->traffic->messages++;
    trace_message(pool->plan->job->trace, TRACE_SENT, (int)worker->number, span.first, span.count);
    return 0;
}

/* Gives each worker in turn its next span until none may have more; then writes what the pipes
 * take. If a pipe's reader is gone, poll will say so. */
static int hand_out(struct pool *pool, struct failure *why)
{
    int error = 0;
    for (bool given = true; given && error == 0;) {
        given = false;
        for (unsigned w = 0; w < pool->plan->workers && error == 0; w++) {
            struct worker *worker = &pool->crew.workers[w];
            struct span span;
            if (deal_fresh(pool->plan) && worker->child.pid != 0)
                continue; /* its result may be in, but it has not ended yet */
            if (!tasks_next(&pool->ledger, w, &span))
                continue;
            error = give(pool, worker, span, why);
            given = true;
        }
    }
    for (unsigned w = 0; w < pool->plan->workers; w++) {
        struct worker *worker = &pool->crew.workers[w];
        if (!worker->blocked)
            worker->blocked = frame_flush(&worker->out, worker->task_fd) != 0;
    }
    return error;
}

/* --- failure: a worker that is lost -------------------------------------------------------------
 */

/* A worker has ended, closed a pipe or sent nonsense; error is what collect last said of it, -EAGAIN
 * also if nobody asked. Returns 0: that was to be expected, or somebody has its place; or the error
 * of this map with *why. */
static int lose(struct pool *pool, struct worker *worker, int error, struct failure *why)
{
    struct failure loss;
    /* What it wrote before its end still counts, also if poll looked at its pipe before it wrote and
     * at its pidfd after it had ended: it asks one descriptor after the other. */
    if (error == -EAGAIN)
        error = 0;
    while (error == 0)
        error = collect(pool, worker);
    bool corrupt = error == -EPROTO;
    int64_t task = deal_task_at_hand(&pool->ledger, pool->plan, worker->number);
    bool ended_well = deal_bury(&worker->child, worker->number, corrupt, "pipe", task,
                                pool->deadline_ns, &loss);
    crew_dismiss(worker);
    if (ended_well && deal_fresh(pool->plan))
        return 0;
    error = deal_loss(&pool->ledger, pool->plan, &loss, why);
    if (error != 0)
        return error;
    pool->lost = loss;
    return deal_fresh(pool->plan) ? 0 : crew_hire(&pool->crew, worker->number, NULL, why);
}

/* --- work: the coordinator's loop ---------------------------------------------------------------
 */

/* Sleeps until some worker has ended, has written, or can be written to again. Returns 0, or a
 * negative errno. */
static int wait_for_events(struct pool *pool)
{
    unsigned workers = pool->plan->workers;
    for (unsigned w = 0; w < workers; w++) {
        const struct worker *worker = &pool->crew.workers[w];
        struct pollfd *events = &pool->events[(size_t)w * EVENTS];
        int full_fd = worker->blocked ? worker->task_fd : -1; /* poll passes over -1 */
        events[RESULT_END] = (struct pollfd){.fd = worker->result_fd, .events = POLLIN};
        events[TASK_END] = (struct pollfd){.fd = full_fd, .events = POLLOUT};
        events[DEATH] = (struct pollfd){.fd = worker->child.pidfd, .events = POLLIN};
    }
    for (;;) {
        struct timespec left = clock_left(pool->deadline_ns);
        bool late = left.tv_sec == 0 && left.tv_nsec == 0; /* even if there is always some event */
        int ready = ppoll(pool->events, (nfds_t)workers * EVENTS, &left, NULL);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -errno;
        return ready == 0 || late ? -ETIMEDOUT : 0;
    }
}

static int handle(struct pool *pool, struct worker *worker, struct failure *why)
{
    const struct pollfd *events = &pool->events[(size_t)worker->number * EVENTS];
    bool gone = events[DEATH].revents != 0 || (events[TASK_END].revents & POLLERR) != 0;
    int error = events[RESULT_END].revents != 0 ? collect(pool, worker) : -EAGAIN;
    if (events[TASK_END].revents != 0)
        worker->blocked = false;
    if (error == 0 || (error == -EAGAIN && !gone))
        return 0; /* if it is gone as well, the next round will see that */
    return lose(pool, worker, error, why);
}

/* All results are in; and per-task all workers have ended. */
static bool finished(const struct pool *pool)
{
    bool done = tasks_done(&pool->ledger);
    for (unsigned w = 0; done && deal_fresh(pool->plan) && w < pool->plan->workers; w++)
        done = pool->crew.workers[w].child.pid == 0;
    return done;
}

static int drive(struct pool *pool, struct failure *why)
{
    int error = 0;
    while (error == 0 && !finished(pool)) {
        error = hand_out(pool, why);
        if (error != 0)
            break;
        error = wait_for_events(pool);
        if (error == -ETIMEDOUT)
            return deal_time_is_up(&pool->ledger, pool->plan, why);
        if (error != 0)
            return failure_system(why, error, "wait for workers");
        for (unsigned w = 0; error == 0 && w < pool->plan->workers; w++)
            error = handle(pool, &pool->crew.workers[w], why);
    }
    return error;
}

static int pipes_map(struct pool *pool, const void *tasks, size_t count, void *results,
                     struct traffic *traffic, struct failure *why)
{
    CHECK(!pool->broken);
    struct io_sigpipe sigpipe;
    pool->tasks = tasks;
    pool->results = results;
    pool->traffic = traffic;
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    failure_clear(&pool->failed);
    failure_clear(&pool->lost);
    deal_begin(&pool->ledger, pool->plan, count);
    io_sigpipe_block(&sigpipe); /* who writes to a dead worker gets an error, no signal */
    int error = drive(pool, why);
    io_sigpipe_restore(&sigpipe);
    pool->broken = error != 0;
    if (error != 0)
        return error;
    *why = pool->failed.error != 0 ? pool->failed : pool->lost;
    return pool->failed.error;
}

/* --- stop ---------------------------------------------------------------------------------------
 */

static int pipes_stop(struct pool *pool, struct failure *why)
{
    uint64_t deadline_ns = clock_deadline(pool->plan->limit_ns);
    failure_clear(why);
    for (unsigned w = 0; !pool->broken && w < pool->plan->workers; w++)
        io_close(&pool->crew.workers[w].task_fd);
    for (unsigned w = 0; !pool->broken && w < pool->plan->workers; w++)
        if (pool->crew.workers[w].child.pid != 0)
            deal_see_off(&pool->crew.workers[w].child, w, deadline_ns, why);
    release(pool);
    return why->error;
}

const struct backend pipes_backend = {
    .abi = BACKEND_ABI,
    .name = "pipes",
    .summary = "fork, a pair of pipes for each worker, poll",
    .start = pipes_start,
    .map = pipes_map,
    .stop = pipes_stop,
};
