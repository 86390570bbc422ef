#include "bench/launch/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"

int descendants_adopt(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ? -errno : 0;
}

/* The parent of a process and whether it still runs; 0 where there is no such process. */
static pid_t parent_of(pid_t pid, char *state)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d (%*[^)]) %c %d", state, &parent) != 2)
        parent = 0;
    fclose(file);
    return parent;
}

/* Ends and reaps each child but keep, which has an owner; returns how many of them still lived. */
static unsigned end_children(pid_t keep)
{
    pid_t self = getpid();
    unsigned living = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        char state = 'Z';
        if (pid <= 0 || pid == keep || parent_of(pid, &state) != self)
            continue;
        living += state != 'Z' && state != 'X';
        child_end(&(struct child){.pid = pid, .pidfd = -1});
    }
    closedir(processes);
    return living;
}

/* One look finds whoever lived when the cell ended, and their orphans turn up in the next. Those
 * that fork faster than we look share the cell's group unless they left it, and are all killed at
 * one blow: kill(2) holds off forks meanwhile. */
unsigned descendants_end(pid_t group, pid_t keep, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    unsigned total = 0, living;
    while ((living = end_children(keep)) > 0 && clock_ns() < deadline_ns) {
        total += living;
        kill(-group, SIGKILL);
    }
    return total;
}
