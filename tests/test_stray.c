/*
 * Workers that are to run on one processor, and one that the kernel does not let go there: the board
 * says so, and of whom.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/board.h"
#include "common/child.h"
#include "common/clock.h"

#define WORKERS 3
#define NOWHERE (CPU_SETSIZE - 1) /* no such processor, in machines as we have them */

struct place {
    struct board *board;
    unsigned worker;
};

static int enter(void *argument)
{
    const struct place *place = argument;
    board_enter(place->board, place->worker);
    return 0;
}

static void run_worker(struct board *board, unsigned worker)
{
    struct place place = {board, worker};
    struct child child;
    int status;
    assert_int_equal(child_start(&child, enter, &place), 0);
    assert_int_equal(child_wait(&child, clock_deadline(10 * NS_PER_S), &status), 0);
    assert_int_equal(status, 0);
}

static int first_allowed(void)
{
    cpu_set_t allowed;
    int cpu = 0;
    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    while (!CPU_ISSET((unsigned)cpu, &allowed))
        cpu++;
    return cpu;
}

static void test_stray_is_named(void **state)
{
    struct board *board;
    int fd;
    (void)state;
    assert_int_equal(board_create(&board, &fd), 0);
    assert_int_equal(board_find_stray(board, WORKERS), WORKERS);
    board->lines[0].cpu = first_allowed();
    board->lines[2].cpu = NOWHERE;
    for (unsigned worker = 0; worker < WORKERS; worker++)
        run_worker(board, worker);
    assert_int_equal(board_find_stray(board, WORKERS), 2);
    assert_int_equal(board->lines[2].bind_error, -EINVAL);
    assert_int_equal(board_find_stray(board, 2), 2); /* it is not in a smaller pool */

    board->lines[2].cpu = board->lines[0].cpu; /* its successor is where it should be */
    run_worker(board, 2);
    assert_int_equal(board_find_stray(board, WORKERS), WORKERS);
    board_close(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stray_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
