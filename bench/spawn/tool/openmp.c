/*
 * openmp.c - a team of threads, as OpenMP's runtime has it; a module, so that only those ways have
 * that library (ways.c).
 *
 * The first region starts a team, by pthread_create, and libgomp keeps it: for a while its threads
 * spin for the next region, then they sleep in a futex. So the next region is a few stores if they
 * still spin, and a wake-up if they don't.
 */
#include <errno.h>
#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/spawn/tool/epcc.h"
#include "bench/spawn/tool/way.h"
#include "common/clock.h"

#define TEAM_MOST 256 /* threads that can be asked for the time */

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
static int first_region(struct stage *stage)
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

static int start_team(struct stage *stage)
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
static int bind_team(struct stage *stage)
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

static int next_region(struct stage *stage)
{
    region(stage->moments);
    return 0;
}

/* What this process grows by with its team, which is its first: the samples' were of processes of
 * their own. */
static int weigh_team(struct stage *stage, struct footprint *worker)
{
    struct footprint before, after;
    int error = footprint_read(0, &before); /* twice: the first one's buffers are not the team's */
    if (error == 0)
        error = footprint_read(0, &before);
    region(stage->moments);
    footprint_settle();
    if (error == 0)
        error = footprint_read(0, &after);
    if (error == 0)
        *worker = footprint_growth(&before, &after, team_size() - 1);
    return error;
}

extern const struct way parbench_ways[];
const struct way parbench_ways[] = {
    {NULL, first_region, weigh_team, NULL, NULL, false},
    {start_team, next_region, NULL, NULL, NULL, false}, /* its memory is as with the first */
    {bind_team, next_region, NULL, NULL, epcc_region, false},
};
