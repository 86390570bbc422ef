#include "common/starter.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/child.h"
#include "common/process.h"

#define VARIABLE "PARBENCH_STARTER"

void starter_sign(void)
{
    char pid[16];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv(VARIABLE, pid, 1);
}

/* An ancestor that goes while we look leaves the question open, and us to its parent's care. */
static bool descends_from(pid_t starter)
{
    struct process process = {.parent = getppid()};
    while (process.parent > 1 && process.parent != starter)
        if (process_read(process.parent, &process) != 0)
            return true;
    return process.parent == starter;
}

int starter_join(void)
{
    const char *text = getenv(VARIABLE);
    const pid_t starter = text != NULL ? (pid_t)strtol(text, NULL, 10) : 0;
    if (starter == getpid())
        return 0; /* a thread of the starter itself: it ends with it */
    signal(SIGCHLD, SIG_DFL);
    int error = child_die_with(getppid());
    if (error == 0 && text != NULL && !descends_from(starter))
        error = -ESRCH;
    return error;
}
