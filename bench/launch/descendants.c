#include "bench/launch/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process.h"

int descendants_adopt(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ? -errno : 0;
}

/* Calls visit for each child of this process. */
static void visit_children(void (*visit)(void *context, pid_t pid), void *context)
{
    pid_t self = getpid();
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        struct process process;
        if (pid > 0 && process_read(pid, &process) == 0 && process.parent == self)
            visit(context, pid);
    }
    closedir(processes);
}

static void note_child(void *context, pid_t pid)
{
    *(pid_t *)context = pid;
}

pid_t descendants_owned(void)
{
    pid_t owned = 0;
    visit_children(note_child, &owned);
    return owned;
}

struct ending {
    pid_t keep; /* has an owner */
    unsigned found, killed;
};

/* Kills and reaps a child, and counts it: killed, unless it had ended by itself. */
static void end_child(void *context, pid_t pid)
{
    struct ending *ending = context;
    int status = 0;
    if (pid == ending->keep)
        return;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ending->killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    ending->found++;
}

/* Whoever ends may leave orphans, so it takes a look without any child. A process that forks and
 * ends, again and again, is gone whenever we look, but it shares the cell's group unless it left
 * that, and so dies with the others by one blow: kill(2) holds off forks meanwhile. */
unsigned descendants_end(pid_t group, pid_t keep, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    struct ending ending = {.keep = keep};
    do {
        ending.found = 0;
        visit_children(end_child, &ending);
    } while ((kill(-group, SIGKILL) == 0 || ending.found > 0) && clock_ns() < deadline_ns);
    return ending.killed;
}
