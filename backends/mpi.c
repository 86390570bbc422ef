/*
 * mpi - ranks: one coordinator, all others workers, and messages between them.
 *
 * Idea      Ranks share nothing and need not even share a machine: all they know of each other is
 *           a number. This is what takes a program beyond one machine.
 *
 * Picture   mpirun -n 4                           rank 1 = worker 0 >---+
 *              |          tasks                                         |  results,
 *           rank 0 = coordinator >------------->  rank 2 = worker 1 >---+  each straight
 *              ^                                                        |  to its place
 *              |                                  rank 3 = worker 2 >---+
 *              +--------------------------------------------------------+
 *
 * Protocol  1. An order, broadcast to all: a map of so many tasks in such chunks, or stop.
 *           2. dynamic: messages of records and nothing else. The tag of a message of tasks is the
 *              number of its chunk, which tells a worker what it got; the number beyond the last is
 *              the sentinel. Results come back in the order of the chunks and need no header.
 *              static: one Scatterv of all tasks, one Gatherv of all results.
 *           3. A gather of one struct failure from each rank: what its kernels reported.
 *
 * Start     mpirun has started the same program in every rank. Rank 0 gets the pool; the others
 *           serve inside start (rank.c) and leave it when they are told to stop.
 * Work      The ledger (tasks.h) says what to send to whom, and a worker is sent its next chunks
 *           while it runs one (prefetch). How far they come meanwhile depends on their size, for
 *           MPI moves messages only inside of its calls: rank.c tells. No message relies on MPI's
 *           buffers. per-task is dynamic:1 without prefetch: a fresh rank for each task can't be
 *           had, as only mpirun makes ranks, all at once.
 * Stop      The order to stop; then MPI_Finalize, in which all ranks meet once more.
 *
 * Failure   A rank that dies takes the whole job along: mpirun ends all ranks, this one too, so
 *           on_death makes no difference here. Whoever started mpirun sees on the board who died
 *           at which task, and may start the job again. After a map that failed, stop is MPI_Abort:
 *           MPI_Finalize would wait for ranks that may never come.
 * Cost      Within one machine a small message is copied twice, through shared memory, a large one
 *           once, by the kernel, or twice (the column `settings` of a row tells). All pass rank
 *           0, the bottleneck of many workers or small tasks. A rank that waits polls, eagerly and
 *           then between naps, which takes some of a core, and makes it late after a pause.
 */
#include <errno.h>
#include <limits.h>
#include <mpi.h>
#include <stdlib.h>

#include "backends/backend.h"
#include "backends/rank.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/tasks.h"
#include "common/trace.h"

#define FLIGHT 8 /* the most chunks at one worker: one being run, the others waiting there */

struct lane { /* of one worker: its messages of tasks, a ring */
    MPI_Request sends[FLIGHT];
    size_t sent;
};

struct pool {
    const struct plan *plan;
    struct records records;
    struct tasks ledger;
    struct lane *lanes;      /* lanes[workers] */
    MPI_Request *heads;      /* heads[workers]: for the oldest results that each owes */
    int *ready;              /* ready[workers]: whose head is complete */
    int *shares, *firsts;    /* by rank: what static gives to each */
    struct failure *reports; /* by rank */
    bool broken;             /* a map has failed: the ranks can't be relied on */
    /* the map that is being run: */
    const char *tasks;
    char *results;
    size_t count, chunk;
    struct traffic *traffic;
    uint64_t deadline_ns;
};

/* --- start --------------------------------------------------------------------------------------
 */

static void release(struct pool *pool)
{
    if (pool == NULL)
        return;
    tasks_close(&pool->ledger);
    free(pool->lanes);
    free(pool->heads);
    free(pool->ready);
    free(pool->shares);
    free(pool->firsts);
    free(pool->reports);
    free(pool);
}

static struct pool *make_pool(const struct plan *plan)
{
    const size_t workers = plan->workers, ranks = workers + 1;
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->plan = plan;
    pool->lanes = calloc(workers, sizeof *pool->lanes);
    pool->heads = calloc(workers, sizeof *pool->heads);
    pool->ready = calloc(workers, sizeof *pool->ready);
    pool->shares = calloc(ranks, sizeof *pool->shares);
    pool->firsts = calloc(ranks, sizeof *pool->firsts);
    pool->reports = calloc(ranks, sizeof *pool->reports);
    if (tasks_open(&pool->ledger, plan->workers) != 0 || !pool->lanes || !pool->heads ||
        !pool->ready || !pool->shares || !pool->firsts || !pool->reports) {
        release(pool);
        return NULL;
    }
    for (size_t w = 0; w < workers; w++) {
        pool->heads[w] = MPI_REQUEST_NULL;
        for (size_t i = 0; i < FLIGHT; i++)
            pool->lanes[w].sends[i] = MPI_REQUEST_NULL;
    }
    return pool;
}

/* A rank that is no coordinator: works until the end. After an error it leaves without
 * MPI_Finalize, which mpirun takes for a death: it ends the job. */
static int serve(const struct plan *plan, unsigned worker, struct records *records,
                 struct failure *why)
{
    board_enter(plan->job->board, worker);
    int error = rank_serve(plan->job, worker, records);
    if (error != 0) {
        failure_system(why, error, "work as a rank");
        why->worker = (int)worker;
        return error;
    }
    rank_leave(records, plan->limit_ns);
    return BACKEND_SERVED;
}

static int mpi_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    struct pool *pool = make_pool(plan);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    int rank;
    int error = rank_join(plan, &pool->records, why);
    if (error == 0) {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        if (rank == COORDINATOR)
            *made = pool;
        else
            error = serve(plan, (unsigned)rank - 1, &pool->records, why);
    }
    if (error != 0)
        release(pool);
    return error;
}

/* --- work: dynamic ------------------------------------------------------------------------------
 */

/* The oldest chunk that worker owes; count 0: none. */
static struct span owed(const struct pool *pool, unsigned worker)
{
    int64_t oldest = tasks_oldest(&pool->ledger, worker);
    if (oldest < 0)
        return (struct span){0, 0};
    size_t left = pool->count - (size_t)oldest;
    return (struct span){(size_t)oldest, left < pool->chunk ? left : pool->chunk};
}

/* Makes a place for the oldest results that worker owes. The others wait at the worker until it is
 * their turn. */
static int expect(struct pool *pool, unsigned worker)
{
    struct span span = owed(pool, worker);
    char *place = pool->results + span.first * pool->plan->job->shape.result_bytes;
    if (span.count == 0 || pool->heads[worker] != MPI_REQUEST_NULL)
        return 0;
    return rank_error(MPI_Irecv(place, (int)span.count, pool->records.result, (int)worker + 1,
                                RESULTS, MPI_COMM_WORLD, &pool->heads[worker]));
}

/* Sends a message of tasks: a chunk, or the sentinel, which has no tasks. */
static int post(struct pool *pool, unsigned worker, size_t first, size_t count)
{
    struct lane *lane = &pool->lanes[worker];
    MPI_Request *place = &lane->sends[lane->sent++ % FLIGHT];
    const size_t task_bytes = pool->plan->job->shape.task_bytes;
    const size_t number = (first + pool->chunk - 1) / pool->chunk;
    int error = rank_wait(place, 1, MPI_STATUSES_IGNORE, pool->deadline_ns);
    if (error == 0)
        error =
            rank_error(MPI_Isend(pool->tasks + first * task_bytes, (int)count, pool->records.task,
                                 (int)worker + 1, (int)number, MPI_COMM_WORLD, place));
    pool->traffic->bytes_sent += count * task_bytes;
    pool->traffic->messages++;
    trace_message(pool->plan->job->trace, TRACE_SENT, (int)worker, first, count);
    return error;
}

/* Gives each worker in turn its next chunk, until none may have more. */
static int hand_out(struct pool *pool)
{
    struct span span;
    int error = 0;
    for (bool given = true; given && error == 0;) {
        given = false;
        for (unsigned w = 0; w < pool->plan->workers && error == 0; w++) {
            if (!tasks_next(&pool->ledger, w, &span))
                continue;
            given = true;
            error = post(pool, w, span.first, span.count);
            if (error == 0)
                error = expect(pool, w);
        }
    }
    return error;
}

/* The oldest results of worker are in their place. */
static void take_in(struct pool *pool, unsigned worker)
{
    struct span span = owed(pool, worker);
    CHECK(tasks_in(&pool->ledger, worker, span));
    pool->traffic->bytes_received += span.count * pool->plan->job->shape.result_bytes;
    pool->traffic->messages++;
    trace_message(pool->plan->job->trace, TRACE_RECEIVED, (int)worker, span.first, span.count);
}

/* Waits for results of any worker and takes in all that have come. */
static int collect(struct pool *pool)
{
    struct patience patience = {.deadline_ns = pool->deadline_ns};
    int count = 0, error = 0;
    while (error == 0 && count == 0) {
        error = rank_error(MPI_Testsome((int)pool->plan->workers, pool->heads, &count, pool->ready,
                                        MPI_STATUSES_IGNORE));
        if (error == 0 && count == 0)
            error = rank_be_patient(&patience);
    }
    for (int i = 0; error == 0 && i < count; i++) {
        unsigned worker = (unsigned)pool->ready[i];
        take_in(pool, worker);
        error = expect(pool, worker);
    }
    return error;
}

static int exchange_chunks(struct pool *pool)
{
    const struct plan *plan = pool->plan;
    unsigned flight = plan->schedule == SCHEDULE_PER_TASK ? 1 : FLIGHT;
    tasks_begin(&pool->ledger, pool->count, pool->chunk, flight);
    int error = hand_out(pool);
    while (error == 0 && !tasks_done(&pool->ledger)) {
        error = collect(pool);
        if (error == 0)
            error = hand_out(pool);
    }
    for (unsigned w = 0; error == 0 && w < plan->workers; w++)
        error = post(pool, w, pool->count, 0);
    for (unsigned w = 0; error == 0 && w < plan->workers; w++)
        error = rank_wait(pool->lanes[w].sends, FLIGHT, MPI_STATUSES_IGNORE, pool->deadline_ns);
    return error;
}

/* --- work: static -------------------------------------------------------------------------------
 */

static int exchange_shares(struct pool *pool)
{
    const struct plan *plan = pool->plan;
    MPI_Request request;
    for (unsigned w = 0; w < plan->workers; w++) { /* the coordinator's own share stays 0 */
        size_t first;
        pool->shares[w + 1] = (int)schedule_share(pool->count, plan->workers, w, &first);
        pool->firsts[w + 1] = (int)first;
    }
    int error =
        rank_error(MPI_Iscatterv(pool->tasks, pool->shares, pool->firsts, pool->records.task, NULL,
                                 0, pool->records.task, COORDINATOR, MPI_COMM_WORLD, &request));
    if (error == 0)
        error = rank_wait(&request, 1, MPI_STATUSES_IGNORE, pool->deadline_ns);
    if (error == 0)
        error = rank_error(MPI_Igatherv(NULL, 0, pool->records.result, pool->results, pool->shares,
                                        pool->firsts, pool->records.result, COORDINATOR,
                                        MPI_COMM_WORLD, &request));
    if (error == 0)
        error = rank_wait(&request, 1, MPI_STATUSES_IGNORE, pool->deadline_ns);
    pool->traffic->bytes_sent += pool->count * plan->job->shape.task_bytes;
    pool->traffic->bytes_received += pool->count * plan->job->shape.result_bytes;
    pool->traffic->messages += 2ull * plan->workers;
    return error;
}

/* --- work: a map --------------------------------------------------------------------------------
 */

/* Tags and counts are ints, and a tag may be no larger than the library allows. */
static int check_count(const struct pool *pool, struct failure *why)
{
    int *tag_max, found;
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &tag_max, &found);
    size_t most = found ? (size_t)*tag_max : 32767; /* what the standard promises */
    size_t chunks = pool->chunk != 0 ? (pool->count + pool->chunk - 1) / pool->chunk : 0;
    if (pool->count <= INT_MAX && chunks <= most)
        return 0;
    return failure_set(why, -EOVERFLOW, FAILURE_NONE, 0, FAILURE_NONE,
                       "this MPI can tell %zu chunks apart, not %zu: use a larger chunk", most,
                       chunks);
}

/* The map's time is up: names the first worker that has not done its part, and its task. */
static int time_is_up(const struct pool *pool, struct failure *why)
{
    const struct plan *plan = pool->plan;
    const double limit_s = (double)plan->limit_ns / (double)NS_PER_S;
    for (unsigned w = 0; w < plan->workers; w++) {
        const struct board_line *line = &plan->job->board->lines[w];
        int64_t task = atomic_load_explicit(&line->task, memory_order_relaxed);
        if (task == BOARD_NO_TASK && pool->chunk != 0)
            task = tasks_oldest(&pool->ledger, w);
        if (task >= 0)
            return failure_set(why, -ETIMEDOUT, (int)w, atomic_load(&line->pid), task,
                               "no result within %g s", limit_s);
    }
    return failure_set(why, -ETIMEDOUT, FAILURE_NONE, 0, FAILURE_NONE,
                       "the map did not end within %g s", limit_s);
}

static size_t chunk_of(const struct plan *plan, size_t count)
{
    if (plan->schedule == SCHEDULE_STATIC)
        return 0;
    size_t chunk = plan->schedule == SCHEDULE_PER_TASK ? 1 : schedule_chunk(plan, count);
    return chunk < count || count == 0 ? chunk : count;
}

static int exchange(struct pool *pool)
{
    const struct failure nothing = {.error = 0}; /* the coordinator runs no kernel */
    struct order order = {.count = pool->count, .chunk = pool->chunk};
    const unsigned workers = pool->plan->workers;
    int error = rank_order(&order, NULL, pool->deadline_ns);
    if (error == 0)
        error = pool->chunk != 0 ? exchange_chunks(pool) : exchange_shares(pool);
    if (error == 0)
        error = rank_report(&nothing, pool->reports, pool->deadline_ns);
    pool->traffic->bytes_sent += workers * sizeof order;
    pool->traffic->bytes_received += workers * sizeof *pool->reports;
    pool->traffic->messages += 2ull * workers;
    return error;
}

static int mpi_map(struct pool *pool, const void *tasks, size_t count, void *results,
                   struct traffic *traffic, struct failure *why)
{
    CHECK(!pool->broken);
    pool->tasks = tasks;
    pool->results = results;
    pool->count = count;
    pool->chunk = chunk_of(pool->plan, count);
    pool->traffic = traffic;
    pool->deadline_ns = clock_deadline(pool->plan->limit_ns);
    int error = check_count(pool, why);
    if (error != 0)
        return error;
    error = exchange(pool);
    pool->broken = error != 0;
    if (error == -ETIMEDOUT)
        return time_is_up(pool, why);
    if (error != 0)
        return failure_system(why, error, "exchange messages with the ranks");
    failure_clear(why);
    for (unsigned w = 0; w < pool->plan->workers; w++)
        failure_merge(why, &pool->reports[w + 1]);
    return why->error;
}

/* --- stop ---------------------------------------------------------------------------------------
 */

static int mpi_stop(struct pool *pool, struct failure *why)
{
    struct order order = {.stop = 1};
    const uint64_t limit_ns = pool->plan->limit_ns;
    (void)why;
    if (pool->broken || rank_order(&order, NULL, clock_deadline(limit_ns)) != 0)
        MPI_Abort(MPI_COMM_WORLD, 1); /* ends all ranks, this one as well */
    rank_leave(&pool->records, limit_ns);
    release(pool);
    return 0;
}

const struct backend parbench_backend = {
    .abi = BACKEND_ABI,
    .name = "mpi",
    .summary = "MPI ranks: a coordinator and workers, messages",
    .mpirun = true,
    .start = mpi_start,
    .map = mpi_map,
    .stop = mpi_stop,
};
