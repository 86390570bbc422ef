/*
 * test_kernel_grows.c - a kernel's instructions grow with its work.
 *
 * A compiler may replace a loop by a formula, or do several of its steps at once; a benchmark of
 * that measures nothing. Time would show it, but not reliably, so instructions are counted: a child
 * runs the kernel one instruction at a time (PTRACE_SINGLESTEP, ptrace(2)), and its parent counts
 * the stops. That takes microseconds for each, so the sizes are small; kernel_grows.sh does the
 * same for the lecture's sizes under valgrind, with
 *
 *     test_kernel_grows WORK    runs the kernel on all tasks of WORK, prints how many steps the
 *                               lecture's program would take for them
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/workload.h"

#define INSTRUCTIONS_MAX 1000000 /* of a child; one that runs on is ended */
#define TOLERANCE        0.10    /* builds differ in what they do around a loop's steps */

static int64_t setting(const struct work *work, const char *name)
{
    for (size_t i = 0; work->workload->parameters[i].name != NULL; i++)
        if (strcmp(work->workload->parameters[i].name, name) == 0)
            return work->settings[i].values[0];
    return 0;
}

/* Turns of the lecture's loops over n: one for each n, and one for each division. */
static int64_t prime_steps(int64_t limit)
{
    int64_t steps = 0;
    for (int64_t n = 2; n < limit; n++) {
        steps++;
        for (int64_t i = 2; i * i <= n; i++) {
            steps++;
            if (n % i == 0)
                break;
        }
    }
    return steps;
}

/* Steps that one task of this work takes. */
static int64_t lecture_steps(const struct work *work)
{
    if (strcmp(work->workload->name, "sum") == 0)
        return setting(work, "n");
    if (strcmp(work->workload->name, "spin") == 0)
        return setting(work, "us"); /* in thousandths, which are steps */
    if (strcmp(work->workload->name, "resize") == 0)
        return setting(work, "width") * setting(work, "height") / 100;
    return prime_steps(setting(work, "limit"));
}

static struct work *open_work(const char *text)
{
    char message[256] = "";
    struct work *work;
    if (work_open(text, &work, message, sizeof message) == 0)
        return work;
    fprintf(stderr, "%s\n", message);
    exit(2);
}

/* What the child does. */
static void run_kernel(const struct work *work, const void *tasks)
{
    char result[256];
    for (size_t i = 0; i < work->tasks; i++)
        work->workload->kernel((const char *)tasks + i * work->shape.task_bytes, result,
                               &work->shape);
}

/* The child asks to be traced and stops, so that its parent may count from there. */
static pid_t start_child(const struct work *work, const void *tasks)
{
    pid_t child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        raise(SIGSTOP);
        run_kernel(work, tasks);
        _exit(0);
    }
    return child;
}

/* Instructions from the child's stop to its end; -1: this system allows no tracing. */
static int64_t count_steps(pid_t child)
{
    int64_t instructions = 0;
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        return -1;
    assert_int_equal(WSTOPSIG(status), SIGSTOP);
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL), 0);
    while (WIFSTOPPED(status) && instructions < INSTRUCTIONS_MAX) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) != 0)
            break;
        assert_int_equal(waitpid(child, &status, 0), child);
        instructions++;
    }
    if (WIFSTOPPED(status)) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        fail_msg("the kernel did not end after %" PRId64 " instructions", instructions);
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return instructions;
}

static int64_t count_instructions(const struct work *work)
{
    void *tasks = work_tasks(work);
    assert_non_null(tasks);
    run_kernel(work, tasks); /* binds what the dynamic linker binds at the first call */
    pid_t child = start_child(work, tasks);
    assert_true(child > 0);
    int64_t instructions = count_steps(child);
    free(tasks);
    if (instructions < 0)
        skip();
    return instructions;
}

/* The same workload in three sizes, each about twice the one before. Differences are compared: what
 * a call costs by itself is in all three counts. */
static void grows(const char *const works[3])
{
    int64_t instructions[3], steps[3];
    for (size_t i = 0; i < 3; i++) {
        struct work *work = open_work(works[i]);
        instructions[i] = count_instructions(work);
        steps[i] = lecture_steps(work);
        work_close(work);
        print_message("%s: %" PRId64 " steps, %" PRId64 " instructions\n", works[i], steps[i],
                      instructions[i]);
    }
    int64_t more_instructions = instructions[2] - instructions[1];
    int64_t more_steps = steps[2] - steps[1];
    double growth = (double)more_instructions / (double)(instructions[1] - instructions[0]);
    double expected = (double)more_steps / (double)(steps[1] - steps[0]);
    print_message("growth %.3f, expected %.3f\n", growth, expected);
    assert_true(more_instructions >= 2 * more_steps); /* a step computes, and branches */
    assert_true(growth > expected * (1 - TOLERANCE) && growth < expected * (1 + TOLERANCE));
}

static void sum_grows_with_n(void **state)
{
    (void)state;
    grows((const char *const[]){"sum:tasks=1,n=250", "sum:tasks=1,n=500", "sum:tasks=1,n=1000"});
}

static void primes_grows_with_limit(void **state)
{
    (void)state;
    grows((const char *const[]){"primes:tasks=1,limit=150", "primes:tasks=1,limit=300",
                                "primes:tasks=1,limit=600"});
}

static void resize_grows_with_pixels(void **state)
{
    (void)state;
    grows((const char *const[]){"resize:images=1,width=400,height=100",
                                "resize:images=1,width=800,height=100",
                                "resize:images=1,width=1600,height=100"});
}

static void spin_grows_with_us(void **state)
{
    (void)state;
    grows(
        (const char *const[]){"spin:tasks=1,us=0.25", "spin:tasks=1,us=0.5", "spin:tasks=1,us=1"});
}

static int run_alone(const char *text)
{
    struct work *work = open_work(text);
    void *tasks = work_tasks(work);
    if (tasks == NULL)
        return 1;
    run_kernel(work, tasks);
    printf("%" PRId64 "\n", (int64_t)work->tasks * lecture_steps(work));
    free(tasks);
    work_close(work);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum_grows_with_n),
        cmocka_unit_test(primes_grows_with_limit),
        cmocka_unit_test(resize_grows_with_pixels),
        cmocka_unit_test(spin_grows_with_us),
    };
    if (count == 2)
        return run_alone(arguments[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
