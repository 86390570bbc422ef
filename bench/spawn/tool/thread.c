/*
 * thread.c - threads of this process: pthread_create, and a team of OpenMP.
 *
 * A thread shares the address space, so there are neither page tables to copy nor a program to
 * load: clone takes the same task structure, and the C library a stack, which it maps and keeps for
 * the next thread. What remains is mostly waking the thread on another core.
 *
 * OpenMP's first region starts a team in this way, and libgomp keeps it: for a while its threads
 * spin for the next region, then they sleep in a futex. So the next region is a few stores if they
 * still spin, and a wake-up if they don't.
 */
#include <errno.h>
#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/spawn/tool/way.h"
#include "common/clock.h"

#define IDLE_THREADS 8   /* to be weighed together: a process grows by whole pages */
#define TEAM_MOST    256 /* threads that can be asked for the time */

/* ---- pthread_create ------------------------------------------------------------------------- */

static void *live(void *stage)
{
    ((struct stage *)stage)->moments->first_ns = clock_ns();
    return NULL;
}

int thread_sample(struct stage *stage)
{
    pthread_t thread;
    stage->moments->begin_ns = clock_ns();
    int error = pthread_create(&thread, NULL, live, stage);
    if (error == 0)
        error = pthread_join(thread, NULL);
    stage->moments->end_ns = clock_ns();
    return -error;
}

static void *wait_for(void *end)
{
    while (sem_wait(end) != 0)
        ; /* a signal */
    return NULL;
}

int thread_weigh(struct stage *stage, struct footprint *worker)
{
    pthread_t threads[IDLE_THREADS];
    struct footprint before, after;
    unsigned started = 0;
    sem_t end;
    (void)stage;
    sem_init(&end, 0, 0);
    int error = footprint_read(0, &before);
    while (error == 0 && started < IDLE_THREADS)
        if ((error = -pthread_create(&threads[started], NULL, wait_for, &end)) == 0)
            started++;
    footprint_settle();
    if (error == 0)
        error = footprint_read(0, &after);
    for (unsigned i = 0; i < started; i++)
        sem_post(&end);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (error == 0)
        *worker = footprint_growth(&before, &after, IDLE_THREADS);
    sem_destroy(&end);
    return error;
}

/* ---- OpenMP --------------------------------------------------------------------------------- */

static unsigned team_size(void)
{
    int threads = omp_get_max_threads(); /* OMP_NUM_THREADS, or the cores that we may use */
    return threads < 2 ? 2 : threads > TEAM_MOST ? TEAM_MOST : (unsigned)threads;
}

/* An empty region; its worker is the team, so its first instruction is that of the last thread. */
static void region(struct moments *moments)
{
    uint64_t first_ns[TEAM_MOST] = {0};
    const unsigned size = team_size();
    moments->begin_ns = clock_ns();
#pragma omp parallel num_threads(size)
    first_ns[omp_get_thread_num()] = clock_ns();
    moments->end_ns = clock_ns();
    moments->first_ns = 0;
    for (unsigned i = 0; i < size; i++)
        if (first_ns[i] > moments->first_ns)
            moments->first_ns = first_ns[i];
}

/* A process has one first region. So each is in a process of its own, forked while this one has
 * no team: a child of one that has would hang in its first region. */
int openmp_first(struct stage *stage)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        region(stage->moments);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -errno;
    return status == 0 ? 0 : -EPROTO;
}

int openmp_prepare(struct stage *stage)
{
    region(stage->moments);
    return 0;
}

/* Binds the calling thread to the place-th of the cores that the process may use, in turn. */
static bool bind_self(const cpu_set_t *usable, unsigned place)
{
    cpu_set_t own;
    unsigned left = place % (unsigned)CPU_COUNT(usable);
    size_t core = 0;
    while (!CPU_ISSET(core, usable) || left-- > 0)
        core++;
    CPU_ZERO(&own);
    CPU_SET(core, &own);
    return sched_setaffinity(0, sizeof own, &own) == 0;
}

/* As OMP_PROC_BIND=true would. Threads that spin on the core of one that has work to do cost whole
 * time slices, which is what an unbound region may show. */
int openmp_bind(struct stage *stage)
{
    cpu_set_t usable;
    bool bound = true;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return -errno;
    if ((unsigned)CPU_COUNT(&usable) < team_size()) {
        snprintf(stage->why, sizeof stage->why, "a team of %u has only %d cores here", team_size(),
                 CPU_COUNT(&usable));
        return WAY_SKIP;
    }
#pragma omp parallel num_threads(team_size()) reduction(&& : bound)
    bound = bind_self(&usable, (unsigned)omp_get_thread_num());
    return bound ? 0 : -EPERM;
}

int openmp_next(struct stage *stage)
{
    region(stage->moments);
    return 0;
}

/* What a process grows by with its team; in a fresh one, for the same reason. */
static int weigh_team(void *argument)
{
    struct footprint *result = argument, before, after;
    struct moments moments;
    if (footprint_read(0, &before) != 0) /* twice: the first one's own buffers are not the team's */
        return 1;
    if (footprint_read(0, &before) != 0)
        return 1;
    region(&moments);
    footprint_settle();
    if (footprint_read(0, &after) != 0)
        return 1;
    *result = footprint_growth(&before, &after, team_size() - 1);
    return 0;
}

int openmp_weigh(struct stage *stage, struct footprint *worker)
{
    struct footprint *shared = (struct footprint *)(stage->moments + 1); /* the page has room */
    struct child child;
    int status = 0;
    int error = child_start(&child, weigh_team, shared);
    if (error == 0)
        error = child_wait(&child, clock_deadline(10 * NS_PER_S), &status);
    child_end(&child);
    *worker = *shared;
    return error == 0 && status != 0 ? -EPROTO : error;
}
