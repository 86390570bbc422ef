/*
 * mpirun.c - ranks of MPI, by the command line that bench uses for its cells.
 *
 * mpirun starts, makes a daemon of itself that knows this machine's cores, opens sockets for its
 * ranks, forks and executes them; each loads MPI's plug-ins, tells mpirun its addresses, waits
 * until all have told theirs and maps the others' shared memory. Only then is a rank a worker: so
 * its first instruction counts behind MPI_Init, that of the last rank. Join is MPI_Finalize, which
 * waits for all ranks, and mpirun's own end.
 *
 * An idle worker is one rank; mpirun's own memory is not in the figure.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/command/cores.h"
#include "bench/launch/mpirun.h"
#include "bench/spawn/tool/mark.h"
#include "bench/spawn/tool/way.h"
#include "common/clock.h"
#include "common/cross_memory.h"

#define START_LIMIT_NS (60 * NS_PER_S)
#define NOT_EXECUTABLE 127

int mpirun_prepare(struct stage *stage)
{
    int error = mpirun_find(0, stage->why, sizeof stage->why);
    stage->single_copy = error == 0 && cross_memory_try() == 0;
    return error == 0 ? 0 : WAY_SKIP;
}

static int execute(void *argument)
{
    struct mpirun_command *command = argument;
    execve(command->argv[0], command->argv, command->environment);
    return NOT_EXECUTABLE;
}

/* Starts mpirun, which dies with us. */
static int start(struct stage *stage, bool idle, struct child *child)
{
    char path[PATH_MAX + 32], marks[64];
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/nothing-mpi", stage->library);
    snprintf(marks, sizeof marks, "/proc/%d/fd/%d", (int)getpid(), stage->marks);
    char *argv[] = {path, marks, idle ? (char *)"idle" : NULL, NULL};
    const struct mpirun mpirun = {.argv = argv,
                                  .ranks = WAY_RANKS,
                                  .cores = cores_whole(),
                                  .single_copy = stage->single_copy,
                                  .directory = directory != NULL ? directory : "/tmp"};
    struct mpirun_command command;
    int error = mpirun_command(&mpirun, &command, stage->why, sizeof stage->why);
    if (error == 0)
        error = marks_clear(stage->marks);
    stage->moments->begin_ns = clock_ns();
    if (error == 0)
        error = child_start(child, execute, &command);
    mpirun_command_free(&command);
    return error;
}

/* Waits for mpirun's end. */
static int take_end(struct stage *stage, struct child *child)
{
    char how[64];
    int status = 0;
    int error = child_wait(child, UINT64_MAX, &status);
    stage->moments->end_ns = clock_ns();
    if (error != 0 || status == 0)
        return error;
    snprintf(stage->why, sizeof stage->why, "mpirun %s%s", WIFSIGNALED(status) ? "was " : "",
             child_describe(status, how, sizeof how));
    return -EPROTO;
}

int mpirun_sample(struct stage *stage)
{
    struct mark marks[WAY_RANKS];
    struct child child = CHILD_NONE;
    int error = start(stage, false, &child);
    if (error == 0)
        error = take_end(stage, &child);
    if (error == 0)
        error = marks_read(stage->marks, marks, WAY_RANKS, 0);
    stage->moments->first_ns = 0;
    for (unsigned i = 0; error == 0 && i < WAY_RANKS; i++)
        if (marks[i].first_ns > stage->moments->first_ns)
            stage->moments->first_ns = marks[i].first_ns;
    return error;
}

int mpirun_weigh(struct stage *stage, struct footprint *worker)
{
    struct mark marks[WAY_RANKS];
    struct footprint rank, all = {0};
    struct child child = CHILD_NONE;
    int error = start(stage, true, &child);
    if (error == 0)
        error = marks_read(stage->marks, marks, WAY_RANKS, clock_deadline(START_LIMIT_NS));
    footprint_settle();
    for (unsigned i = 0; error == 0 && i < WAY_RANKS; i++) {
        error = footprint_read((pid_t)marks[i].pid, &rank);
        all.pss_kib += rank.pss_kib;
        all.uss_kib += rank.uss_kib;
    }
    for (unsigned i = 0; error == 0 && i < WAY_RANKS; i++)
        kill((pid_t)marks[i].pid, SIGTERM); /* they wait for it, and come to their end */
    if (error == 0)
        error = take_end(stage, &child);
    child_end(&child);
    *worker =
        (struct footprint){.pss_kib = all.pss_kib / WAY_RANKS, .uss_kib = all.uss_kib / WAY_RANKS};
    return error;
}
