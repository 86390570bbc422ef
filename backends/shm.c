/*
 * shm - forked workers, and bounded queues in shared memory.
 *
 * Idea      The lecture's Queue: whoever is free takes the next task. A message is a tag and its
 *           records, in a slot of memory that all processes map; the kernel reads its tasks and
 *           writes its results right there.
 *
 * Picture                  +-> [ task queue ] -take-> worker 0 -+
 *           coordinator ---+                          worker 1  +-publish-> [ result queue ]
 *               ^                                     ...      -+                 |
 *               +------- bell (eventfd): enough results are ready ----------------+
 *               +------- pidfds: a worker has ended
 *
 * Protocol  shm.h. Down: TASKS with their records; one SENTINEL for each worker. Up: HELLO, then
 *           RESULTS, or FAILED if a kernel reported an error. The slots bound what is in flight.
 *           Static has a task queue for each worker, which holds its share and nothing else; the
 *           other schedules have one for all.
 *
 * Start     makes the queues, forks the workers, waits until each has said HELLO. per-task forks
 *           nobody here but, in map, a fresh worker for each task, which takes one message.
 * Work      The coordinator empties the result queue, fills the free task slots, and sleeps until
 *           the bell rings: when half a queue of results is ready. The other half of the tasks
 *           keeps the workers busy meanwhile, and thousands of tiny tasks cost one wake-up.
 * Stop      sends the sentinels and waits for everybody's end. Whoever still runs at the limit is
 *           killed.
 *
 * Failure   A worker's pidfd ends the coordinator's sleep. It first empties the result queue, so
 *           that it knows all that the dead one had published; then it reclaims the slots that the
 *           dead one held. Tasks among them that have results are dropped; the others fail the map,
 *           by name, or go back to the front of the queue and to a new worker of the same number.
 *           Not survived: a kernel that writes beyond its result may hit the queues themselves.
 * Cost      One copy of each record each way, between the caller's memory and the slot; for a
 *           message about one lock that is fought for (shm_worker.c) and a share of a few others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/shm_book.h"
#include "backends/shm_staff.h"
#include "common/check.h"
#include "common/clock.h"

#define BATCH_BYTES (64u << 10) /* the coordinator moves so much in one lock hold, or one slot */
#define BATCH_MAX   256u

struct pool {
    const struct plan *plan;
    struct shm shm;
    struct staff staff;
    uint32_t self;        /* the coordinator, as owner of slots */
    size_t batch;         /* slots that it moves at once */
    uint64_t deadline_ns; /* of this start, map or stop */
    uint16_t series;      /* of the last map's messages */
    struct failure lost;  /* the last worker of this map that died and was replaced */
    bool broken;          /* a map has failed: only stop may follow */
};

static bool fresh_each_time(const struct pool *pool)
{
    return pool->plan->schedule == SCHEDULE_PER_TASK;
}

static _Atomic int64_t *task_of(const struct pool *pool, unsigned worker)
{
    return &pool->plan->job->board->lines[worker].task;
}

/* --- work: tasks out, results in ----------------------------------------------------------------
 */

/* Sees to it that all places are taken; per-task: as many as there are messages for. */
static int hire(struct pool *pool, const struct book *book, struct failure *why)
{
    size_t wanted = pool->staff.size;
    if (fresh_each_time(pool) && book->outstanding < wanted)
        wanted = book->outstanding;
    for (unsigned w = 0; pool->staff.living < wanted && w < pool->staff.size; w++) {
        struct shm_post post = {.shm = &pool->shm, .worker = w};
        if (pool->staff.workers[w].pid != 0)
            continue;
        atomic_store_explicit(task_of(pool, w), BOARD_NO_TASK, memory_order_relaxed);
        int error = staff_hire(&pool->staff, w, shm_work, &post);
        if (error != 0)
            return failure_set(why, error, (int)w, 0, FAILURE_NONE,
                               "cannot start worker %u of %u: %s", w + 1, pool->staff.size,
                               strerror(-error));
    }
    return 0;
}

/* Fills the free slots of a lane, batch by batch; each is published in the lock hold that reserves
 * the next. Returns 0 or a negative errno. */
static int feed(struct pool *pool, struct book *book, unsigned lane)
{
    struct queue_slot *slots[BATCH_MAX];
    size_t most = pool->batch;
    int got = 0;
    if (book_left(book, lane) == 0)
        return 0;
    do {
        size_t left = book_left(book, lane);
        most = left < most ? left : most;
        got = queue_publish_reserve(pool->shm.tasks[lane], pool->self, slots, (size_t)got, slots,
                                    most, pool->deadline_ns);
        if (got < (int)most)
            most = 0; /* full: come back only to publish */
        for (int i = 0; i < got; i++)
            book_write(book, lane, slots[i]);
    } while (got > 0);
    return got;
}

/* Reads at least all that was ready when it was called. Returns 0 or a negative errno. */
static int collect(struct pool *pool, struct book *book)
{
    struct queue_slot *slots[BATCH_MAX];
    size_t most = pool->batch;
    int got = 0, error = 0;
    do {
        got = queue_release_take(pool->shm.results, pool->self, slots, (size_t)got, slots, most,
                                 pool->deadline_ns);
        if (got < (int)most)
            most = 0; /* empty: come back only to release */
        for (int i = 0; i < got && error == 0; i++)
            error = book_read(book, slots[i]);
    } while (got > 0);
    return got < 0 ? got : error;
}

/* --- failure: a worker that is lost -------------------------------------------------------------
 */

struct loss {
    const struct book *book;
    int64_t task; /* the first that the dead worker had and that has no result, or FAILURE_NONE */
};

/* Whether a message that the dead worker had taken must go to another one. */
static bool unanswered(void *context, const struct queue_tag *tag)
{
    struct loss *loss = context;
    bool lost = book_owed(loss->book, tag);
    if (lost && tag->first < (uint64_t)loss->task) /* FAILURE_NONE is above all */
        loss->task = (int64_t)tag->first;
    return lost;
}

/* Gives back what a dead worker held. First all that it had published is read, so that the book
 * says which of the tasks that it never released have their results already. */
static int reclaim(struct pool *pool, struct book *book, unsigned worker, int pid,
                   struct loss *loss)
{
    struct queue *tasks = pool->shm.tasks[worker % pool->shm.lanes];
    int error = collect(pool, book);
    if (error == 0)
        error = queue_reclaim(tasks, (uint32_t)pid, unanswered, loss, pool->deadline_ns);
    if (error >= 0)
        error = queue_reclaim(pool->shm.results, (uint32_t)pid, NULL, NULL, pool->deadline_ns);
    return error < 0 ? error : 0;
}

/* A worker has ended. Returns 0: that was to be expected, or another one will do its work; or a
 * negative errno, with *why if it is -EOWNERDEAD. */
static int bury(struct pool *pool, struct book *book, unsigned worker, struct failure *why)
{
    struct loss loss = {.book = book, .task = FAILURE_NONE};
    int pid = pool->staff.workers[worker].pid;
    int status = 0;
    char text[96];
    int error = staff_reap(&pool->staff, worker, pool->deadline_ns, &status);
    if (error == 0)
        error = reclaim(pool, book, worker, pid, &loss);
    if (error != 0 || (fresh_each_time(pool) && status == 0 && loss.task == FAILURE_NONE))
        return error;
    int64_t task = atomic_load_explicit(task_of(pool, worker), memory_order_relaxed);
    if (task < 0 || (uint64_t)task >= book->count)
        task = loss.task;
    int deaths = book_death(book, task);
    child_describe(status, text, sizeof text);
    if (deaths >= TASK_DEATHS_MAX)
        return failure_set(why, -EOWNERDEAD, (int)worker, pid, task,
                           "%s; this task has ended %d workers", text, deaths);
    if (pool->plan->on_death == ON_DEATH_FAIL)
        return failure_set(why, -EOWNERDEAD, (int)worker, pid, task, "%s%s", text,
                           task < 0 ? " while it was idle" : "");
    failure_set(&pool->lost, -EOWNERDEAD, (int)worker, pid, task, "%s", text);
    return 0;
}

static int time_is_up(const struct pool *pool, const struct book *book, struct failure *why)
{
    double limit_s = (double)pool->plan->limit_ns / (double)NS_PER_S;
    for (unsigned w = 0; w < pool->staff.size; w++) {
        int pid = pool->staff.workers[w].pid;
        int64_t task = atomic_load_explicit(task_of(pool, w), memory_order_relaxed);
        if (pid != 0 && task >= 0)
            return failure_set(why, -ETIMEDOUT, (int)w, pid, task, "no result within %g s",
                               limit_s);
    }
    return failure_set(why, -ETIMEDOUT, FAILURE_NONE, 0, book_missing(book),
                       book->expected > 0 ? "workers were not ready within %g s"
                                          : "no result within %g s",
                       limit_s);
}

static int explain(const struct pool *pool, const struct book *book, int error, struct failure *why)
{
    if (error == 0 || why->error != 0)
        return error;
    if (error == -ETIMEDOUT)
        return time_is_up(pool, book, why);
    if (error == -EPROTO)
        return failure_set(why, error, FAILURE_NONE, 0, FAILURE_NONE,
                           "a worker sent results that nobody asked for");
    return failure_system(why, error, "wait for the workers");
}

/* --- work: the coordinator's loop ---------------------------------------------------------------
 */

static int bury_the_dead(struct pool *pool, struct book *book, struct failure *why)
{
    int error = 0;
    for (unsigned w = 0; error == 0 && w < pool->staff.size; w++)
        if (staff_ended(&pool->staff, w))
            error = bury(pool, book, w, why);
    return error;
}

/* Sleeps until enough results are there, if they aren't yet, or a worker has ended. Enough is what
 * the workers can bring without us: what is outstanding, or half of what the queues hold. */
static int wait_for_events(struct pool *pool, struct book *book, struct failure *why)
{
    size_t half = (pool->shm.capacity + 1) / 2;
    size_t least = book->outstanding < half ? book->outstanding : half;
    int error =
        queue_ask_bell(pool->shm.results, least > 0 ? (uint32_t)least : 1, pool->deadline_ns);
    if (error != 0)
        return error < 0 ? error : 0;
    error = staff_sleep(&pool->staff, pool->deadline_ns);
    return error != 0 ? error : bury_the_dead(pool, book, why);
}

/* All results are in, all workers are ready, and per-task they have ended. */
static bool finished(const struct pool *pool, const struct book *book)
{
    return book->received == book->count && book->expected == 0 &&
           !(fresh_each_time(pool) && pool->staff.living > 0);
}

static int drive(struct pool *pool, struct book *book, struct failure *why)
{
    failure_clear(why);
    int error = staff_look(&pool->staff); /* they may have ended while idle */
    if (error == 0)
        error = bury_the_dead(pool, book, why);
    while (error == 0 && !finished(pool, book)) {
        for (unsigned lane = 0; error == 0 && lane < pool->shm.lanes; lane++)
            error = feed(pool, book, lane);
        if (error == 0)
            error = hire(pool, book, why);
        if (error == 0)
            error = wait_for_events(pool, book, why);
        if (error == 0)
            error = collect(pool, book);
    }
    pool->broken = error != 0;
    return explain(pool, book, error, why);
}

/* Opens a book, runs what it says and closes it. */
static int run(struct pool *pool, unsigned expected, const void *tasks, size_t count, void *results,
               struct traffic *traffic, struct failure *why)
{
    struct book book;
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    failure_clear(&pool->lost);
    int error = book_open(&book, &pool->shm, ++pool->series, tasks, count, results, traffic);
    book.expected = expected;
    if (error == 0)
        error = drive(pool, &book, why);
    else
        failure_system(why, error, "keep a book of the tasks");
    if (error == 0) {
        *why = book.failed.error != 0 ? book.failed : pool->lost;
        error = book.failed.error;
    }
    book_close(&book);
    return error;
}

static int shm_map(struct pool *pool, const void *tasks, size_t count, void *results,
                   struct traffic *traffic, struct failure *why)
{
    CHECK(!pool->broken);
    return run(pool, 0, tasks, count, results, traffic, why);
}

/* --- start and stop -----------------------------------------------------------------------------
 */

static void release(struct pool *pool)
{
    staff_close(&pool->staff);
    shm_close_queues(&pool->shm);
    free(pool);
}

static int prepare(struct pool *pool, struct failure *why)
{
    int error = staff_open(&pool->staff, pool->plan->workers);
    if (error != 0)
        return failure_system(why, error, "make a pool");
    error = shm_open_queues(&pool->shm, pool->plan, pool->staff.bell, why);
    if (error != 0)
        return error;
    size_t batch = BATCH_BYTES / queue_slot_bytes(pool->shm.task_bytes);
    pool->batch = batch < 1 ? 1 : batch < BATCH_MAX ? batch : BATCH_MAX;
    return 0;
}

/* A start is a map of no tasks: it takes everybody on and waits until all are ready. */
static int shm_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    pool->plan = plan;
    pool->self = (uint32_t)getpid();
    int error = prepare(pool, why);
    if (error == 0)
        error = run(pool, fresh_each_time(pool) ? 0 : plan->workers, NULL, 0, NULL, NULL, why);
    if (error != 0)
        release(pool);
    else
        *made = pool;
    return error;
}

/* Sends sentinels as long as the queues have room for them. The others find it when some workers
 * have taken theirs and ended. Returns 0 or a negative errno. */
static int send_sentinels(struct pool *pool, unsigned *sent)
{
    const struct queue_tag sentinel = {.kind = SHM_SENTINEL};
    struct queue_slot *slot;
    while (*sent < pool->staff.size) {
        struct queue *tasks = pool->shm.tasks[*sent % pool->shm.lanes];
        int got = queue_publish_reserve(tasks, pool->self, NULL, 0, &slot, 1, pool->deadline_ns);
        if (got == 1) {
            slot->tag = sentinel;
            got = queue_publish(tasks, &slot, 1, pool->deadline_ns) == 0 ? 1 : -ETIMEDOUT;
        }
        if (got < 1)
            return got;
        ++*sent;
    }
    return 0;
}

/* Waits for ends; *why tells of one who ended badly. Returns 0 or a negative errno. */
static int see_off(struct pool *pool, struct failure *why)
{
    int error = staff_sleep(&pool->staff, pool->deadline_ns);
    for (unsigned w = 0; error == 0 && w < pool->staff.size; w++) {
        int pid = pool->staff.workers[w].pid;
        int status = 0;
        char text[96];
        if (!staff_ended(&pool->staff, w))
            continue;
        error = staff_reap(&pool->staff, w, pool->deadline_ns, &status);
        if (error == 0 && status != 0)
            failure_set(why, -EOWNERDEAD, (int)w, pid, FAILURE_NONE, "%s while it was idle",
                        child_describe(status, text, sizeof text));
    }
    return error;
}

static int still_there(const struct pool *pool, struct failure *why)
{
    unsigned w = 0;
    while (pool->staff.workers[w].pid == 0)
        w++;
    return failure_set(why, -ETIMEDOUT, (int)w, pool->staff.workers[w].pid, FAILURE_NONE,
                       "did not end within %g s", (double)pool->plan->limit_ns / (double)NS_PER_S);
}

static int shm_stop(struct pool *pool, struct failure *why)
{
    unsigned sent = 0;
    int error = 0;
    failure_clear(why);
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    while (error == 0 && !pool->broken && pool->staff.living > 0) {
        error = send_sentinels(pool, &sent);
        if (error == 0)
            error = see_off(pool, why);
    }
    if (error == -ETIMEDOUT)
        still_there(pool, why);
    else if (error != 0)
        failure_system(why, error, "wait for the workers");
    error = why->error;
    release(pool);
    return error;
}

const struct backend shm_backend = {
    .abi = BACKEND_ABI,
    .name = "shm",
    .summary = "forked workers, bounded queues in shared memory",
    .start = shm_start,
    .map = shm_map,
    .stop = shm_stop,
};
