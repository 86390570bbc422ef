/*
 * test_interruption.c - a signal, or a pipe that is nearly full, may cut any call short: the k-th
 * read or write fails with EINTR or moves one byte, the k-th sleep ends with EINTR, for every k;
 * and nobody may notice. Reads and writes are thrown off by throttle.h, what sleeps by wrappers of
 * the linker below (-Wl,--wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "isolate.h"
#include "sweep.h"
#include "throttle.h"

static unsigned countdown; /* the sleep that brings it to 0 is interrupted; 0: none is */
static bool *happened;     /* shared with the test */

static bool interrupted(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    *happened = true;
    errno = EINTR;
    return true;
}

int __real_poll(struct pollfd *events, nfds_t count, int limit_ms);
int __real_ppoll(struct pollfd *events, nfds_t count, const struct timespec *limit,
                 const sigset_t *mask);
pid_t __real_waitpid(pid_t pid, int *status, int options);
int __real_connect(int fd, const struct sockaddr *address, socklen_t bytes);
int __real_accept4(int fd, struct sockaddr *address, socklen_t *bytes, int flags);
long __real_syscall(long number, ...);

int __wrap_poll(struct pollfd *events, nfds_t count, int limit_ms)
{
    return interrupted() ? -1 : __real_poll(events, count, limit_ms);
}

int __wrap_ppoll(struct pollfd *events, nfds_t count, const struct timespec *limit,
                 const sigset_t *mask)
{
    return interrupted() ? -1 : __real_ppoll(events, count, limit, mask);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    return interrupted() ? -1 : __real_waitpid(pid, status, options);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t bytes)
{
    return interrupted() ? -1 : __real_connect(fd, address, bytes);
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *bytes, int flags)
{
    return interrupted() ? -1 : __real_accept4(fd, address, bytes, flags);
}

/* Of those, only a futex's wait sleeps. */
long __wrap_syscall(long number, ...)
{
    long arguments[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long); /* more than were passed, which nobody looks at */
    va_end(list);
    if (number == SYS_futex && arguments[1] != FUTEX_WAKE && interrupted())
        return -1;
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4], arguments[5]);
}

static void arm_sleep(int kind, unsigned k, bool *noted)
{
    (void)kind;
    countdown = k;
    happened = noted;
}

static void arm_transfer(int most_bytes, unsigned k, bool *noted)
{
    throttle_once(k, (size_t)most_bytes, noted);
}

static const char *never(const char *verb, int error, const struct failure *why)
{
    char line[256];
    return isolate_text("%s: %d, %s", verb, error, failure_line(why, line, sizeof line));
}

static void reads_and_writes_are_interrupted(void **state)
{
    (void)state;
    const struct sweep sweep = {"read or write is interrupted", 0, arm_transfer, never};
    unsigned calls = sweep_backends(&sweep);
    print_message("%u interruptions\n", calls);
    assert_true(calls > 100); /* or none reached the backends */
}

static void reads_and_writes_move_one_byte(void **state)
{
    (void)state;
    const struct sweep sweep = {"read or write moves one byte", 1, arm_transfer, never};
    unsigned calls = sweep_backends(&sweep);
    print_message("%u short calls\n", calls);
    assert_true(calls > 100);
}

static void sleeps_are_interrupted(void **state)
{
    (void)state;
    const struct sweep sweep = {"sleep is interrupted", 0, arm_sleep, never};
    unsigned calls = sweep_backends(&sweep);
    print_message("%u interruptions\n", calls);
    assert_true(calls > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_are_interrupted),
        cmocka_unit_test(reads_and_writes_move_one_byte),
        cmocka_unit_test(sleeps_are_interrupted),
    };
    return cmocka_run_group_tests_name("interruption", tests, NULL, NULL);
}
