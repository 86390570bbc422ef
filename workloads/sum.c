/*
 * sum - lecture 25.1: the sum of i * v over all i below n.
 *
 * Tasks     task k has v = k + 1, as in the lecture's four workers.
 * Kernel    n multiplications and additions of 64-bit integers, nothing else.
 * Answer    v * n * (n - 1) / 2, the formula that young Gauss is said to have found.
 *
 * Compilers know the formula, too: without a barrier, clang replaces the loop by it and gcc -O3
 * adds several terms at once. Then the time would say nothing about n.
 */
#include <errno.h>
#include <inttypes.h>

#include "workloads/opaque.h"
#include "workloads/workload.h"

struct sum_task {
    int64_t worker; /* the task's index */
    int64_t value;  /* v */
    int64_t n;
};

struct sum_result {
    int64_t worker;
    int64_t total;
};

enum { TASKS, N };

static const struct parameter parameters[] = {
    [TASKS] = {.name = "tasks",
               .initial = "4",
               .meaning = "number of sums; task k has v = k + 1",
               .least = 0,
               .most = WORKLOAD_TASKS_MAX},
    [N] = {.name = "n",
           .initial = "2_000_000",
           .meaning = "terms of each sum; the sum of none is 0",
           .least = 0,
           .most = 1LL << 32}, /* the largest n whose sum of i fits 64 bits */
    {.name = NULL},
};

static const char *sum_kernel(const void *task_record, void *result_record,
                              const struct shape *shape)
{
    const struct sum_task *task = task_record;
    struct sum_result *result = result_record;
    const int64_t n = task->n, value = task->value;
    int64_t total = 0;
    (void)shape;
    for (int64_t i = 0; i < n; i++)
        total += opaque(i) * value;
    result->worker = task->worker;
    result->total = total;
    return NULL;
}

static int64_t triangle(int64_t n) /* 0 + 1 + ... + (n - 1) */
{
    return n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
}

static int sum_plan(struct work *work, char *message, size_t bytes)
{
    int64_t tasks = work->settings[TASKS].values[0];
    int64_t n = work->settings[N].values[0];
    if (n > 1 && tasks > INT64_MAX / triangle(n)) {
        snprintf(message, bytes,
                 "sum: the sum of task %" PRId64 " exceeds 64 bits: with n=%" PRId64
                 " write at most tasks=%" PRId64,
                 tasks - 1, n, INT64_MAX / triangle(n));
        return -EINVAL;
    }
    work->tasks = (size_t)tasks;
    work->shape = (struct shape){sizeof(struct sum_task), sizeof(struct sum_result)};
    return 0;
}

static void sum_make(const struct work *work, size_t index, void *task)
{
    *(struct sum_task *)task = (struct sum_task){
        .worker = (int64_t)index,
        .value = (int64_t)index + 1,
        .n = work->settings[N].values[0],
    };
}

static bool sum_check(const struct work *work, size_t index, const void *task,
                      const void *result_record)
{
    const struct sum_result *result = result_record;
    int64_t value = (int64_t)index + 1;
    (void)task;
    return result->worker == (int64_t)index &&
           result->total == value * triangle(work->settings[N].values[0]);
}

static void sum_print(const struct work *work, size_t index, const void *task,
                      const void *result_record, FILE *out)
{
    const struct sum_result *result = result_record;
    (void)work, (void)index, (void)task;
    fprintf(out, "Worker %" PRId64 " done: %" PRId64, result->worker, result->total);
}

const struct workload sum_workload = {
    .abi = WORKLOAD_ABI,
    .name = "sum",
    .summary = "sums of i * v: equal tasks of medium length",
    .lecture = "25.1",
    .parameters = parameters,
    .kernel = sum_kernel,
    .plan = sum_plan,
    .make = sum_make,
    .check = sum_check,
    .print = sum_print,
};
