/*
 * pthreads - a thread pool: workers share the caller's memory, so nothing is sent.
 *
 * Idea      Threads see the same tasks[] and results[] as the caller. All that is left to share out
 *           is *who runs what*, and one atomic counter does that. Threads of CPython share
 *           memory as well, but its GIL lets only one of them at a time run Python code; a kernel in C
 *           may run beside another if its caller gives the GIL back (bench/python/library.py).
 *
 * Picture   caller = worker 0        worker 1          worker 2
 *               |  round++, wake        .                 .        asleep on round
 *               +---------------------->+---------------->+
 *               |                       |                 |
 *             next += chunk           next += chunk     next += chunk      until next >= count
 *             job_run                 job_run           job_run
 *               |                       |                 |
 *               .  asleep on busy    busy--            busy--, it is 0: wake
 *               +<----------------------------------------+
 *
 * Protocol  Two words that can be slept on (futexes): `round` counts the maps, `busy` counts the
 *           threads that are not done yet. The caller writes the map's fields, sets busy and then
 *           increments round (release); a worker that reads the new round (acquire) sees them. A
 *           worker that is done decrements busy (release); the caller that reads 0 (acquire) sees
 *           all results. futex(2) sleeps only if the word still has the value last seen, so a
 *           change between look and sleep is never lost.
 *
 * Start     workers-1 threads. The caller itself is worker 0: it would have to wait anyway, and so
 *           exactly `workers` threads exist and run kernels; with one worker, none is made. If a
 *           thread cannot be made, those before it are dismissed and joined.
 *
 * Work      dynamic: fetch-and-add on `next` claims a chunk. static: schedule_share, no counter.
 *           per-task: a fresh thread for each task; the caller only makes them and joins them, so
 *           that at most `workers` live at once.
 *
 * Stop      a last round with `quit` set, then pthread_join.
 *
 * Failure   A kernel's error is kept by its worker; the caller merges, the lowest task wins. A
 *           crash takes the process along, and the board names the task. A thread can't be killed
 *           without the rest of its process. So when a kernel never returns in a thread, map gives
 *           up after limit_ns and names the task, and so does stop: it leaves the pool's memory
 *           and threads to the end of the process, which should come soon, since that thread may
 *           still write to results. When it never returns in worker 0, the caller, neither does
 *           map: only the runner, a process of its own, can end that.
 *
 * Cost      One fetch-and-add for each chunk: some 20 ns where the counter's cache line was last
 *           changed by another core. One wake-up for each map: tens of us for a thread that sleeps,
 *           under 1 us for one that still spins. Waiting spins at first, for about 10 us, and only
 *           if each worker can have a core: a spinner without one takes it from whom it waits for.
 *           A thread wakes where it last ran, maybe on the caller's own core, and the scheduler
 *           takes a while to move it: a map of less than about 1 ms may get one core for two
 *           workers, unless they are bound to cores of their own. Nothing is bound here, since
 *           the other backends are not either.
 *
 * Sources   futex(2); U. Drepper, "Futexes Are Tricky" (2011); ISO C11, 5.1.2.4 and 7.17.3, for the
 *           orders; A. Williams, "C++ Concurrency in Action", 2nd ed., chapter 4: `busy` is a
 * latch.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/backend.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/futex.h"

#define SPINS      250        /* looks at a word before sleeping on it */
#define NO_LIMIT   UINT64_MAX /* as a deadline */
#define LINE_BYTES 128        /* two cache lines: the prefetcher fetches them in pairs */

struct worker { /* each on lines of its own: no worker slows its neighbour */
    _Alignas(LINE_BYTES) struct pool *pool;
    unsigned number;
    pthread_t thread;
    bool hired;             /* caller: there is a thread to be joined */
    _Atomic bool vacant;    /* per-task: its thread is done; relaxed, ordered by busy */
    size_t task;            /* per-task: to be run; written before the thread is made */
    struct failure failure; /* the worker's while it is busy, else the caller's */
};

struct pool {
    /* Written by the caller between maps, read by all during one; guarded by round and busy. */
    const struct plan *plan;
    const char *tasks;
    char *results;
    size_t count;
    size_t chunk;
    unsigned spins;
    bool quit;
    _Alignas(LINE_BYTES) _Atomic uint32_t round;
    _Alignas(LINE_BYTES) _Atomic uint32_t busy;
    _Alignas(LINE_BYTES) _Atomic size_t next; /* dynamic: the first task not yet claimed */
    struct worker workers[];
};

/* Spins, then sleeps while *word is seen. Returns 0, maybe too early, or -ETIMEDOUT. What it reads
 * decides nothing, its caller looks again; so relaxed is enough here. */
static int word_wait(const _Atomic uint32_t *word, uint32_t seen, unsigned spins,
                     uint64_t deadline_ns)
{
    for (unsigned i = 0; i < spins; i++) {
        if (atomic_load_explicit(word, memory_order_relaxed) != seen)
            return 0;
        spin_pause();
    }
    return futex_wait(word, seen, deadline_ns);
}

/* Caller: waits until fewer than `bound` threads are busy. Returns 0 or -ETIMEDOUT. */
static int wait_busy_below(struct pool *pool, unsigned bound, uint64_t deadline_ns)
{
    for (;;) { /* acquire: pairs with the release in done(); results and failures are in */
        uint32_t busy = atomic_load_explicit(&pool->busy, memory_order_acquire);
        if (busy < bound)
            return 0;
        if (word_wait(&pool->busy, busy, pool->spins, deadline_ns) != 0)
            return -ETIMEDOUT;
    }
}

/* Thread: waits for the round after `seen` and returns it. The one wait without a limit: it ends
 * by the caller's next map or stop, or with the process. */
static uint32_t wait_round(struct pool *pool, uint32_t seen)
{
    uint32_t round; /* acquire: pairs with the release in open_round(); the map's fields are in */
    while ((round = atomic_load_explicit(&pool->round, memory_order_acquire)) == seen)
        word_wait(&pool->round, seen, pool->spins, NO_LIMIT);
    return round;
}

static void open_round(struct pool *pool)
{
    atomic_fetch_add_explicit(&pool->round, 1, memory_order_release);
    futex_wake(&pool->round, UINT32_MAX);
}

/* Thread: its work is over. Only the caller sleeps on busy, until it is 0 or, per task, until
 * there is a vacancy. */
static void done(struct pool *pool)
{
    uint32_t left = atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_release) - 1;
    if (left == 0 || pool->plan->schedule == SCHEDULE_PER_TASK)
        futex_wake(&pool->busy, 1);
}

static void run(struct worker *self, size_t first, size_t count)
{
    const struct pool *pool = self->pool;
    const struct shape *shape = &pool->plan->job->shape;
    struct failure why;
    if (job_run(pool->plan->job, self->number, first, count,
                pool->tasks + first * shape->task_bytes,
                pool->results + first * shape->result_bytes, &why) != 0)
        failure_merge(&self->failure, &why);
}

/* A worker's part of a map. */
static void work(struct worker *self)
{
    struct pool *pool = self->pool;
    size_t first;
    if (pool->plan->schedule == SCHEDULE_STATIC) {
        size_t share = schedule_share(pool->count, pool->plan->workers, self->number, &first);
        run(self, first, share);
        return;
    }
    /* relaxed: that no two get the same value is enough; round and busy order all the rest */
    while ((first = atomic_fetch_add_explicit(&pool->next, pool->chunk, memory_order_relaxed)) <
           pool->count) {
        size_t left = pool->count - first;
        run(self, first, left < pool->chunk ? left : pool->chunk);
    }
}

/* A thread of the pool. To have signed in counts as the end of round 0. */
static void *serve(void *argument)
{
    struct worker *self = argument;
    struct pool *pool = self->pool;
    uint32_t round = 0;
    board_enter(pool->plan->job->board, self->number);
    for (;;) {
        done(pool);
        round = wait_round(pool, round);
        if (pool->quit)
            return NULL;
        work(self);
    }
}

/* A fresh thread for one task. */
static void *serve_once(void *argument)
{
    struct worker *self = argument;
    board_enter(self->pool->plan->job->board, self->number);
    run(self, self->task, 1);
    atomic_store_explicit(&self->vacant, true, memory_order_relaxed);
    done(self->pool);
    return NULL;
}

/* Makes a thread, busy from now on. Returns 0 or a negative errno. */
static int hire(struct worker *worker, void *(*body)(void *))
{
    struct pool *pool = worker->pool;
    atomic_fetch_add_explicit(&pool->busy, 1, memory_order_relaxed);
    int error = pthread_create(&worker->thread, NULL, body, worker);
    if (error != 0)
        atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_relaxed);
    worker->hired = error == 0;
    return -error;
}

/* Joins a thread that is on its way out: no user's code is left in it, so this needs no limit. */
static void dismiss(struct worker *worker)
{
    if (worker->hired)
        CHECK(pthread_join(worker->thread, NULL) == 0);
    worker->hired = false;
}

/* Names a thread that is still busy, by its line on the board. */
static int timed_out(const struct pool *pool, struct failure *why)
{
    const struct board_line *lines = pool->plan->job->board->lines;
    const unsigned long long ms = pool->plan->limit_ns / NS_PER_MS;
    for (unsigned i = 0; i < pool->plan->workers; i++) {
        int64_t task = atomic_load_explicit(&lines[i].task, memory_order_relaxed);
        if (task != BOARD_NO_TASK)
            return failure_set(why, -ETIMEDOUT, (int)i, (int)getpid(), task,
                               "still running after the limit of %llu ms", ms);
    }
    return failure_set(why, -ETIMEDOUT, FAILURE_NONE, 0, FAILURE_NONE,
                       "a thread got no processor within the limit of %llu ms", ms);
}

/* The lowest task's failure. Returns its error, 0 if there is none. */
static int collect(struct pool *pool, struct failure *why)
{
    failure_clear(why);
    for (unsigned i = 0; i < pool->plan->workers; i++) {
        failure_merge(why, &pool->workers[i].failure);
        failure_clear(&pool->workers[i].failure);
    }
    return why->error;
}

static int map_pool(struct pool *pool, uint64_t deadline_ns, struct failure *why)
{
    pool->chunk = schedule_chunk(pool->plan, pool->count);
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->busy, pool->plan->workers - 1, memory_order_relaxed);
    open_round(pool);
    work(&pool->workers[0]);
    if (wait_busy_below(pool, 1, deadline_ns) == 0)
        return collect(pool, why);
    atomic_store_explicit(&pool->next, pool->count, memory_order_relaxed); /* claim no more */
    return timed_out(pool, why);
}

/* A worker without a thread, or whose thread is done; there is one. */
static struct worker *find_vacancy(struct pool *pool)
{
    struct worker *worker = pool->workers;
    while (worker->hired && !atomic_load_explicit(&worker->vacant, memory_order_relaxed))
        worker++;
    return worker;
}

static int map_per_task(struct pool *pool, uint64_t deadline_ns, struct failure *why)
{
    int error = 0;
    for (size_t i = 0; i < pool->count && error == 0; i++) {
        if (wait_busy_below(pool, pool->plan->workers, deadline_ns) != 0)
            return timed_out(pool, why);
        struct worker *worker = find_vacancy(pool);
        dismiss(worker);
        atomic_store_explicit(&worker->vacant, false, memory_order_relaxed);
        worker->task = i;
        error = hire(worker, serve_once);
    }
    if (wait_busy_below(pool, 1, deadline_ns) != 0)
        return timed_out(pool, why);
    for (unsigned i = 0; i < pool->plan->workers; i++)
        dismiss(&pool->workers[i]);
    int failed = collect(pool, why);
    return error != 0 ? failure_system(why, error, "make a thread for a task") : failed;
}

static int pthreads_map(struct pool *pool, const void *tasks, size_t count, void *results,
                        struct traffic *traffic, struct failure *why)
{
    traffic_together(traffic, schedule_together(pool->plan, count)); /* and nothing is sent */
    uint64_t deadline_ns = clock_deadline(pool->plan->limit_ns);
    pool->tasks = tasks;
    pool->results = results;
    pool->count = count;
    return pool->plan->schedule == SCHEDULE_PER_TASK ? map_per_task(pool, deadline_ns, why)
                                                     : map_pool(pool, deadline_ns, why);
}

static int pthreads_stop(struct pool *pool, struct failure *why)
{
    if (wait_busy_below(pool, 1, clock_deadline(pool->plan->limit_ns)) != 0)
        return timed_out(pool, why); /* the pool stays: a thread still uses it */
    pool->quit = true;
    open_round(pool);
    for (unsigned i = 0; i < pool->plan->workers; i++)
        dismiss(&pool->workers[i]);
    free(pool);
    return 0;
}

/* How long to spin: not at all unless each worker can have a core. */
static unsigned choose_spins(unsigned workers)
{
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0)
        return 0;
    return workers <= (unsigned)CPU_COUNT(&cores) ? SPINS : 0;
}

static struct pool *make_pool(const struct plan *plan)
{
    size_t bytes = sizeof(struct pool) + plan->workers * sizeof(struct worker);
    struct pool *pool = aligned_alloc(LINE_BYTES, bytes);
    if (pool == NULL)
        return NULL;
    memset(pool, 0, bytes);
    pool->plan = plan;
    pool->spins = choose_spins(plan->workers);
    for (unsigned i = 0; i < plan->workers; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].number = i;
        failure_clear(&pool->workers[i].failure);
    }
    return pool;
}

static int pthreads_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    uint64_t deadline_ns = clock_deadline(plan->limit_ns);
    struct pool *pool = make_pool(plan);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    board_enter(plan->job->board, 0);

    int error = 0;
    if (plan->schedule != SCHEDULE_PER_TASK)
        for (unsigned i = 1; i < plan->workers && error == 0; i++)
            error = hire(&pool->workers[i], serve);
    if (error != 0)
        failure_system(why, error, "make a thread");
    else if (wait_busy_below(pool, 1, deadline_ns) != 0)
        error = timed_out(pool, why);
    if (error != 0) {
        struct failure ignored; /* the first failure is the one to be told */
        pthreads_stop(pool, &ignored);
        return error;
    }
    *made = pool;
    return 0;
}

const struct backend pthreads_backend = {
    .abi = BACKEND_ABI,
    .name = "pthreads",
    .summary = "a thread pool that claims tasks from one shared counter",
    .start = pthreads_start,
    .map = pthreads_map,
    .stop = pthreads_stop,
};
