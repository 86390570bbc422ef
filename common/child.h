/*
 * child.h - a child process with an owner: it can't outlive its parent, and its end is an event.
 *
 * Death is told by a pidfd, which poll() reports the moment the process ends; end-of-file on a
 * pipe would come only once no sibling holds the other end. The child asks for SIGKILL at its
 * parent's death (PR_SET_PDEATHSIG) and then checks that the parent was not gone before it asked.
 */
#ifndef PARBENCH_COMMON_CHILD_H
#define PARBENCH_COMMON_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid;  /* 0: none */
    int pidfd;  /* readable once the process has ended; -1: none */
};

#define CHILD_NONE ((struct child){.pid = 0, .pidfd = -1})

/* Forks a process that runs body(argument) and leaves by _exit with its value, after nothing of
 * the parent's buffered output. Returns 0, or a negative errno with *child = CHILD_NONE.
 * The caller owns the child until child_wait or child_end. To be called from the thread that will
 * live as long as the child may. */
int child_start(struct child *child, int (*body)(void *argument), void *argument);

/* Takes over a process that was forked by other means. Returns 0, or a negative errno after having
 * killed it. */
int child_adopt(struct child *child, pid_t pid);

/* In a process that has just started: dies with parent. Returns 0 or a negative errno. */
int child_die_with(pid_t parent);

/* Waits until the deadline for the child's end and reaps it. Returns 0 with *status as of waitpid
 * (status may be NULL), or -ETIMEDOUT: it still runs and is still the caller's. */
int child_wait(struct child *child, uint64_t deadline_ns, int *status);

/* Kills the child, whatever it does, and reaps it; CHILD_NONE afterwards. No-op on CHILD_NONE. One that
 * the kernel does not let go of within 10 s (state D) is left to init. */
void child_end(struct child *child);

/* Reaps a child of this process that has no owner and is about to end. Returns 0 with *status as of
 * waitpid; -ETIMEDOUT: it still runs; -ECHILD: it is no child of ours. */
int child_reap(pid_t pid, uint64_t deadline_ns, int *status);

/* Writes how a process ended, from waitpid's status: "killed by signal 9 (Killed)",
 * "exited with status 0"; and a limit of ours that may be behind it: "; ulimit -t is 60". Returns
 * text. */
char *child_describe(int status, char *text, size_t bytes);

#endif
