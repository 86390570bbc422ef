/* collatz - a workload in one page: the longest walk down to 1 from any start below a limit.
 * Uneven tasks: each takes the starts of its own block, and walks differ in length. */
#include <inttypes.h>

#include "workloads/workload.h"

struct task { uint64_t first, last; };
struct result { uint64_t start, steps; };

static uint64_t walk(uint64_t n)
{
    uint64_t steps = 0;
    for (; n != 1; steps++)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

static const char *kernel(const void *in, void *out, const struct shape *shape)
{
    const struct task *task = in;
    struct result best = {task->first, 0};
    (void)shape;
    for (uint64_t n = task->first; n <= task->last; n++)
        if (walk(n) > best.steps)
            best = (struct result){n, walk(n)};
    *(struct result *)out = best;
    return NULL;
}

static const struct parameter parameters[] = {
    {.name = "tasks", .initial = "64", .meaning = "blocks of starts", .least = 0, .most = 100000},
    {.name = "block", .initial = "1000", .meaning = "starts in each", .least = 1, .most = 1000000},
    {.name = NULL}};

static int plan(struct work *work, char *message, size_t bytes)
{
    (void)message, (void)bytes; /* no combination is refused */
    work->tasks = (size_t)work->settings[0].values[0];
    work->shape = (struct shape){sizeof(struct task), sizeof(struct result)};
    return 0;
}

static void make(const struct work *work, size_t index, void *task)
{
    uint64_t block = (uint64_t)work->settings[1].values[0];
    *(struct task *)task = (struct task){1 + index * block, (index + 1) * block};
}

/* Another way to the same: the compressed walk, which halves right after 3n + 1. */
static bool check(const struct work *work, size_t index, const void *task, const void *out)
{
    const struct result *result = out;
    uint64_t steps = 0;
    (void)work, (void)index, (void)task;
    for (uint64_t n = result->start; n != 1; n = n % 2 == 0 ? n / 2 : (3 * n + 1) / 2)
        steps += n % 2 == 0 ? 1 : 2;
    return steps == result->steps;
}

static void print(const struct work *work, size_t index, const void *task, const void *out,
                  FILE *file)
{
    const struct result *result = out;
    (void)work, (void)task;
    fprintf(file, "block %zu: %" PRIu64 " walks %" PRIu64 " steps", index, result->start,
            result->steps);
}

const struct workload parbench_workload = {
    .abi = WORKLOAD_ABI, .name = "collatz", .summary = "longest Collatz walks: uneven tasks",
    .lecture = "", .parameters = parameters, .kernel = kernel, .plan = plan, .make = make,
    .check = check, .print = print};
