/*
 * openmp - the same in one pragma: a parallel loop, and libgomp's threads share it out.
 *
 * Idea      What pthreads.c spells out (threads, a round, a counter, a latch) is what a compiler
 *           with OpenMP makes of one line above a loop. Compare the two files.
 *
 * Picture   #pragma omp parallel for schedule(runtime)
 *           thread 0 = caller   | piece 0 | piece 3 | piece 4 |   . barrier
 *           thread 1            | piece 1     | piece 5       |   .
 *           thread 2            | piece 2  | piece 6 |            .
 *
 * Protocol  A region begins by waking the team and ends in a barrier, which also publishes all
 *           results to the caller. Within it the loop's iterations are shared out as
 *           omp_set_schedule said: that is what schedule(runtime) looks up.
 *
 * Start     an empty region. libgomp makes its threads in the first one, which may take 13 ms, and
 *           keeps them for those that follow. OMP_THREAD_LIMIT may allow fewer than asked for; so
 *           the team is counted, since a smaller one would be measured under a false name. Where
 *           OMP_PROC_BIND binds a team, the caller goes to its place as well.
 *
 * Work      One iteration is one piece: a share (static) or a chunk (dynamic). A loop over tasks
 *           with schedule(dynamic, chunk) gives the same tasks to a thread at a time, but then
 *           job_run, which keeps the board, would be called for each task instead of each chunk.
 *           per-task: one thread makes an explicit task of each task, and all run them. That is
 *           as near as OpenMP comes: a task is fresh, but its thread is not.
 *
 * Stop      omp_pause_resource_all makes libgomp join its threads; a next region would make new
 *           ones (LLVM's libomp may keep them). Until then they live and wait, and a fork is a
 *           trap: the child inherits the records of a team whose threads it does not have, and
 *           its first region waits for them for ever. Hence the runner itself uses no OpenMP, and
 *           each cell is a fresh process.
 *
 * Failure   A kernel's error is merged under a critical section. Nothing here has a time limit,
 *           and if a thread can't be made, libgomp prints so and ends the process: OpenMP has no
 *           errors to return. The runner, another process, has the limit and sees the end.
 *
 * Cost      One fetch-and-add for each piece, as in pthreads.c; a region costs about 1 us if the
 *           team still spins from the last one. How long it spins is read from the environment
 *           (GOMP_SPINCOUNT, OMP_WAIT_POLICY) when libgomp is loaded: by default for some 10 ms,
 *           on a core that somebody else may need. Two threads that spin on one core cost each
 *           other whole time slices, 4 to 8 ms a map. GOMP_SPINCOUNT=250, which the runner sets
 *           unless you set one of the two, is what pthreads.c does while each worker can have a core.
 *           With more workers than cores pthreads.c does not spin at all; libgomp still does, if briefly.
 *
 * Sources   OpenMP API Specification 5.0, sections 2.6, 2.9.2, 2.10.1 and 3.2.44; the manual of
 *           libgomp, "OpenMP Environment Variables".
 */
#include <errno.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>

#include "backends/backend.h"

struct pool {
    const struct plan *plan;
};

struct map { /* shared by the team, read-only but for *why */
    const struct plan *plan;
    const char *tasks;
    char *results;
    size_t count;
    size_t chunk;
    struct failure *why; /* guarded by critical(merge) */
};

static inline void run(const struct map *map, size_t first, size_t count)
{
    const struct job *job = map->plan->job;
    struct failure why;
    if (job_run(job, (unsigned)omp_get_thread_num(), first, count,
                map->tasks + first * job->shape.task_bytes,
                map->results + first * job->shape.result_bytes, &why) != 0) {
#pragma omp critical(merge)
        failure_merge(map->why, &why);
    }
}

/* How many pieces the loop has. */
static size_t count_pieces(const struct map *map)
{
    if (map->plan->schedule == SCHEDULE_STATIC)
        return map->plan->workers;
    return map->count / map->chunk + (map->count % map->chunk != 0);
}

/* The tasks of a piece: *first .. *first + returned - 1. */
static inline size_t find_piece(const struct map *map, size_t piece, size_t *first)
{
    if (map->plan->schedule == SCHEDULE_STATIC)
        return schedule_share(map->count, map->plan->workers, (unsigned)piece, first);
    *first = piece * map->chunk;
    size_t left = map->count - *first;
    return left < map->chunk ? left : map->chunk;
}

static void map_loop(const struct map *map)
{
    const size_t pieces = count_pieces(map);
    if (map->plan->schedule == SCHEDULE_STATIC)
        omp_set_schedule(omp_sched_static, 0); /* piece w to thread w */
    else
        omp_set_schedule(omp_sched_dynamic, 1);

#pragma omp parallel for num_threads(map->plan->workers) schedule(runtime)
    for (size_t piece = 0; piece < pieces; piece++) {
        size_t first;
        size_t count = find_piece(map, piece, &first);
        run(map, first, count);
    }
}

static void map_tasks(const struct map *map)
{
#pragma omp parallel num_threads(map->plan->workers)
#pragma omp single
    for (size_t i = 0; i < map->count; i++) {
#pragma omp task firstprivate(i)
        run(map, i, 1);
    }
}

static int openmp_map(struct pool *pool, const void *tasks, size_t count, void *results,
                      struct traffic *traffic, struct failure *why)
{
    const struct map map = {.plan = pool->plan,
                            .tasks = tasks,
                            .results = results,
                            .count = count,
                            .chunk = schedule_chunk(pool->plan, count),
                            .why = why};
    traffic_together(traffic, schedule_together(pool->plan, count)); /* and nothing is sent */
    failure_clear(why);
    if (pool->plan->schedule == SCHEDULE_PER_TASK)
        map_tasks(&map);
    else
        map_loop(&map);
    return why->error;
}

/* libgomp binds its own threads when it makes them, and the caller, thread 0, when it is loaded.
 * That was undone (bench/cell/load.c), and is made good where the team begins. */
static void take_place(void)
{
    const int place = omp_get_place_num(); /* -1: nobody is bound */
    const int count = place >= 0 ? omp_get_place_num_procs(place) : 0;
    int *cpus = count > 0 ? malloc((size_t)count * sizeof *cpus) : NULL;
    cpu_set_t set;
    if (cpus == NULL)
        return;
    omp_get_place_proc_ids(place, cpus);
    CPU_ZERO(&set);
    for (int i = 0; i < count; i++)
        CPU_SET((size_t)cpus[i], &set);
    sched_setaffinity(0, sizeof set, &set);
    free(cpus);
}

static int openmp_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    struct pool *pool = malloc(sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -ENOMEM, "make a pool");
    pool->plan = plan;

    unsigned team = 0;
    take_place();
    omp_set_dynamic(0); /* the team is as large as asked for, even on a busy machine */
#pragma omp parallel num_threads(plan->workers)
    {
        board_enter(plan->job->board, (unsigned)omp_get_thread_num());
#pragma omp single
        team = (unsigned)omp_get_num_threads();
    }
    if (team == plan->workers) {
        *made = pool;
        return 0;
    }
    free(pool);
    return failure_set(why, -EAGAIN, FAILURE_NONE, 0, FAILURE_NONE,
                       "OpenMP gives a team of %u threads instead of %u: unset OMP_THREAD_LIMIT or "
                       "raise it",
                       team, plan->workers);
}

static int openmp_stop(struct pool *pool, struct failure *why)
{
    free(pool);
    if (omp_pause_resource_all(omp_pause_soft) == 0)
        return 0;
    return failure_set(why, -EBUSY, FAILURE_NONE, 0, FAILURE_NONE, "OpenMP kept its threads");
}

const struct backend openmp_backend = {
    .abi = BACKEND_ABI,
    .name = "openmp",
    .summary = "a parallel loop or tasks of OpenMP (libgomp)",
    .start = openmp_start,
    .map = openmp_map,
    .stop = openmp_stop,
};
