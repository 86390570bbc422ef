/*
 * exec.c - a fresh program: vfork and exec, posix_spawn, and the interpreter of Python.
 *
 * vfork's child borrows the parent's memory, stack included, and the parent sleeps until it has
 * executed: no page table is copied, whatever the parent's size. posix_spawn of the GNU C library
 * does the same safely, by clone(CLONE_VM | CLONE_VFORK) with a stack of its own and with signals
 * blocked; it is what a program of any size should use.
 *
 * Most of the time is exec's and what follows: the kernel makes an empty address space, maps the
 * program and the dynamic linker, and starts the latter; that maps the C library, relocates and
 * binds, each first touch a page fault; then come constructors, and at last main. A static program
 * would save about half of it. Python goes on from there, with some fifty modules to find and run.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/launch/describe.h"
#include "bench/spawn/tool/mark.h"
#include "bench/spawn/tool/way.h"
#include "common/clock.h"

#define PATH_BYTES     (PATH_MAX + 32)
#define IDLE_LIMIT_NS  (10 * NS_PER_S)
#define NOT_EXECUTABLE 127

struct program {
    char path[PATH_BYTES], marks[16];
    char *argv[8];
};

/* nothing MARKS [idle] */
static void name_nothing(const struct stage *stage, bool idle, struct program *program)
{
    snprintf(program->path, sizeof program->path, "%s/nothing", stage->library);
    snprintf(program->marks, sizeof program->marks, "%d", stage->marks);
    program->argv[0] = program->path;
    program->argv[1] = program->marks;
    program->argv[2] = idle ? (char *)"idle" : NULL;
    program->argv[3] = NULL;
}

/* The same in Python. os and sys are there anyway: site imports them. */
static void name_python(const struct stage *stage, bool idle, struct program *program)
{
    static const char code[] = "import time; now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)\n"
                               "import os, sys, signal\n"
                               "os.write(int(sys.argv[1]), now.to_bytes(8, sys.byteorder)"
                               " + os.getpid().to_bytes(8, sys.byteorder))\n"
                               "if sys.argv[2:]: signal.pause()\n";
    snprintf(program->path, sizeof program->path, "%s", stage->python);
    snprintf(program->marks, sizeof program->marks, "%d", stage->marks);
    char *argv[] = {program->path,  (char *)PYTHON_FLAGS,         (char *)"-c", (char *)code,
                    program->marks, idle ? (char *)"idle" : NULL, NULL};
    memcpy(program->argv, argv, sizeof argv);
}

/* Reaps the program, whose mark then must be there. */
static int take_end(struct stage *stage, pid_t pid)
{
    struct mark mark;
    int status;
    char how[64];
    if (waitpid(pid, &status, 0) != pid)
        return -errno;
    stage->moments->end_ns = clock_ns();
    if (status != 0 || marks_read(stage->marks, &mark, 1, 0) != 0) {
        snprintf(stage->why, sizeof stage->why, "the program that was started %s%s",
                 WIFSIGNALED(status) ? "was " : "", child_describe(status, how, sizeof how));
        return -EPROTO;
    }
    stage->moments->first_ns = mark.first_ns;
    return 0;
}

static int rewind_marks(const struct stage *stage)
{
    int error = marks_clear(stage->marks);
    return error != 0 || lseek(stage->marks, 0, SEEK_SET) == 0 ? error : -errno;
}

int vfork_sample(struct stage *stage)
{
    struct program program = {.argv = {NULL}};
    name_nothing(stage, false, &program);
    int error = rewind_marks(stage);
    if (error != 0)
        return error;
    stage->moments->begin_ns = clock_ns();
    pid_t pid = vfork();
    if (pid == 0) {
        execve(program.path, program.argv, environ);
        _exit(NOT_EXECUTABLE); /* nothing else is allowed in the parent's memory */
    }
    return pid < 0 ? -errno : take_end(stage, pid);
}

static int spawn_sample(struct stage *stage, struct program *program)
{
    pid_t pid;
    int error = rewind_marks(stage);
    if (error != 0)
        return error;
    stage->moments->begin_ns = clock_ns();
    error = posix_spawn(&pid, program->path, NULL, NULL, program->argv, environ);
    return error != 0 ? -error : take_end(stage, pid);
}

int posix_spawn_sample(struct stage *stage)
{
    struct program program = {.argv = {NULL}};
    name_nothing(stage, false, &program);
    return spawn_sample(stage, &program);
}

int python_prepare(struct stage *stage)
{
    if (*stage->python != '\0')
        return 0;
    snprintf(stage->why, sizeof stage->why, "no interpreter was named");
    return WAY_SKIP;
}

int python_sample(struct stage *stage)
{
    struct program program = {.argv = {NULL}};
    name_python(stage, false, &program);
    return spawn_sample(stage, &program);
}

/* ---- idle ----------------------------------------------------------------------------------- */

static int execute(void *argument)
{
    struct program *program = argument;
    execve(program->path, program->argv, environ);
    return NOT_EXECUTABLE;
}

static int weigh(struct stage *stage, struct program *program, struct footprint *worker)
{
    struct child child;
    struct mark mark;
    int error = rewind_marks(stage);
    if (error == 0)
        error = child_start(&child, execute, program);
    if (error != 0)
        return error;
    error = marks_read(stage->marks, &mark, 1, clock_deadline(IDLE_LIMIT_NS));
    footprint_settle();
    if (error == 0)
        error = footprint_read(child.pid, worker);
    child_end(&child);
    return error;
}

int exec_weigh(struct stage *stage, struct footprint *worker)
{
    struct program program = {.argv = {NULL}};
    name_nothing(stage, true, &program);
    return weigh(stage, &program, worker);
}

int python_weigh(struct stage *stage, struct footprint *worker)
{
    struct program program = {.argv = {NULL}};
    name_python(stage, true, &program);
    return weigh(stage, &program, worker);
}
