#include "bench/cell/plain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/memory.h"

/* How far the child came; one that ends in a kernel leaves NOT_DONE, whatever its exit status. */
enum ending { NOT_DONE, DONE, REPORTED };

struct loop { /* what the child is given */
    struct job job;
    const struct plain *plain;
    _Atomic int *ending; /* shared with it, behind the results */
};

static size_t results_bytes(const struct plain *plain)
{
    return plain->work->tasks * plain->work->shape.result_bytes;
}

static size_t word_at(const struct plain *plain)
{
    return (results_bytes(plain) + _Alignof(_Atomic int) - 1) & ~(_Alignof(_Atomic int) - 1);
}

static size_t mapped_bytes(const struct plain *plain)
{
    return word_at(plain) + sizeof(_Atomic int);
}

static int loop_body(void *argument)
{
    const struct loop *loop = argument;
    const struct plain *plain = loop->plain;
    struct failure why;
    int error =
        job_run(&loop->job, BOARD_PLAIN, 0, plain->work->tasks, plain->tasks, plain->results, &why);
    atomic_store(loop->ending, error != 0 ? REPORTED : DONE);
    return 0;
}

static const char *say_how(int error, int status, uint64_t limit_ns, char *text, size_t bytes)
{
    if (error == 0)
        return child_describe(status, text, bytes);
    snprintf(text, bytes, "no end within %g s", (double)limit_ns / (double)NS_PER_S);
    return text;
}

static void say_lost(const struct job *job, bool late, const char *how, char *status, size_t bytes)
{
    _Atomic int64_t *at = &job->board->lines[BOARD_PLAIN].task;
    long long task = atomic_exchange(at, BOARD_NO_TASK);
    const char *kind = late ? "timeout" : "failed";
    if (task == BOARD_NO_TASK)
        snprintf(status, bytes, "%s: " PLAIN_NAME ": %s", kind, how);
    else
        snprintf(status, bytes, "%s: " PLAIN_NAME ", task %lld: %s", kind, task, how);
}

static void drop_results(struct plain *plain)
{
    memory_unmap(plain->results, mapped_bytes(plain));
    plain->results = NULL;
}

int plain_run(struct plain *plain, const struct work *work, const struct job *job,
              const char *tasks, uint64_t limit_ns, char *status, size_t bytes)
{
    char how[96];
    struct child child;
    int ended = 0;
    *status = '\0';
    *plain = (struct plain){.work = work, .tasks = tasks};
    int error =
        memory_create("parbench-plain", mapped_bytes(plain), (void **)&plain->results, NULL);
    if (error != 0)
        return error;
    struct loop loop = {.job = *job, .plain = plain};
    loop.job.inject = NULL;
    loop.job.trace = NULL;
    loop.ending = (_Atomic int *)(void *)(plain->results + word_at(plain));
    error = child_start(&child, loop_body, &loop);
    if (error != 0)
        return error;
    error = child_wait(&child, clock_deadline(limit_ns), &ended);
    child_end(&child);
    plain->reported = atomic_load(loop.ending) == REPORTED;
    if (error != 0 || ended != 0 || atomic_load(loop.ending) == NOT_DONE) {
        say_lost(job, error != 0, say_how(error, ended, limit_ns, how, sizeof how), status, bytes);
        drop_results(plain);
        return 0;
    }
    return mprotect(plain->results, mapped_bytes(plain), PROT_READ) != 0 ? -errno : 0;
}

/* The first of results[][] that is no known answer; work->tasks: all are. */
static size_t find_unknown(const struct plain *plain, const char *results)
{
    const struct work *work = plain->work;
    size_t i = 0;
    while (i < work->tasks &&
           work->workload->check(work, i, plain->tasks + i * work->shape.task_bytes,
                                 results + i * work->shape.result_bytes))
        i++;
    return i;
}

bool plain_right(const struct plain *plain, char *status, size_t bytes)
{
    if (plain->results == NULL || plain->reported)
        return true; /* a task that fails here fails in the pool as well, and is named there */
    size_t task = find_unknown(plain, plain->results);
    if (task == plain->work->tasks)
        return true;
    snprintf(status, bytes, "wrong: " PLAIN_NAME "'s result of task %zu is not the known one",
             task);
    return false;
}

static bool verify_alone(const struct plain *plain, const char *results, char *status, size_t bytes)
{
    size_t task = find_unknown(plain, results);
    if (task == plain->work->tasks)
        return true;
    snprintf(status, bytes,
             "wrong: result of task %zu is not the known one, and " PLAIN_NAME " has none", task);
    return false;
}

bool plain_verify(const struct plain *plain, const char *results, char *status, size_t bytes)
{
    size_t size = plain->work->shape.result_bytes;
    if (plain->results == NULL)
        return verify_alone(plain, results, status, bytes);
    for (size_t i = 0; i < plain->work->tasks; i++) {
        if (memcmp(results + i * size, plain->results + i * size, size) != 0) {
            snprintf(status, bytes, "wrong: result of task %zu differs from serial's", i);
            return false;
        }
    }
    return true;
}

void plain_close(struct plain *plain)
{
    if (plain->results != NULL)
        drop_results(plain);
}
