/*
 * spin - a compute loop of a given length, to ask how short a task may be.
 *
 * Tasks     task k begins at state k and takes so many steps; all have the same number.
 * Kernel    x = A x + C modulo 2^64, step after step: each needs the one before it, so a core can
 *           do nothing at once, and no memory is touched. The multiplier is Knuth's MMIX (The Art
 *           of Computer Programming, volume 2, section 3.3.4).
 * Answer    n steps are one step with another multiplier and increment, found by squaring in log n
 *           turns (F. Brown, "Random number generation with arbitrary strides", Trans. Am. Nucl.
 *           Soc. 71, 1994).
 *
 * Length    1 us is 1000 steps, on every machine and in every run: a multiplication and an addition
 *           take 4 cycles, which at 4 GHz is 1 ns. This is a fixed rate on purpose. A rate that is
 *           calibrated anew would give every run, or even every cell, other work, as the speed of
 *           a shared machine changes by the second; with a fixed one the same parameters are the
 *           same work, whoever runs it, and how long it really took is what `serial` measures
 *           beside it. So `us` is nominal, and no figure of ours is computed from it.
 */
#include <errno.h>
#include <inttypes.h>

#include "workloads/opaque.h"
#include "workloads/workload.h"

struct spin_task {
    uint64_t index;
    uint64_t state; /* to begin with */
    uint64_t steps;
};

struct spin_result {
    uint64_t index;
    uint64_t state; /* after the last step */
};

enum { TASKS, US };

static const struct parameter parameters[] = {
    [TASKS] = {.name = "tasks",
               .initial = "1000",
               .meaning = "number of loops",
               .least = 0,
               .most = WORKLOAD_TASKS_MAX},
    [US] = {.name = "us",
            .initial = "10",
            .meaning = "nominal length of each: 1 is 1000 steps, 0.05 is 50; about us at 4 GHz",
            .least = 0,
            .most = 3600000000, /* an hour */
            .decimals = 3},     /* so the value is the number of steps */
    {.name = NULL},
};

#define MULTIPLIER 6364136223846793005u
#define INCREMENT  1442695040888963407u

static const char *spin_kernel(const void *task_record, void *result_record,
                               const struct shape *shape)
{
    const struct spin_task *task = task_record;
    struct spin_result *result = result_record;
    const uint64_t steps = task->steps;
    uint64_t state = task->state;
    (void)shape;
    for (uint64_t i = 0; i < steps; i++)
        state = (uint64_t)opaque((int64_t)(state * MULTIPLIER + INCREMENT));
    result->index = task->index;
    result->state = state;
    return NULL;
}

/* The state after so many steps at once. Twice x -> a x + c is x -> a a x + (a + 1) c, so squaring
 * gives 1, 2, 4, ... steps, of which those that make up the number are done. */
static uint64_t jump(uint64_t state, uint64_t steps)
{
    uint64_t a = MULTIPLIER, c = INCREMENT;
    for (; steps > 0; steps /= 2) {
        if (steps % 2 == 1)
            state = a * state + c;
        c = (a + 1) * c;
        a = a * a;
    }
    return state;
}

static int spin_plan(struct work *work, char *message, size_t bytes)
{
    (void)message, (void)bytes;
    work->tasks = (size_t)work->settings[TASKS].values[0];
    work->shape = (struct shape){sizeof(struct spin_task), sizeof(struct spin_result)};
    return 0;
}

static void spin_make(const struct work *work, size_t index, void *task)
{
    *(struct spin_task *)task = (struct spin_task){
        .index = index,
        .state = index,
        .steps = (uint64_t)work->settings[US].values[0],
    };
}

static bool spin_check(const struct work *work, size_t index, const void *task,
                       const void *result_record)
{
    const struct spin_result *result = result_record;
    (void)task;
    return result->index == index &&
           result->state == jump(index, (uint64_t)work->settings[US].values[0]);
}

static void spin_print(const struct work *work, size_t index, const void *task,
                       const void *result_record, FILE *out)
{
    const struct spin_result *result = result_record;
    (void)task;
    fprintf(out, "Loop %zu: %" PRId64 " steps to %016" PRIx64, index, work->settings[US].values[0],
            result->state);
}

const struct workload spin_workload = {
    .abi = WORKLOAD_ABI,
    .name = "spin",
    .summary = "a compute loop of a given length: granularity",
    .lecture = "",
    .parameters = parameters,
    .kernel = spin_kernel,
    .plan = spin_plan,
    .make = spin_make,
    .check = spin_check,
    .print = spin_print,
};
