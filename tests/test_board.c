/*
 * test_board.c - what a job leaves behind for others: its workers' board, its counts and its trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/board.h"
#include "common/check.h"
#include "common/child.h"
#include "common/clock.h"
#include "common/job.h"
#include "common/process.h"
#include "common/trace.h"

#define SOON_NS (20 * NS_PER_MS)
#define HANG_NS (20 * NS_PER_S) /* a ceiling, never reached when all is well */

static const char *refuse_odd(const void *task, void *result, const struct shape *shape)
{
    memcpy(result, task, shape->result_bytes);
    return *(const unsigned char *)task % 2 != 0 ? "odd" : NULL;
}

static void a_trace_is_read_by_its_makers_sizes(void **state)
{
    (void)state;
    struct trace *trace;
    size_t count;
    int fd;
    assert_int_equal(trace_create(3, &trace, &fd), 0);
    memset(trace, 0xFF, sizeof *trace); /* a wild kernel was here */
    trace_settle(trace, 3);
    assert_int_equal(trace->count, 3);
    trace_messages(trace, &count);
    assert_true(count < 10000);
    trace_close(trace);
    close(fd);
}

static int sign_line(void *argument)
{
    board_enter(argument, 1);
    return 0;
}

static void a_crash_is_forgotten_with_its_workers_successor(void **state)
{
    (void)state;
    struct board *board;
    struct child child;
    assert_int_equal(board_create(&board, NULL), 0);
    atomic_store(&board->crashed, 2);
    assert_int_equal(child_start(&child, sign_line, board), 0);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), NULL), 0);
    assert_int_equal(atomic_load(&board->crashed), 2); /* another's */
    atomic_store(&board->crashed, 1);
    assert_int_equal(child_start(&child, sign_line, board), 0);
    assert_int_equal(child_wait(&child, clock_deadline(HANG_NS), NULL), 0);
    assert_int_equal(atomic_load(&board->crashed), -1);
    board_close(board);
}

static void the_board_is_one_in_all_processes(void **state)
{
    (void)state;
    struct board *board, *other;
    char path[64];
    int fd;
    assert_int_equal(board_create(&board, &fd), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(board_open(path, &other), 0);
    assert_int_equal(board_open("/dev/null", &(struct board *){NULL}), -EINVAL);
    assert_int_equal(board_open("/nowhere", &(struct board *){NULL}), -ENOENT);
    board_enter(board, BOARD_LINES - 1);
    assert_int_equal(other->lines[BOARD_LINES - 1].pid, getpid());
    assert_int_equal(other->lines[0].task, BOARD_NO_TASK);
    board_close(other);
    board_close(board);
    close(fd);
}

/* In a process of its own: who has moved can't move back where it may no longer run. */
static int enter_and_look(void *board)
{
    cpu_set_t now;
    int32_t cpu = ((struct board *)board)->lines[1].cpu;
    board_enter(board, 1);
    CHECK(sched_getaffinity(0, sizeof now, &now) == 0);
    return CPU_COUNT(&now) == 1 && CPU_ISSET((size_t)cpu, &now) ? 0 : 1;
}

static void a_worker_runs_where_its_line_says(void **state)
{
    (void)state;
    struct board *board;
    struct child child;
    cpu_set_t allowed;
    int status, cpu = CPU_SETSIZE - 1;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    while (!CPU_ISSET((size_t)cpu, &allowed))
        cpu--;
    assert_int_equal(board_create(&board, NULL), 0);
    assert_int_equal(board->lines[0].cpu, BOARD_ANYWHERE);
    board->lines[1].cpu = cpu;
    assert_int_equal(child_start(&child, enter_and_look, board), 0);
    assert_int_equal(child_wait(&child, clock_deadline(10 * NS_PER_S), &status), 0);
    assert_int_equal(status, 0);
    board_close(board);
}

/* --- hush: who polls sleeps, until told or until its limit */

static int poll_until_hushed(void *argument)
{
    struct board *board = argument;
    while (!board_heed(board, clock_deadline(HANG_NS)))
        atomic_fetch_add(&board->lines[0].task, 1); /* it polls: this goes on and on */
    return board->hushed == 0 ? 0 : 1;
}

static void an_idle_worker_that_is_hushed_sleeps(void **state)
{
    (void)state;
    struct board *board;
    struct child child;
    struct process process;
    uint64_t deadline_ns = clock_deadline(HANG_NS);
    int status;
    assert_int_equal(board_create(&board, NULL), 0);
    assert_false(board_heed(board, deadline_ns)); /* nobody said anything */
    assert_int_equal(child_start(&child, poll_until_hushed, board), 0);
    while (atomic_load(&board->lines[0].task) < 1000) /* it polls */
        assert_true(clock_ns() < deadline_ns);
    board_hush(board, true);
    do
        assert_true(clock_ns() < deadline_ns && process_read(child.pid, &process) == 0);
    while (process.state != 'S');
    board_hush(board, false);
    assert_int_equal(child_wait(&child, deadline_ns, &status), 0);
    assert_int_equal(status, 0);
    board_close(board);
}

static void a_hush_that_nobody_ends_has_a_limit(void **state)
{
    (void)state;
    struct board *board;
    assert_int_equal(board_create(&board, NULL), 0);
    board_hush(board, true);
    uint64_t deadline_ns = clock_deadline(SOON_NS);
    assert_true(board_heed(board, deadline_ns));
    assert_true(clock_ns() >= deadline_ns);
    assert_false(board_heed(board, 0)); /* it had passed before */
    board_close(board);
}

static void a_trace_keeps_as_many_messages_as_fit(void **state)
{
    (void)state;
    struct trace *trace;
    size_t kept;
    int fd;
    trace_message(NULL, TRACE_SENT, 0, 0, 1); /* nobody asked for a trace */
    assert_int_equal(trace_create(3, &trace, &fd), 0);
    for (size_t i = 0; i < trace->room + 5; i++)
        trace_message(trace, TRACE_RECEIVED, TRACE_ANYBODY, i, 2);
    const struct trace_message *messages = trace_messages(trace, &kept);
    assert_int_equal(trace->messages, trace->room + 5);
    assert_int_equal(kept, trace->room);
    assert_int_equal(messages[kept - 1].first, kept - 1);
    assert_int_equal(messages[0].worker, TRACE_ANYBODY);
    assert_true(messages[0].at_ns <= messages[kept - 1].at_ns);
    trace_clear(trace);
    trace_messages(trace, &kept);
    assert_int_equal(kept, 0);
    trace_close(trace);
    close(fd);
}

static void a_job_counts_times_and_reports(void **state)
{
    (void)state;
    struct board *board;
    struct failure why;
    const unsigned char tasks[5] = {2, 4, 5, 6, 7};
    unsigned char results[5];
    assert_int_equal(board_create(&board, NULL), 0);
    struct job job = {.shape = {1, 1}, .kernel = refuse_odd, .board = board};
    board_clear(board, 3, true);
    board_enter(board, 2);
    assert_int_equal(job_run(&job, 2, 100, 5, tasks, results, &why), -ECANCELED);
    assert_memory_equal(results, "\2\4\0\6\0", 5);
    assert_int_equal(why.task, 102); /* the first of them */
    assert_int_equal(why.worker, 2);
    assert_string_equal(why.text, "odd");
    assert_int_equal(job_run(&job, 2, 0, 2, tasks, results, &why), 0);
    const struct board_line *line = &board->lines[2];
    assert_int_equal(line->tasks, 7);
    assert_true(line->begin_ns > 0 && line->end_ns >= line->begin_ns + line->busy_ns);
    board_clear(board, 3, false);
    assert_int_equal(line->tasks, 0);
    assert_int_equal(line->pid, getpid());
    board_close(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_read_by_its_makers_sizes),
        cmocka_unit_test(a_crash_is_forgotten_with_its_workers_successor),
        cmocka_unit_test(the_board_is_one_in_all_processes),
        cmocka_unit_test(a_worker_runs_where_its_line_says),
        cmocka_unit_test(an_idle_worker_that_is_hushed_sleeps),
        cmocka_unit_test(a_hush_that_nobody_ends_has_a_limit),
        cmocka_unit_test(a_trace_keeps_as_many_messages_as_fit),
        cmocka_unit_test(a_job_counts_times_and_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
