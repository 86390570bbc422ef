/*
 * primes - lecture 25.2: how many primes there are below a limit.
 *
 * Tasks     one for each limit; the lecture's six differ in cost by a factor of four, so a fair
 *           split of the tasks is no fair split of the work.
 * Kernel    trial division of each n by 2, 3, 4, ... up to its square root, until one divides it.
 * Answer    the sieve of Eratosthenes, segment by segment (Bays and Hudson, "The segmented sieve
 *           of Eratosthenes and primes in arithmetic progressions to 10^12", BIT 17, 1977): it
 *           divides nothing, keeps nothing, and costs a few percent of the kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "workloads/workload.h"

struct primes_task {
    int64_t limit; /* not included */
};

struct primes_result {
    int64_t limit;
    int64_t count;
};

enum { LIMITS, TASKS, LIMIT };

#define LIMIT_MAX     1000000000
#define SEGMENT       32768 /* numbers; squared it is above LIMIT_MAX, and it fits a level 1 cache */
#define LIMIT_MEANING "primes below it are counted; below 0, 1 and 2 there are none"

static const struct parameter parameters[] = {
    [LIMITS] = {.name = "limits",
                .initial = "20000/30000/25000/35000/40000/15000",
                .meaning = LIMIT_MEANING "; one task for each",
                .least = 0,
                .most = LIMIT_MAX,
                .list = true},
    [TASKS] = {.name = "tasks",
               .meaning = "instead of limits: number of equal tasks",
               .least = 0,
               .most = WORKLOAD_TASKS_MAX},
    [LIMIT] = {.name = "limit",
               .meaning = "with tasks: " LIMIT_MEANING,
               .least = 0,
               .most = LIMIT_MAX},
    {.name = NULL},
};

/* 32 bits, because dividing 64 takes several times as long on many processors. */
static bool is_prime(uint32_t n)
{
    uint32_t root = (uint32_t)sqrt(n); /* exact: n has fewer bits than a double's significand */
    for (uint32_t i = 2; i <= root; i++)
        if (n % i == 0)
            return false;
    return true;
}

static const char *primes_kernel(const void *task_record, void *result_record,
                                 const struct shape *shape)
{
    const struct primes_task *task = task_record;
    struct primes_result *result = result_record;
    int64_t count = 0;
    (void)shape;
    if (task->limit > LIMIT_MAX)
        return "the limit is above 1000000000";
    for (uint32_t n = 2; n < task->limit; n++)
        count += is_prime(n);
    result->limit = task->limit;
    result->count = count;
    return NULL;
}

/* Marks the multiples of prime, from its square on, in composite[count]: the numbers from low. */
static void strike(bool *composite, int64_t low, int64_t count, int64_t prime)
{
    int64_t multiple = (low + prime - 1) / prime * prime;
    if (multiple < prime * prime)
        multiple = prime * prime;
    for (; multiple < low + count; multiple += prime)
        composite[multiple - low] = true;
}

static int64_t sieve(int64_t limit)
{
    bool first[SEGMENT] = {true, true}; /* 0 and 1 are no primes */
    bool later[SEGMENT];
    int64_t primes = 0;
    for (int64_t low = 0; low < limit; low += SEGMENT) {
        int64_t count = limit - low < SEGMENT ? limit - low : SEGMENT;
        bool *composite = low == 0 ? first : memset(later, 0, sizeof later);
        for (int64_t prime = 2; prime * prime < low + count; prime++)
            if (!first[prime])
                strike(composite, low, count, prime);
        for (int64_t i = 0; i < count; i++)
            primes += !composite[i];
    }
    return primes;
}

static int refuse(char *message, size_t bytes, const char *text)
{
    snprintf(message, bytes, "primes: %s", text);
    return -EINVAL;
}

static int primes_plan(struct work *work, char *message, size_t bytes)
{
    struct setting *settings = work->settings;
    bool equal = settings[TASKS].given || settings[LIMIT].given;
    if (equal && settings[LIMITS].given)
        return refuse(message, bytes,
                      "limits excludes tasks and limit: write limits=20000/30000, or "
                      "tasks=8,limit=20000");
    if (equal && !settings[TASKS].given)
        return refuse(message, bytes, "limit needs tasks: write tasks=8,limit=20000, for example");
    if (equal && !settings[LIMIT].given)
        return refuse(message, bytes, "tasks needs limit: write tasks=8,limit=20000, for example");
    if (equal)
        settings[LIMITS].count = 0;
    work->tasks = equal ? (size_t)settings[TASKS].values[0] : settings[LIMITS].count;
    work->shape = (struct shape){sizeof(struct primes_task), sizeof(struct primes_result)};
    return 0;
}

static int64_t limit_of(const struct work *work, size_t index)
{
    const struct setting *limits = &work->settings[LIMITS];
    return limits->count > 0 ? limits->values[index] : work->settings[LIMIT].values[0];
}

static void primes_make(const struct work *work, size_t index, void *task)
{
    *(struct primes_task *)task = (struct primes_task){.limit = limit_of(work, index)};
}

static bool primes_check(const struct work *work, size_t index, const void *task,
                         const void *result_record)
{
    const struct primes_result *result = result_record;
    int64_t limit = limit_of(work, index);
    (void)task;
    return result->limit == limit && result->count == sieve(limit);
}

static void primes_print(const struct work *work, size_t index, const void *task,
                         const void *result_record, FILE *out)
{
    const struct primes_result *result = result_record;
    (void)work, (void)index, (void)task;
    fprintf(out, "(%" PRId64 ", %" PRId64 ")", result->limit, result->count);
}

const struct workload primes_workload = {
    .abi = WORKLOAD_ABI,
    .name = "primes",
    .summary = "primes below each limit: tasks of uneven length",
    .lecture = "25.2",
    .parameters = parameters,
    .kernel = primes_kernel,
    .plan = primes_plan,
    .make = primes_make,
    .check = primes_check,
    .print = primes_print,
};
