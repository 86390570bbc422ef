/*
 * echo - no compute: what it costs to move a payload to a worker and back.
 *
 * Tasks     bytes of a pattern that depends on the task and on the place in it, so a result that
 *           is another task's, shifted or cut can't pass.
 * Kernel    copies the payload with each bit flipped: a result that no kernel has written, or one
 *           that lies on top of its own task, can't pass either.
 * Answer    the pattern once more, from the task's index alone.
 */
#include <inttypes.h>
#include <string.h>

#include "workloads/parameters.h"

enum { TASKS, BYTES };

static const struct parameter parameters[] = {
    [TASKS] = {.name = "tasks",
               .initial = "1000",
               .meaning = "number of payloads",
               .least = 0,
               .most = WORKLOAD_TASKS_MAX},
    [BYTES] = {.name = "bytes",
               .initial = "64",
               .meaning = "size of each payload, such as 4096 or 64KiB; each result has the same",
               .least = 0,
               .most = WORKLOAD_RECORD_BYTES_MAX,
               .units = parameter_bytes},
    {.name = NULL},
};

#define WORD sizeof(uint64_t)

static const char *echo_kernel(const void *task, void *result, const struct shape *shape)
{
    const unsigned char *from = task;
    unsigned char *to = result;
    size_t i = 0;
    for (; i + WORD <= shape->task_bytes; i += WORD) {
        uint64_t word;
        memcpy(&word, from + i, WORD); /* records of odd sizes are not aligned */
        word = ~word;
        memcpy(to + i, &word, WORD);
    }
    for (; i < shape->task_bytes; i++)
        to[i] = (unsigned char)~from[i];
    return NULL;
}

/* The word at a multiple of WORD bytes in the payload of task index: the mixing function of
 * SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
 * 2014). */
static uint64_t pattern(size_t index, size_t offset)
{
    uint64_t word = ((uint64_t)index << 32) + offset + 0x9e3779b97f4a7c15u;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

static int echo_plan(struct work *work, char *message, size_t bytes)
{
    size_t payload = (size_t)work->settings[BYTES].values[0];
    (void)message, (void)bytes;
    work->tasks = (size_t)work->settings[TASKS].values[0];
    work->shape = (struct shape){payload, payload};
    return 0;
}

static void echo_make(const struct work *work, size_t index, void *task)
{
    unsigned char *to = task;
    size_t bytes = work->shape.task_bytes, offset = 0;
    for (; offset + WORD <= bytes; offset += WORD)
        memcpy(to + offset, &(uint64_t){pattern(index, offset)}, WORD);
    memcpy(to + offset, &(uint64_t){pattern(index, offset)}, bytes - offset);
}

static bool echo_check(const struct work *work, size_t index, const void *task, const void *result)
{
    const unsigned char *from = result;
    size_t bytes = work->shape.result_bytes, offset = 0;
    (void)task;
    for (; offset + WORD <= bytes; offset += WORD)
        if (memcmp(from + offset, &(uint64_t){~pattern(index, offset)}, WORD) != 0)
            return false;
    return memcmp(from + offset, &(uint64_t){~pattern(index, offset)}, bytes - offset) == 0;
}

static void echo_print(const struct work *work, size_t index, const void *task, const void *result,
                       FILE *out)
{
    (void)task, (void)result;
    fprintf(out, "Payload %zu came back: %zu bytes", index, work->shape.result_bytes);
}

const struct workload echo_workload = {
    .abi = WORKLOAD_ABI,
    .name = "echo",
    .summary = "no compute: the cost of dispatch and payload",
    .lecture = "",
    .parameters = parameters,
    .kernel = echo_kernel,
    .plan = echo_plan,
    .make = echo_make,
    .check = echo_check,
    .print = echo_print,
};
