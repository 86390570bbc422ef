#include "bench/launch/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

/* Takes Google Benchmark's variables out: BENCHMARK_FILTER and its like would change what a cell
 * measures, and no row would tell. Flags behind -- are the way to say so. */
static void hide_variables(char **environment)
{
    static const char hidden[] = "BENCHMARK_";
    char **kept = environment;
    for (char **variable = environment; *variable != NULL; variable++)
        if (strncmp(*variable, hidden, sizeof hidden - 1) != 0)
            *kept++ = *variable;
    *kept = NULL;
}

/* In the child, whose copy of the environment is its own. */
static int execute(void *argument)
{
    const struct spawn *spawn = argument;
    sigset_t none;
    int null = open("/dev/null", O_RDONLY);
    sigemptyset(&none);
    if (setpgid(0, 0) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(spawn->output, STDOUT_FILENO) < 0 || dup2(spawn->output, STDERR_FILENO) < 0)
        return 127;
    if (null > STDERR_FILENO)
        close(null);
    sigprocmask(SIG_SETMASK, &none, NULL); /* what this program blocks, that one may want */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL); /* who started this program may have ignored it */
    if (spawn->c_locale) /* in the child alone, before any thread */
        setenv("LC_ALL", "C", 1);
    char **environment = spawn->environment != NULL ? spawn->environment : environ;
    hide_variables(environment);
    execvpe(spawn->argv[0], spawn->argv, environment);
    dprintf(STDERR_FILENO, "cannot execute %s: %s\n", spawn->argv[0], strerror(errno));
    return 127;
}

int spawn_program(const struct spawn *spawn, struct child *child)
{
    int error = child_start(child, execute, (void *)spawn);
    if (error == 0)
        setpgid(child->pid, child->pid); /* whichever of the two comes first */
    return error;
}

/* Where our programs lie, seen from bench: in a build tree, where this one's installation has them, where
 * another's may, and in the directory that a distribution named. */
static const char *const places[] = {"libexec", PARBENCH_LIBEXEC, "../libexec",
                                     PARBENCH_LIBEXEC_NAMED};

int spawn_find_of(const char *bench, const char *name, char *path, size_t bytes)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", bench) >= (int)sizeof copy)
        return -ENAMETOOLONG;
    const char *here = dirname(copy);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        bool whole = *places[i] == '/';
        int written = snprintf(path, bytes, "%s%s%s/parbench/%s", whole ? "" : here,
                               whole ? "" : "/", places[i], name);
        if (written > 0 && (size_t)written < bytes && access(path, X_OK) == 0)
            return 0;
    }
    return -ENOENT;
}

int spawn_find(const char *name, char *path, size_t bytes)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return -errno;
    self[length] = '\0';
    return spawn_find_of(self, name, path, bytes);
}
