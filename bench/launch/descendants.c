#include "bench/launch/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

int descendants_adopt(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ? -errno : 0;
}

/* The parent of a process; 0 where there is no such process. */
static pid_t parent_of(pid_t pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    fclose(file);
    return parent;
}

/* Kills and reaps a child; whether that killed it, or it had ended by itself. */
static bool end_child(pid_t pid)
{
    int status = 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Ends each child but keep, which has an owner, and adds to *killed; returns how many there were.
 */
static unsigned end_children(pid_t keep, unsigned *killed)
{
    pid_t self = getpid();
    unsigned found = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || pid == keep || parent_of(pid) != self)
            continue;
        *killed += end_child(pid);
        found++;
    }
    closedir(processes);
    return found;
}

/* Whoever ends may leave orphans, so it takes a look without any child. A process that forks and
 * ends, again and again, is gone whenever we look, but it shares the cell's group unless it left
 * that, and so dies with the others by one blow: kill(2) holds off forks meanwhile. */
unsigned descendants_end(pid_t group, pid_t keep, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    unsigned killed = 0, found;
    do
        found = end_children(keep, &killed);
    while ((kill(-group, SIGKILL) == 0 || found > 0) && clock_ns() < deadline_ns);
    return killed;
}
