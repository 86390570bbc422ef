#include "bench/launch/descendants.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/io.h"
#include "common/process.h"

int descendants_adopt(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ? -errno : 0;
}

/* Calls visit for each process but this one. */
static void visit_processes(void (*visit)(void *context, const struct process *process),
                            void *context)
{
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        struct process process;
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && process_read(pid, &process) == 0)
            visit(context, &process);
    }
    closedir(processes);
}

static void note_child(void *context, const struct process *process)
{
    if (process->parent == getpid())
        *(pid_t *)context = process->pid;
}

pid_t descendants_owned(void)
{
    pid_t owned = 0;
    visit_processes(note_child, &owned);
    return owned;
}

struct ending {
    pid_t first; /* of the group, whose number it has; ended last */
    pid_t keep;  /* has an owner */
    uint64_t deadline_ns;
    unsigned found, killed;
};

/* Kills and reaps a child, and counts it: killed, unless it had ended by itself. */
static void end_child(struct ending *ending, pid_t pid)
{
    int status = 0;
    kill(pid, SIGKILL);
    if (child_reap(pid, ending->deadline_ns, &status) == 0)
        ending->killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void end_process(void *context, const struct process *process)
{
    struct ending *ending = context;
    bool child = process->parent == getpid();
    if (process->pid == ending->keep || process->pid == ending->first)
        return;
    if (child)
        end_child(ending, process->pid);
    ending->found += child || process->group == ending->first;
}

/* Whoever ends may leave orphans, so it takes a look that finds nobody. A process that forks and
 * ends, again and again, is gone whenever we look, but it shares the cell's group unless it left
 * that, and so dies with the others by one blow: kill(2) holds off forks meanwhile. The group's
 * number can't be anybody else's before its first process is reaped. */
unsigned descendants_end(struct child *first, int *status, pid_t keep, uint64_t limit_ns)
{
    struct ending ending = {
        .first = first->pid, .keep = keep, .deadline_ns = clock_deadline(limit_ns)};
    kill(-ending.first, SIGKILL);
    kill(ending.first, SIGKILL); /* it may have left its group */
    io_wait(first->pidfd, POLLIN, ending.deadline_ns); /* only now all of its own are ours */
    do {
        ending.found = 0;
        kill(-ending.first, SIGKILL);
        visit_processes(end_process, &ending);
    } while (ending.found > 0 && clock_ns() < ending.deadline_ns);
    if (child_wait(first, ending.deadline_ns, status) != 0)
        child_end(first);
    return ending.killed;
}
