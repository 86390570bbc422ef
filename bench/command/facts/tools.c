/*
 * Which other programs are here, in which version, and what needs them. Each is asked by running
 * it, all of them together within a time limit: a program on a dead network mount may never answer.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/command/facts/fact.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/spawn.h"
#include "common/clock.h"

#define NOT_FOUND     127 /* exit status of a program that could not be executed */
#define COULD_NOT_ASK "could not be asked: no process can be started"
#define NO_ANSWER                                                                                  \
    "gave no answer in time: the machine is busy, or the program on a dead network mount"

struct tool {
    const char *argv[4];
    const char *enables;
    const char *install;
};

/* Runs the program and reads the first line of its output. Returns 0, or what went wrong. */
static const char *ask(const struct tool *tool, uint64_t deadline_ns, char *line, size_t bytes)
{
    const char *problem = NULL;
    struct child child = CHILD_NONE;
    int status = 0, output = memfd_create("parbench-tool", MFD_CLOEXEC);
    struct spawn spawn = {.argv = (char *const *)tool->argv, .output = output};
    if (output < 0 || spawn_program(&spawn, &child) != 0) {
        problem = COULD_NOT_ASK;
    } else if (child_wait(&child, deadline_ns, &status) != 0) {
        kill(-child.pid, SIGKILL); /* its process group, with whatever it started */
        child_end(&child);
        problem = NO_ANSWER;
    } else if (status != 0) {
        problem =
            WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND ? "missing" : "does not run";
    }
    ssize_t length = output < 0 ? 0 : pread(output, line, bytes - 1, 0);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    if (output >= 0)
        close(output);
    return problem;
}

static void find_tool(const struct fact_query *query, struct fact *fact)
{
    const struct tool *tool = query->rule->detail;
    char line[256];
    const char *problem = ask(tool, query->source->tools_deadline_ns, line, sizeof line);
    if (problem == NULL)
        fact_text(fact, "%s (for %s)", line, tool->enables);
    else if (strcmp(problem, COULD_NOT_ASK) == 0 ||
             strcmp(problem, NO_ANSWER) == 0) /* it may be here or not */
        fact_unknown(fact, problem);
    else
        fact_text(fact, "%s: no %s; sudo apt-get install %s", problem, tool->enables,
                  tool->install);
}

/* It may be here and yet start nothing. */
static void find_mpirun(const struct fact_query *query, struct fact *fact)
{
    char obstacle[FACT_TEXT_BYTES];
    find_tool(query, fact);
    if (fact->kind == FACT_TEXT && mpirun_find(0, obstacle, sizeof obstacle) < 0 &&
        strstr(fact->text, "missing") == NULL)
        fact_warn(fact, "no backend mpi: %s", obstacle);
}

static const struct tool mpirun = {{"mpirun", "--version"}, "backend mpi", "openmpi-bin"};

/* A shim of pyenv costs 150 ms at each start, so what matters is the interpreter behind it. */
static const struct tool python = {
    {"python3", "-c",
     "import os, sys; print(sys.version.split()[0], 'at', os.path.realpath(sys.executable))"},
    "backends python-*",
    "python3"};

static const struct tool gnuplot = {{"gnuplot", "--version"}, "plots", "gnuplot-nox"};
static const struct tool perf = {{"perf", "--version"}, "counting instructions", "linux-perf"};
static const struct tool valgrind = {{"valgrind", "--version"}, "memory tests", "valgrind"};

const struct fact_rule tool_rules[] = {
    {"mpirun", "mpirun", "", find_mpirun, &mpirun, true},
    {"python3", "python3", "", find_tool, &python, true},
    {"gnuplot", "gnuplot", "", find_tool, &gnuplot, true},
    {"perf", "perf", "", find_tool, &perf, true},
    {"valgrind", "valgrind", "", find_tool, &valgrind, true},
    {NULL, NULL, NULL, NULL, NULL, false},
};
