/*
 * Who disturbs whom: the readers of what the kernel tells, the decision as a function of numbers,
 * and neighbours that are really there, also in other processes than those that we see them from.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cell/disturbance.h"
#include "bench/suite/retake.h"
#include "common/board.h"
#include "common/clock.h"
#include "common/neighbours.h"

#define WALL_NS (10 * NS_PER_MS)

static void delays(void **state)
{
    (void)state;
    uint64_t delay_ns = 1;
    assert_int_equal(schedstat_read("3960405 19174776 2\n", &delay_ns), 0);
    assert_int_equal(delay_ns, 19174776);
    assert_int_equal(schedstat_read("18446744073709551615 18446744073709551615 9", &delay_ns), 0);
    assert_int_equal(delay_ns, UINT64_MAX);
    assert_int_equal(schedstat_read("", &delay_ns), -EINVAL);
    assert_int_equal(schedstat_read("12", &delay_ns), -EINVAL);
    assert_int_equal(thread_delay(getpid(), getpid(), &delay_ns), 0);
    assert_true(thread_delay(INT32_MAX, INT32_MAX, &delay_ns) < 0);
}

static void pressure(void **state)
{
    (void)state;
    uint64_t total_us = 0;
    assert_int_equal(pressure_read("some avg10=88.01 avg60=39.05 avg300=11.26 total=47830555\n"
                                   "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
                                   &total_us),
                     0);
    assert_int_equal(total_us, 47830555);
    assert_int_equal(pressure_read("", &total_us), -EINVAL);
    assert_int_equal(pressure_read("full avg10=0.00 total=7\n", &total_us), -EINVAL);
}

static void machine(void **state)
{
    (void)state;
    const char text[] = "cpu  700 0 0 9 9 9 9 9 0 0\n"
                        "cpu0 100 20 30 1000 7 5 6 40 0 0\n"
                        "cpu1 200 0 0 1000 7 5 6 2 0 0\n"
                        "cpu10 400 0 0 1000 7 5 6 0 0 0\n"
                        "intr 1 2 3\n";
    const uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
    struct machine_time time;
    cpu_set_t both;
    CPU_ZERO(&both);
    CPU_SET(0, &both);
    CPU_SET(1, &both);
    assert_int_equal(machine_time_read(text, &both, &time), 0);
    assert_int_equal(time.busy_ns, 350 * tick_ns);
    assert_int_equal(time.steal_ns, 42 * tick_ns);
    CPU_ZERO(&both);
    CPU_SET(3, &both);
    assert_int_equal(machine_time_read(text, &both, &time), -EINVAL);
    assert_int_equal(machine_time_read("", &both, &time), -EINVAL);
}

/* delay and neighbours as shares of the wall time; -1: no delay is known. */
static double share(double delay, double neighbours, unsigned wanted, unsigned cores)
{
    const struct disturbance_facts facts = {
        .wall_ns = WALL_NS,
        .delay_ns = delay < 0 ? 0 : (uint64_t)(delay * (double)WALL_NS + 0.5),
        .delay_known = delay >= 0,
        .neighbours = neighbours,
        .wanted = wanted,
        .cores = cores,
    };
    return disturbance_share(&facts);
}

static void close_to(double value, double right)
{
    if (value < right - 1e-6 || value > right + 1e-6)
        fail_msg("%g, but %g is right", value, right);
}

static void the_decision(void **state)
{
    (void)state;
    close_to(share(0, 0, 2, 2), 0);
    close_to(share(0.6, 0, 2, 2), 0);        /* two of ours were on one core: nobody else's doing */
    close_to(share(3.0, 0.01, 5, 2), 0.005); /* more than there are cores, on a quiet machine */
    close_to(share(0, 1, 1, 2), 0);          /* a neighbour on a core that nobody wanted */
    close_to(share(0.5, 0.5, 1, 2), 0.5);    /* one on ours */
    close_to(share(0.5, 1, 2, 2), 0.5);      /* it takes its share of one of two */
    close_to(share(2, 1, 5, 2), 0.5);        /* the same, where our delays say nothing */
    close_to(share(-1, 1, 5, 2), 0.5);       /* or are not known */
    close_to(share(-1, 0, 5, 2), 0);
    close_to(share(0.02, 60, 4, 64), 0.02); /* a shared server with room for us */
    close_to(share(0.02, 62, 4, 64), 0.5);  /* and without */
    close_to(share(0.5, 1, 64, 64), 0.5);   /* one of 64 workers was halved */
    close_to(share(9, 9, 9, 1), 1);
    const struct disturbance_facts nothing = {.wanted = 1, .cores = 1};
    close_to(disturbance_share(&nothing), 0);
}

/* A loop that has its process to itself can't have been delayed by ours: so no neighbour needs to
 * be seen, as in a container. */
static void the_decision_of_a_loop(void **state)
{
    (void)state;
    struct disturbance_facts facts = {.wall_ns = WALL_NS,
                                      .delay_ns = WALL_NS / 2,
                                      .delay_known = true,
                                      .alone = true,
                                      .wanted = 1,
                                      .cores = 2};
    close_to(disturbance_share(&facts), 0.5);
    facts.delay_ns = WALL_NS / 1000;
    facts.neighbours = 2;
    close_to(disturbance_share(&facts), 0.001);
}

/* ---- how long a run may be prolonged -------------------------------------------------------- */

static void patience_is_earned_or_given(void **state)
{
    (void)state;
    struct options options = {.patience_ns = 10 * NS_PER_S};
    struct retake retake;
    retake_open(&retake, &options);
    uint64_t begin_ns = retake.begin_ns;
    assert_true(retake_left(&retake, begin_ns) < NS_PER_S); /* enough for a first sample */
    assert_true(retake_left(&retake, begin_ns) > 0);
    uint64_t after_4s = retake_left(&retake, begin_ns + 4 * NS_PER_S);
    assert_int_equal(after_4s - retake_left(&retake, begin_ns), 2 * NS_PER_S);
    assert_int_equal(retake_left(&retake, begin_ns + 900 * NS_PER_S), 10 * NS_PER_S);
    retake_spend(&retake, NS_PER_S); /* what is spent earns nothing */
    assert_int_equal(retake_left(&retake, begin_ns + 5 * NS_PER_S), after_4s - NS_PER_S);
    retake_spend(&retake, 90 * NS_PER_S);
    assert_int_equal(retake_left(&retake, begin_ns + 900 * NS_PER_S), 0);
    options.patience_given = true;
    retake_open(&retake, &options);
    assert_int_equal(retake_left(&retake, retake.begin_ns), 10 * NS_PER_S);
    options.patience_ns = 0;
    retake_open(&retake, &options);
    assert_int_equal(retake_left(&retake, retake.begin_ns + 900 * NS_PER_S), 0);
    assert_int_equal(retake_wait(&retake, -1), RETAKE_OVER); /* at once */
}

/* ---- neighbours that are there -------------------------------------------------------------- */

/* A process that uses the processor for so long, by its own clock, and then sleeps. */
static pid_t start_user(uint64_t use_ns)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct timespec used;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while ((uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec < use_ns);
    for (;;)
        pause();
}

static void end_user(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Looks until so much was seen, for as long as it takes on however busy a machine. */
static void await(struct neighbours *neighbours, uint64_t used_ns)
{
    uint64_t window_ns = 0;
    while (neighbours_used(neighbours, &window_ns) < used_ns) {
        assert_true(window_ns < 60 * NS_PER_S);
        usleep(10000);
    }
    assert_true(window_ns > 0);
}

static void neighbours_are_seen(void **state)
{
    (void)state;
    struct neighbours *neighbours;
    struct neighbour top[64];
    pid_t owner = start_user(0); /* so that we are nobody's */
    assert_int_equal(neighbours_open(owner, &neighbours), 0);
    pid_t user = start_user(50 * NS_PER_MS);
    await(neighbours, 50 * NS_PER_MS);
    bool found = false;
    for (;;) { /* others may have used as much meanwhile */
        neighbours_used(neighbours, NULL);
        size_t count = neighbours_top(neighbours, top, 64);
        for (size_t i = 0; i < count; i++)
            found |= top[i].pid == user && top[i].used_ns >= 50 * NS_PER_MS &&
                     strncmp(top[i].name, "test_disturb", 12) == 0;
        if (found)
            break;
        usleep(10000);
    }
    end_user(user);
    uint64_t used_ns = neighbours_used(neighbours, NULL);
    assert_true(used_ns >= 50 * NS_PER_MS); /* what has ended has used it nevertheless */
    neighbours_close(neighbours);
    end_user(owner);
}

static void ours_are_not_neighbours(void **state)
{
    (void)state;
    struct neighbours *neighbours;
    struct neighbour top[64];
    struct timespec used = {0, 0};
    clockid_t clock;
    assert_int_equal(neighbours_open(getpid(), &neighbours), 0);
    pid_t user = start_user(50 * NS_PER_MS);
    assert_int_equal(clock_getcpuclockid(user, &clock), 0);
    while (used.tv_sec == 0 && used.tv_nsec < 50000000) {
        usleep(10000);
        assert_int_equal(clock_gettime(clock, &used), 0);
    }
    neighbours_used(neighbours, NULL);
    size_t count = neighbours_top(neighbours, top, 64);
    for (size_t i = 0; i < count; i++)
        assert_true(top[i].pid != user && top[i].pid != getpid());
    end_user(user);
    neighbours_close(neighbours);
}

/* With our only processor shared, waiting shows as delay, and as disturbed. */
static void a_shared_core_disturbs(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all) && CPU_COUNT(&one) == 0)
            CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    struct board *board;
    struct disturbance *disturbance;
    int fd;
    pid_t owner = start_user(0), user = start_user(3600 * NS_PER_S);
    assert_int_equal(board_create(&board, &fd), 0);
    board_enter(board, 0);
    assert_int_equal(disturbance_open(board, 1, owner, &disturbance), 0);
    struct disturbed sample;
    uint64_t begin_ns = clock_ns(), wall_ns;
    do { /* until the scheduler has given the neighbour its turn, however it deals slices */
        disturbance_begin(disturbance);
        uint64_t sample_ns = clock_ns();
        while ((wall_ns = clock_ns() - sample_ns) < 30 * NS_PER_MS)
            ;
        sample = disturbance_end(disturbance, wall_ns);
        assert_true(clock_ns() - begin_ns < 60 * NS_PER_S);
    } while (!sample.disturbed);
    assert_true(sample.delay_ns > (uint64_t)(DISTURBANCE_SHARE * (double)wall_ns));
    assert_true(sample.others_ns > 0);
    disturbance_close(disturbance);
    board_close(board);
    close(fd);
    end_user(user);
    end_user(owner);
    sched_setaffinity(0, sizeof all, &all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays),
        cmocka_unit_test(pressure),
        cmocka_unit_test(machine),
        cmocka_unit_test(the_decision),
        cmocka_unit_test(the_decision_of_a_loop),
        cmocka_unit_test(patience_is_earned_or_given),
        cmocka_unit_test(neighbours_are_seen),
        cmocka_unit_test(ours_are_not_neighbours),
        cmocka_unit_test(a_shared_core_disturbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
