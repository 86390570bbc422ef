/*
 * crasher.c - a workload whose kernel ends its process on purpose: crash.sh runs it on every
 * backend.
 *
 * Parameters say in which task, and how. With times=N only the first N calls for that task in each
 * cell crash, so that whoever takes it up again succeeds; $CRASHER names a folder for the marks
 * that count them. Processes of a cell share its process group, which tells one cell from another.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "workloads/workload.h"

enum { SEGV, STACK, ABORT, LOOP, EXIT, HOWS };

struct task {
    uint64_t number, at, how, times;
};

static bool crashed_enough(const struct task *task)
{
    const char *folder = getenv("CRASHER");
    for (uint64_t i = 0; folder != NULL && i < task->times; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d-%" PRIu64, folder, (int)getpgrp(), i);
        int mark = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (mark < 0)
            continue;
        close(mark);
        return false;
    }
    return task->times > 0;
}

static void write_nowhere(void)
{
    volatile char *volatile nowhere = (volatile char *)16;
    *nowhere = 1;
}

/* No call at the end, of which a compiler may make a loop; and it must not see that there is no end. */
static unsigned overflow_stack(unsigned depth)
{
    volatile char frame[512];
    frame[depth % sizeof frame] = (char)depth;
    return depth == UINT_MAX ? 0 : overflow_stack(depth + 1) + (unsigned)frame[0];
}

static void crash(uint64_t how)
{
    switch (how) {
    case SEGV:
        write_nowhere();
        break;
    case STACK:
        overflow_stack(0);
        break;
    case ABORT:
        abort();
    case LOOP:
        for (volatile unsigned i = 0;; i++)
            ;
    case EXIT:
        exit(0);
    }
}

static uint64_t answer(uint64_t number)
{
    return number * 2654435761u + 1;
}

static const char *kernel(const void *in, void *out, const struct shape *shape)
{
    const struct task *task = in;
    (void)shape;
    if (task->number == task->at && !crashed_enough(task))
        crash(task->how);
    *(uint64_t *)out = answer(task->number);
    return NULL;
}

static const struct parameter parameters[] = {
    {.name = "tasks", .initial = "20", .meaning = "how many", .least = 0, .most = 100000},
    {.name = "at", .initial = "3", .meaning = "the task that crashes", .least = 0, .most = 100000},
    {.name = "how",
     .initial = "0",
     .meaning = "0 to 4: segv, stack, abort, loop, exit",
     .least = 0,
     .most = HOWS - 1},
    {.name = "times",
     .initial = "0",
     .meaning = "in each cell; 0: always",
     .least = 0,
     .most = 100},
    {.name = NULL}};

static int plan(struct work *work, char *message, size_t bytes)
{
    (void)message;
    (void)bytes;
    work->tasks = (size_t)work->settings[0].values[0];
    work->shape = (struct shape){sizeof(struct task), sizeof(uint64_t)};
    return 0;
}

static void make(const struct work *work, size_t index, void *task)
{
    const struct setting *settings = work->settings;
    *(struct task *)task = (struct task){.number = index,
                                         .at = (uint64_t)settings[1].values[0],
                                         .how = (uint64_t)settings[2].values[0],
                                         .times = (uint64_t)settings[3].values[0]};
}

static bool check(const struct work *work, size_t index, const void *task, const void *result)
{
    (void)work;
    (void)task;
    return *(const uint64_t *)result == answer(index);
}

static void print(const struct work *work, size_t index, const void *task, const void *result,
                  FILE *out)
{
    (void)work;
    (void)task;
    fprintf(out, "%zu: %" PRIu64, index, *(const uint64_t *)result);
}

const struct workload parbench_workload = {
    .abi = WORKLOAD_ABI,
    .name = "crasher",
    .summary = "a kernel that ends its process on purpose",
    .lecture = "",
    .parameters = parameters,
    .kernel = kernel,
    .plan = plan,
    .make = make,
    .check = check,
    .print = print,
};
