/*
 * inject.h - faults on purpose: what happens when a worker dies in the middle of a task?
 *
 * A fault is written as kind:where[,ms=N]:
 *     kill:task=3     SIGKILL to the worker as it begins task 3
 *     stop:task=3     SIGSTOP: it lives, but makes no progress
 *     segv:worker=1   a bad memory access in worker 1's next task: a write where no page is
 *     exit0:task=2    _exit(0): a "success" without a result
 *     slow:task=5,ms=200   200 ms more for task 5
 * Each happens once in a cell, so that a retry can succeed; but slow, which is no death: it happens
 * in each map, so that its samples show it.
 */
#ifndef PARBENCH_COMMON_INJECT_H
#define PARBENCH_COMMON_INJECT_H

#include <stddef.h>
#include <stdint.h>

#include "common/board.h"

enum inject_kind { INJECT_KILL, INJECT_STOP, INJECT_SEGV, INJECT_EXIT0, INJECT_SLOW };

struct inject {
    enum inject_kind kind;
    int64_t task;   /* the task that is hit, or -1: any */
    int64_t worker; /* the worker that is hit, or -1: any */
    uint64_t ms;    /* for slow */
};

/* Reads a fault as written above. Returns 0, or -EINVAL with one line in message[bytes]. */
int inject_parse(const char *text, struct inject *inject, char *message, size_t bytes);

/* Makes the fault if task and worker match and the board does not say that it is done. */
void inject_fault(const struct inject *inject, struct board *board, unsigned worker, size_t task);

#endif
