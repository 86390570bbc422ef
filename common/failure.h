/*
 * failure.h - what went wrong, in which worker, at which task.
 *
 * A fault is worth little unless it is named: a failure carries the worker, its process, the task
 * and what happened to it, from the place that saw it to the user's screen and the CSV's status
 * column. It holds no pointer, so it may travel through pipes, shared memory and MPI as it is.
 */
#ifndef PARBENCH_COMMON_FAILURE_H
#define PARBENCH_COMMON_FAILURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define FAILURE_NONE       (-1) /* for worker and task: not known, or none in particular */
#define FAILURE_TEXT_BYTES 176

struct failure {
    int64_t task;   /* index of the task in its map, or FAILURE_NONE */
    int32_t worker; /* 0 .. workers-1, or FAILURE_NONE */
    int32_t pid;    /* process of that worker, or 0 */
    int32_t error;  /* negative errno: what the failing call returns; 0 means no failure */
    char text[FAILURE_TEXT_BYTES]; /* what happened, one line, no full stop; ends with 0 */
};

/* Forgets: no failure. */
void failure_clear(struct failure *failure);

/* Fills all fields, the text by printf's rules (cut where too long); returns error (negative). */
int failure_set(struct failure *failure, int error, int worker, int pid, int64_t task,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

/* "cannot <what>: <text of error>", of no worker in particular; returns error (negative errno). */
int failure_system(struct failure *failure, int error, const char *what);

/* Keeps the failure of the lower task: what several workers report, whatever their order. */
void failure_merge(struct failure *into, const struct failure *other);

/* Writes "worker 2 (pid 4711), task 3: killed by signal 9 (Killed)", leaving out what is unknown.
 * Returns line. bytes: the size of line, at least 1. */
char *failure_line(const struct failure *failure, char *line, size_t bytes);

#endif
