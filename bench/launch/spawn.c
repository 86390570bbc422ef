#include "bench/launch/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/launch/inherited.h"
#include "common/process.h"

/* Makes the link to our descriptors, which are the program's after exec. */
static int link_descriptors(const char *link)
{
    char own[24], target[64];
    int error = process_own_name(own, sizeof own);
    snprintf(target, sizeof target, "/proc/%s/fd", own);
    unlink(link); /* of the program before */
    return error == 0 && symlink(target, link) != 0 ? -errno : error;
}

/* In the child, whose copy of the environment is its own. */
static int execute(void *argument)
{
    const struct spawn *spawn = argument;
    int null = open("/dev/null", O_RDONLY);
    if (setpgid(0, 0) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(spawn->output, STDOUT_FILENO) < 0 || dup2(spawn->output, STDERR_FILENO) < 0)
        return 127;
    if (null > STDERR_FILENO)
        close(null);
    int error = spawn->link != NULL ? link_descriptors(spawn->link) : 0;
    if (error != 0) {
        dprintf(STDERR_FILENO, "cannot make %s: %s\n", spawn->link, strerror(-error));
        return 127;
    }
    inherited_hand_on();
    char **environment =
        spawn->environment != NULL ? spawn->environment : variables_make(&spawn->variables);
    if (environment == NULL)
        return 127;
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
