/*
 * slow_tasks - a workload whose one task takes 5 s to be made, where ranks of MPI are concerned: no
 * figure may contain that.
 */
#include <stdlib.h>
#include <unistd.h>

#include "workloads/workload.h"

#define MAKING_S 5

static const char *kernel(const void *task, void *result, const struct shape *shape)
{
    (void)shape;
    *(char *)result = *(const char *)task;
    return NULL;
}

static const struct parameter parameters[] = {{.name = NULL}};

static int plan(struct work *work, char *message, size_t bytes)
{
    (void)message;
    (void)bytes;
    work->tasks = 1;
    work->shape = (struct shape){.task_bytes = 1, .result_bytes = 1};
    return 0;
}

static void make(const struct work *work, size_t index, void *task)
{
    (void)work;
    (void)index;
    if (getenv("OMPI_COMM_WORLD_RANK") != NULL)
        sleep(MAKING_S);
    *(char *)task = 'x';
}

static bool check(const struct work *work, size_t index, const void *task, const void *result)
{
    (void)work;
    (void)index;
    return *(const char *)task == 'x' && *(const char *)result == 'x';
}

static void print(const struct work *work, size_t index, const void *task, const void *result,
                  FILE *out)
{
    (void)work;
    (void)task;
    fprintf(out, "%zu %c", index, *(const char *)result);
}

extern const struct workload parbench_workload;
const struct workload parbench_workload = {
    .abi = WORKLOAD_ABI,
    .name = "slow_tasks",
    .summary = "one task that takes long to be made",
    .lecture = "",
    .parameters = parameters,
    .kernel = kernel,
    .plan = plan,
    .make = make,
    .check = check,
    .print = print,
};
