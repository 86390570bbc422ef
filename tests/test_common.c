/*
 * test_common.c - what all else is built on: clock, reads and writes, children, processes,
 * failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/cross_memory.h"
#include "common/failure.h"
#include "common/inject.h"
#include "common/io.h"
#include "common/memory.h"
#include "common/process.h"
#include "tests/deny.h"
#include "throttle.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SOON_NS      (20 * NS_PER_MS)
#define HANG_NS      (20 * NS_PER_S) /* a ceiling, never reached when all is well */

/* --- clock ------------------------------------------------------------------------------------ */

static void clock_never_runs_backwards(void **state)
{
    (void)state;
    uint64_t last = clock_ns();
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_ns();
        assert_true(now >= last);
        last = now;
    }
}

static void deadlines_saturate_and_pass(void **state)
{
    (void)state;
    assert_true(clock_deadline(UINT64_MAX) == UINT64_MAX);
    assert_true(clock_deadline(UINT64_MAX - 1) == UINT64_MAX);
    assert_int_equal(clock_left_ms(UINT64_MAX), INT_MAX);
    assert_int_equal(clock_left_ms(0), 0);
    assert_int_equal(clock_left_ms(clock_ns()), 0);
    int left = clock_left_ms(clock_deadline(HANG_NS));
    assert_in_range(left, 1, HANG_NS / NS_PER_MS);
    struct timespec none = clock_left(0);
    assert_true(none.tv_sec == 0 && none.tv_nsec == 0);
    struct timespec parts = clock_timespec(3 * NS_PER_S + 7);
    assert_true(parts.tv_sec == 3 && parts.tv_nsec == 7);
}

/* --- io --------------------------------------------------------------------------------------- */

static void close_both(int ends[2])
{
    io_close(&ends[0]);
    io_close(&ends[1]);
    assert_int_equal(ends[0], -1);
}

static void pipes_close_on_exec(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(io_pipe(ends), 0);
    for (int i = 0; i < 2; i++)
        assert_true((fcntl(ends[i], F_GETFD) & FD_CLOEXEC) != 0);
    close_both(ends);
}

static void end_at_a_border_is_told_from_end_within(void **state)
{
    (void)state;
    int ends[2];
    char buffer[8];
    assert_int_equal(io_pipe(ends), 0);
    assert_int_equal(io_write(ends[1], "12345678abc", 11, IO_FOREVER), 0);
    io_close(&ends[1]);
    assert_int_equal(io_read(ends[0], buffer, 8, IO_FOREVER), 0);
    assert_memory_equal(buffer, "12345678", 8);
    assert_int_equal(io_read(ends[0], buffer, 8, clock_deadline(HANG_NS)), -EPIPE);
    assert_int_equal(io_read(ends[0], buffer, 8, clock_deadline(HANG_NS)), IO_END);
    assert_int_equal(io_read(ends[0], buffer, 8, IO_FOREVER), IO_END);
    close_both(ends);
}

static void reads_and_writes_keep_their_deadline(void **state)
{
    (void)state;
    char *big = calloc(1, 1 << 20);
    assert_non_null(big);
    for (int blocking = 0; blocking < 2; blocking++) {
        int ends[2];
        assert_int_equal(io_pipe(ends), 0);
        for (int i = 0; i < 2 && !blocking; i++)
            assert_int_equal(io_set_nonblocking(ends[i]), 0);
        assert_int_equal(io_read(ends[0], big, 1, clock_deadline(SOON_NS)), -ETIMEDOUT);
        assert_int_equal(io_write(ends[1], big, 1 << 20, clock_deadline(SOON_NS)), -ETIMEDOUT);
        close_both(ends);
    }
    free(big);
    assert_int_equal(io_read(-1, &(char){0}, 1, clock_deadline(SOON_NS)), -ETIMEDOUT);
    assert_int_equal(io_read(-1, &(char){0}, 1, IO_FOREVER), -EBADF);
}

struct stream {
    int fd;
    const char *bytes;
    size_t count;
    uint64_t deadline_ns;
    int error;
};

static void *write_stream(void *argument)
{
    struct stream *stream = argument;
    size_t half = stream->count / 2;
    struct iovec parts[3] = {{(void *)stream->bytes, half},
                             {NULL, 0},
                             {(void *)(stream->bytes + half), stream->count - half}};
    stream->error = io_writev(stream->fd, parts, 3, stream->deadline_ns);
    return NULL;
}

/* count bytes through a pipe, written by another thread, must come out as they went in. */
static void pass(size_t count, uint64_t deadline_ns, int nonblocking)
{
    int ends[2];
    char *sent = malloc(count), *got = malloc(count);
    pthread_t thread;
    assert_true(sent != NULL && got != NULL);
    for (size_t i = 0; i < count; i++)
        sent[i] = (char)(i * 31 + i / 251);
    assert_int_equal(io_pipe(ends), 0);
    for (int i = 0; i < 2 && nonblocking; i++)
        assert_int_equal(io_set_nonblocking(ends[i]), 0);
    struct stream stream = {ends[1], sent, count, deadline_ns, -1};
    assert_int_equal(pthread_create(&thread, NULL, write_stream, &stream), 0);
    assert_int_equal(io_read(ends[0], got, count, deadline_ns), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stream.error, 0);
    assert_memory_equal(sent, got, count);
    close_both(ends);
    free(sent);
    free(got);
}

static void bytes_pass_whatever_splits_and_interrupts_them(void **state)
{
    (void)state;
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        pass(1 << 20, IO_FOREVER, nonblocking);
        pass(1 << 20, clock_deadline(HANG_NS), nonblocking);
        throttle_set(1, 1);
        pass(3000, IO_FOREVER, nonblocking);
        pass(3000, clock_deadline(HANG_NS), nonblocking);
        throttle_set(0, 0);
    }
}

static void writing_to_nobody_is_an_error_and_no_signal(void **state)
{
    (void)state;
    int ends[2];
    struct io_sigpipe outer, inner;
    sigset_t now;
    assert_int_equal(io_pipe(ends), 0);
    io_close(&ends[0]);
    io_sigpipe_block(&outer);
    io_sigpipe_block(&inner); /* may be nested */
    assert_int_equal(io_write(ends[1], "x", 1, clock_deadline(HANG_NS)), -EPIPE);
    io_sigpipe_restore(&inner);
    assert_int_equal(io_write(ends[1], "x", 1, IO_FOREVER), -EPIPE);
    io_sigpipe_restore(&outer); /* a signal still pending would end this program here */
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
    assert_int_equal(sigismember(&now, SIGPIPE), 0);
    close_both(ends);
}

static void a_sigpipe_of_the_caller_stays_pending(void **state)
{
    (void)state;
    struct io_sigpipe ours;
    sigset_t set;
    struct timespec now = {0};
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    assert_int_equal(pthread_kill(pthread_self(), SIGPIPE), 0);
    io_sigpipe_block(&ours);
    io_sigpipe_restore(&ours);
    assert_int_equal(sigtimedwait(&set, NULL, &now), SIGPIPE);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
}

/* --- child ------------------------------------------------------------------------------------ */

static int leave_with(void *argument)
{
    return *(int *)argument;
}

static int sleep_for_ever(void *argument)
{
    (void)argument;
    while (pause() < 0)
        ;
    return 0;
}

static int kill_itself(void *argument)
{
    (void)argument;
    raise(SIGKILL);
    return 0;
}

static void a_childs_end_is_an_event_and_has_a_name(void **state)
{
    (void)state;
    struct child child;
    char text[96];
    int status, value = 7;
    assert_int_equal(child_start(&child, leave_with, &value), 0);
    struct pollfd end = {.fd = child.pidfd, .events = POLLIN};
    assert_int_equal(poll(&end, 1, (int)(HANG_NS / NS_PER_MS)), 1);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), &status), 0);
    assert_string_equal(child_describe(status, text, sizeof text), "exited with status 7");
    assert_int_equal(child.pid, 0);
    assert_int_equal(child_start(&child, kill_itself, NULL), 0);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), &status), 0);
    assert_string_equal(child_describe(status, text, sizeof text), "killed by signal 9 (Killed)");
}

static void a_child_that_does_not_end_is_ended(void **state)
{
    (void)state;
    struct child child;
    assert_int_equal(child_start(&child, sleep_for_ever, NULL), 0);
    pid_t pid = child.pid;
    assert_int_equal(child_wait(&child, clock_deadline(SOON_NS), NULL), -ETIMEDOUT);
    assert_int_equal(kill(pid, SIGSTOP), 0); /* even so */
    child_end(&child);
    child_end(&child); /* nobody: nothing */
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static int end_slowly(void *argument)
{
    usleep(2000);
    return *(int *)argument;
}

static void a_child_without_an_owner_is_reaped_in_time(void **state)
{
    (void)state;
    int status = 0, seven = 7;
    pid_t pid = fork();
    if (pid == 0)
        _exit(end_slowly(&seven));
    assert_int_equal(child_reap(pid, clock_deadline(HANG_NS), &status), 0);
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(child_reap(pid, clock_deadline(HANG_NS), &status), -ECHILD);
    pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_int_equal(child_reap(pid, clock_ns(), &status), -ETIMEDOUT);
    kill(pid, SIGKILL);
    assert_int_equal(child_reap(pid, clock_deadline(HANG_NS), &status), 0);
}

/* From its last write to its end a process may have to wait for a processor; the kernel knows. */
static void a_process_that_ends_is_told_from_one_that_waits(void **state)
{
    (void)state;
    siginfo_t info;
    struct process process;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_int_equal(process_read(pid, &process), 0);
    assert_false(process.ending);
    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(process_read(pid, &process), 0);
    assert_true(process.ending && process.state == 'Z');
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* --- cross_memory ----------------------------------------------------------------------------- */

static int read_own(void *argument)
{
    volatile uint64_t secret = 42;
    uint64_t value = 0;
    (void)argument;
    /* every process may read itself */
    return cross_memory_read(getpid(), (uint64_t)(uintptr_t)&secret, &value, sizeof value) == 0 &&
                   value == 42 && cross_memory_read(getpid(), 0, &value, sizeof value) == -EFAULT
               ? 0
               : 1;
}

static int try_without(void *argument)
{
    (void)argument;
    if (deny(SYS_process_vm_readv, EPERM) != 0 || deny(SYS_process_vm_writev, EPERM) != 0)
        return 77;
    return cross_memory_try() == -EPERM ? 0 : 1;
}

static int try_with(void *argument)
{
    uint64_t value;
    (void)argument;
    if (cross_memory_try() != 0)
        return 77;
    return cross_memory_read(INT_MAX, 0, &value, sizeof value) == -EPIPE ? 0 : 1; /* nobody */
}

static int status_of(int (*body)(void *))
{
    struct child child;
    int status = -1;
    assert_int_equal(child_start(&child, body, NULL), 0);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), &status), 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* no seccomp, or none of it is allowed here */
    return status;
}

static void memory_of_others_is_read_where_it_may_be(void **state)
{
    (void)state;
    assert_int_equal(status_of(read_own), 0);
    assert_int_equal(status_of(try_with), 0);
}

static void a_filter_that_forbids_it_is_seen(void **state)
{
    (void)state;
    assert_int_equal(status_of(try_without), 0);
}

/* --- failure ---------------------------------------------------------------------------------- */

static void failures_are_one_line_and_leave_out_the_unknown(void **state)
{
    (void)state;
    struct failure failure;
    char line[256];
    assert_int_equal(failure_set(&failure, -EOWNERDEAD, 2, 4711, 3, "killed by %d", 9),
                     -EOWNERDEAD);
    assert_string_equal(failure_line(&failure, line, sizeof line),
                        "worker 2 (pid 4711), task 3: killed by 9");
    failure_set(&failure, -EIO, 2, 0, FAILURE_NONE, "lost");
    assert_string_equal(failure_line(&failure, line, sizeof line), "worker 2: lost");
    assert_int_equal(failure_system(&failure, -ENOMEM, "make a pool"), -ENOMEM);
    assert_string_equal(failure_line(&failure, line, sizeof line),
                        "cannot make a pool: Cannot allocate memory");
    failure_set(&failure, -EIO, 0, 0, FAILURE_NONE, "%0500d", 1);
    assert_int_equal(strlen(failure.text), FAILURE_TEXT_BYTES - 1);
    assert_string_equal(failure_line(&failure, line, 5), "work");
}

static void the_failure_of_the_lowest_task_is_kept(void **state)
{
    (void)state;
    struct failure kept, other;
    failure_clear(&kept);
    failure_clear(&other);
    failure_merge(&kept, &other);
    assert_int_equal(kept.error, 0);
    static const int64_t tasks[] = {7, 3, 5, FAILURE_NONE};
    for (size_t i = 0; i < COUNT(tasks); i++) {
        failure_set(&other, -ECANCELED, 0, 0, tasks[i], "no");
        failure_merge(&kept, &other);
    }
    assert_int_equal(kept.task, 3);
}

/* --- inject ----------------------------------------------------------------------------------- */

static void faults_are_read_as_written(void **state)
{
    (void)state;
    struct inject fault;
    char message[256];
    assert_int_equal(inject_parse("kill:task=3", &fault, message, sizeof message), 0);
    assert_true(fault.kind == INJECT_KILL && fault.task == 3 && fault.worker == -1);
    assert_int_equal(inject_parse("segv:worker=1", &fault, message, sizeof message), 0);
    assert_true(fault.kind == INJECT_SEGV && fault.task == -1 && fault.worker == 1);
    assert_int_equal(inject_parse("slow:task=5,ms=200", &fault, message, sizeof message), 0);
    assert_true(fault.kind == INJECT_SLOW && fault.task == 5 && fault.ms == 200);
}

static void nonsense_is_no_fault(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "kill",
        ":",
        "kill:",
        "kil:task=1",
        "killer:task=1",
        "kill:task=",
        "kill:task=-1",
        "kill:job=1",
        "kill:task=1x",
        "kill:task=1,",
        "slow:task=1",
        "slow:task=1,ms=",
        "slow:task=1,ms=5x",
        "kill:task=99999999999999999999",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct inject fault;
        char message[512] = "";
        if (inject_parse(texts[i], &fault, message, sizeof message) != -EINVAL)
            fail_msg("'%s' was taken for a fault", texts[i]);
        assert_non_null(strstr(message, "kill:task=3")); /* says what would be right */
    }
}

/* --- processes ---------------------------------------------------------------------------------
 */

/* A name may be anything of up to 15 characters, and the kernel escapes none of them here. */
static void a_process_is_read_whatever_its_name(void **state)
{
    (void)state;
    static const char *const names[] = {"plain", "a) b", "(sd-pam)", ") R 1 2", "a\nb)", "", ")))"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char line[512];
        struct process process;
        snprintf(line, sizeof line,
                 "4711 (%s) S 7 8 9 34816 -1 4194304 123 124 0 0 55 66 0 0 20 0 1 0 987654 2 3 4 5 "
                 "6 7 8 9 10 0 0 0 0 0 0 17 3 0 0 0 0 0\n",
                 names[i]);
        assert_int_equal(process_parse(line, &process), 0);
        assert_int_equal(process.pid, 4711);
        assert_string_equal(process.name, names[i]);
        assert_false(process.kernel);
        assert_int_equal(process.state, 'S');
        assert_int_equal(process.parent, 7);
        assert_int_equal(process.group, 8);
        assert_int_equal(process.minor_faults, 123);
        assert_int_equal(process.user_ticks, 55);
        assert_int_equal(process.sys_ticks, 66);
        assert_int_equal(process.start_ticks, 987654);
        assert_int_equal(process.processor, 3);
    }
}

static void a_thread_of_the_kernel_is_told(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(
        process_parse("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 0 0 "
                      "0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0\n",
                      &process),
        0);
    assert_true(process.kernel);
}

static void a_line_that_is_cut_is_no_process(void **state)
{
    (void)state;
    struct process process;
    assert_int_equal(process_parse("", &process), -EINVAL);
    assert_int_equal(process_parse("4711 (plain", &process), -EINVAL);
    assert_int_equal(process_parse("4711 (plain) S 7 8 9", &process), -EINVAL);
    assert_true(process_read(INT_MAX, &process) < 0);
}

static void a_process_reads_itself(void **state)
{
    (void)state;
    struct process process;
    char before[16];
    prctl(PR_GET_NAME, before);
    prctl(PR_SET_NAME, "a) b");
    assert_int_equal(process_read(getpid(), &process), 0);
    prctl(PR_SET_NAME, before);
    assert_string_equal(process.name, "a) b");
    assert_int_equal(process.pid, getpid());
    assert_int_equal(process.parent, getppid());
    assert_int_equal(process.group, getpgrp());
    assert_true(process.processor >= 0 && process.start_ticks > 0);
}

/* --- memory ----------------------------------------------------------------------------------- */

static int write_there(void *argument)
{
    strcpy(argument, "from the child");
    return 0;
}

static void memory_is_shared_and_zeroed(void **state)
{
    (void)state;
    char *memory;
    struct child child;
    assert_int_equal(memory_create("test", 10000, (void **)&memory, NULL), 0);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(memory[i], 0);
    assert_int_equal(child_start(&child, write_there, memory), 0);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), NULL), 0);
    assert_string_equal(memory, "from the child");
    memory_unmap(memory, 10000);
    memory_unmap(NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_never_runs_backwards),
        cmocka_unit_test(deadlines_saturate_and_pass),
        cmocka_unit_test(pipes_close_on_exec),
        cmocka_unit_test(end_at_a_border_is_told_from_end_within),
        cmocka_unit_test(reads_and_writes_keep_their_deadline),
        cmocka_unit_test(bytes_pass_whatever_splits_and_interrupts_them),
        cmocka_unit_test(writing_to_nobody_is_an_error_and_no_signal),
        cmocka_unit_test(a_sigpipe_of_the_caller_stays_pending),
        cmocka_unit_test(a_childs_end_is_an_event_and_has_a_name),
        cmocka_unit_test(a_child_that_does_not_end_is_ended),
        cmocka_unit_test(a_child_without_an_owner_is_reaped_in_time),
        cmocka_unit_test(a_process_that_ends_is_told_from_one_that_waits),
        cmocka_unit_test(memory_of_others_is_read_where_it_may_be),
        cmocka_unit_test(a_filter_that_forbids_it_is_seen),
        cmocka_unit_test(failures_are_one_line_and_leave_out_the_unknown),
        cmocka_unit_test(the_failure_of_the_lowest_task_is_kept),
        cmocka_unit_test(faults_are_read_as_written),
        cmocka_unit_test(nonsense_is_no_fault),
        cmocka_unit_test(a_process_is_read_whatever_its_name),
        cmocka_unit_test(a_thread_of_the_kernel_is_told),
        cmocka_unit_test(a_line_that_is_cut_is_no_process),
        cmocka_unit_test(a_process_reads_itself),
        cmocka_unit_test(memory_is_shared_and_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
