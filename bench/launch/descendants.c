#include "bench/launch/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

#define PAUSE_US 1000

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

/* Kills each living child but keep; returns how many there were. */
static unsigned kill_children(pid_t keep)
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
        if (state != 'Z' && state != 'X') {
            kill(pid, SIGKILL);
            living++;
        }
    }
    closedir(processes);
    return living;
}

/* Reaps children that have ended, until one is reaped that is keep (then it is gone by itself). */
static void reap_children(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

unsigned descendants_end(pid_t keep, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    unsigned total = 0, living;
    while ((living = kill_children(keep)) > 0 && clock_ns() < deadline_ns) {
        total += living;
        usleep(PAUSE_US);
        reap_children();
    }
    reap_children();
    return total;
}
