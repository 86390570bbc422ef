/*
 * test_shortage.c - the k-th system call fails, for every k: nothing hangs, nothing leaks.
 *
 * The linker sends each call of our code to a wrapper below (-Wl,--wrap), which fails the k-th one
 * as the kernel does when something runs short (sweep.h). Each run either says in words what went
 * wrong, or its results are right. Calls that libraries make themselves (libgomp's pthread_create)
 * are out of reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "isolate.h"
#include "sweep.h"

enum call { FORK, PIPE, MMAP, MEMFD, FALLOCATE, EVENTFD, THREAD, CALLOC, MALLOC, CALLS };

static const char *const what[CALLS] = {
    "fork fails",           "pipe2 fails",           "mmap fails",
    "memfd_create fails",   "posix_fallocate fails", "eventfd fails",
    "pthread_create fails", "calloc fails",          "malloc fails"};

static int failing;        /* in the isolated process only, as all here */
static unsigned countdown; /* the call that brings it to 0 fails; 0: none does */
static bool *happened;     /* shared with the test */

/* Whether this call is the one that fails. */
static bool fails(int call)
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

static void arm(int call, unsigned k, bool *noted)
{
    failing = call;
    happened = noted;
    countdown = k;
}

/* A failure is due, in words. */
static const char *judge(const char *verb, int error, const struct failure *why)
{
    if (error >= 0)
        return isolate_text("%s returned %d, which is no error", verb, error);
    if (*why->text == '\0' || memchr(why->text, '\0', sizeof why->text) == NULL)
        return isolate_text("%s failed (%d) and does not say why", verb, error);
    return NULL;
}

static void every_call_may_fail(void **state)
{
    unsigned failed = 0;
    (void)state;
    for (int call = 0; call < CALLS; call++) {
        const struct sweep sweep = {what[call], call, arm, judge};
        failed += sweep_backends(&sweep);
    }
    print_message("%u failures were survived\n", failed);
    assert_true(failed > 100); /* or the wrappers were never called */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call_may_fail)};
    return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
