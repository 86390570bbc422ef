/*
 * test_shortage.c - the k-th system call fails, for every k: nothing hangs, nothing leaks.
 *
 * The linker sends each call of our code to a wrapper below (-Wl,--wrap), which fails the k-th one
 * as the kernel does when something runs short. k grows until a run has had no k-th call. Each run
 * either says in words what went wrong, or its results are right; isolate.h sees to leaks and
 * hangs. Calls that libraries make themselves (libgomp's pthread_create) are out of reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "backends/registry.h"
#include "common/clock.h"
#include "isolate.h"
#include "mix.h"

#define CALLS_MAX 400 /* a sweep that goes on for longer is a mistake of its own */
#define TASKS     20
#define WORKERS   3
#define LIMIT_NS  (20 * NS_PER_S)

enum call { FORK, PIPE, MMAP, MEMFD, FALLOCATE, EVENTFD, THREAD, CALLOC, MALLOC, CALLS };

static const char *const names[CALLS] = {"fork",    "pipe2",          "mmap",   "memfd_create",
                                         "posix_fallocate", "eventfd", "pthread_create",
                                         "calloc",  "malloc"};

static enum call failing;  /* in the isolated process only, as all here */
static unsigned countdown; /* the call that brings it to 0 fails; 0: none does */
static bool *happened;     /* shared with the test */

/* Whether this call is the one that fails. */
static bool fails(enum call call)
{
    if (countdown == 0 || call != failing || --countdown > 0)
        return false;
    *happened = true;
    return true;
}

pid_t __real_fork(void);
int __real_pipe2(int ends[2], int flags);
void *__real_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset);
int __real_memfd_create(const char *name, unsigned flags);
int __real_posix_fallocate(int fd, off_t offset, off_t bytes);
int __real_eventfd(unsigned value, int flags);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument);
void *__real_calloc(size_t count, size_t bytes);
void *__real_malloc(size_t bytes);

pid_t __wrap_fork(void)
{
    return fails(FORK) ? (errno = EAGAIN, -1) : __real_fork();
}

int __wrap_pipe2(int ends[2], int flags)
{
    return fails(PIPE) ? (errno = EMFILE, -1) : __real_pipe2(ends, flags);
}

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    return fails(MMAP) ? (errno = ENOMEM, MAP_FAILED)
                       : __real_mmap(at, bytes, protection, flags, fd, offset);
}

int __wrap_memfd_create(const char *name, unsigned flags)
{
    return fails(MEMFD) ? (errno = ENFILE, -1) : __real_memfd_create(name, flags);
}

int __wrap_posix_fallocate(int fd, off_t offset, off_t bytes)
{
    return fails(FALLOCATE) ? ENOSPC : __real_posix_fallocate(fd, offset, bytes);
}

int __wrap_eventfd(unsigned value, int flags)
{
    return fails(EVENTFD) ? (errno = EMFILE, -1) : __real_eventfd(value, flags);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument)
{
    return fails(THREAD) ? EAGAIN : __real_pthread_create(thread, attributes, body, argument);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return fails(CALLOC) ? (errno = ENOMEM, NULL) : __real_calloc(count, bytes);
}

void *__wrap_malloc(size_t bytes)
{
    return fails(MALLOC) ? (errno = ENOMEM, NULL) : __real_malloc(bytes);
}

struct trial {
    const struct backend *backend;
    enum schedule schedule;
    enum call call;
    unsigned k;
    bool *happened;
};

/* Returns NULL, or what is wrong with a failure. */
static const char *judge(const char *verb, int error, const struct failure *why)
{
    if (error >= 0)
        return isolate_text("%s returned %d, which is no error", verb, error);
    if (*why->text == '\0' || memchr(why->text, '\0', sizeof why->text) == NULL)
        return isolate_text("%s failed (%d) and does not say why", verb, error);
    return NULL;
}

static const char *use_pool(const struct trial *trial, const struct plan *plan,
                            struct records *records)
{
    const struct backend *backend = trial->backend;
    struct traffic traffic = {0, 0, 0};
    struct failure why, after;
    struct pool *pool;
    failure_clear(&why);
    int error = backend->start(plan, &pool, &why);
    if (error != 0)
        return judge("start", error, &why);
    const char *wrong = NULL;
    for (int map = 0; map < 2 && error == 0 && wrong == NULL; map++) {
        records_spoil(records);
        error = backend->map(pool, records->tasks, records->count, records->results, &traffic, &why);
        if (error != 0)
            wrong = judge("map", error, &why);
        else if (!records_right(records))
            wrong = "map said that all went well, but results are wrong";
    }
    backend->stop(pool, &after); /* whose error is the worker's, which map may have told already */
    return wrong;
}

static const char *run_trial(void *argument)
{
    const struct trial *trial = argument;
    struct board *board;
    int fd;
    if (board_create(&board, &fd) != 0)
        return "no board";
    struct job job = {.shape = {24, 32}, .kernel = mix, .board = board};
    struct records records = records_make(&job, TASKS);
    struct plan plan = {.job = &records.job,
                        .workers = WORKERS,
                        .schedule = trial->schedule,
                        .chunk = 1,
                        .limit_ns = LIMIT_NS};
    happened = trial->happened;
    failing = trial->call;
    countdown = trial->k;
    uint64_t begin_ns = clock_ns();
    const char *wrong = use_pool(trial, &plan, &records);
    countdown = 0;
    if (wrong == NULL && clock_ns() - begin_ns > LIMIT_NS / 2)
        wrong = "it took far too long";
    records_free(&records);
    board_close(board);
    close(fd);
    return wrong;
}

static unsigned sweep(const struct backend *backend, enum schedule schedule, enum call call)
{
    bool *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0);
    assert_true(shared != MAP_FAILED);
    struct trial trial = {backend, schedule, call, 0, shared};
    char name[128];
    do {
        trial.k++;
        *shared = false;
        snprintf(name, sizeof name, "%s %s, %s number %u fails", backend->name,
                 schedule_name(schedule), names[call], trial.k);
        isolate(name, run_trial, &trial);
        assert_true(trial.k < CALLS_MAX);
    } while (*shared);
    munmap(shared, sizeof *shared);
    return trial.k - 1;
}

static void every_call_may_fail(void **state)
{
    unsigned failed = 0;
    (void)state;
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++)
        for (int schedule = 0; entry->backend != NULL && schedule < SCHEDULES; schedule++)
            for (int call = 0; call < CALLS; call++)
                failed += sweep(entry->backend, (enum schedule)schedule, (enum call)call);
    print_message("%u failures were survived\n", failed);
    assert_true(failed > 100); /* or the wrappers were never called */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call_may_fail)};
    return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
