#include "common/board.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/crash.h"
#include "common/futex.h"
#include "common/memory.h"

int board_create(struct board **board, int *fd)
{
    int error = memory_create("parbench-board", sizeof **board, (void **)board, fd);
    if (error != 0)
        return error;
    for (unsigned worker = 0; worker <= BOARD_PLAIN; worker++) {
        (*board)->lines[worker].task = BOARD_NO_TASK;
        (*board)->lines[worker].cpu = BOARD_ANYWHERE;
    }
    (*board)->capacity = (*board)->capacity_cpu = (*board)->floor_ns = NAN;
    atomic_init(&(*board)->crashed, -1);
    return 0;
}

int board_open(const char *path, struct board **board)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct stat about;
    int error = fstat(fd, &about) != 0 ? -errno : 0;
    if (error == 0 && about.st_size < (off_t)sizeof **board)
        error = -EINVAL;
    if (error == 0)
        error = memory_map(fd, sizeof **board, (void **)board);
    close(fd);
    return error;
}

void board_close(struct board *board)
{
    memory_unmap(board, sizeof *board);
}

void board_clear(struct board *board, unsigned workers, bool timed)
{
    CHECK(workers <= BOARD_LINES);
    board->timed = timed;
    for (unsigned worker = 0; worker < workers; worker++) {
        struct board_line *line = &board->lines[worker];
        line->tasks = line->calls = line->begin_ns = line->end_ns = line->busy_ns = 0;
        atomic_store_explicit(&line->task, BOARD_NO_TASK, memory_order_relaxed);
    }
}

static int bind_to(int32_t cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) != 0 ? -errno : 0;
}

/* Of one who had this line before: what he died of was survived. */
static void forget_crash(struct board *board, unsigned worker)
{
    int32_t crashed = (int32_t)worker;
    if (atomic_load_explicit(&board->crashed, memory_order_relaxed) == crashed)
        atomic_compare_exchange_strong(&board->crashed, &crashed, -1);
}

void board_enter(struct board *board, unsigned worker)
{
    CHECK(worker < BOARD_LINES);
    struct board_line *line = &board->lines[worker];
    atomic_store_explicit(&line->task, BOARD_NO_TASK, memory_order_relaxed);
    atomic_store_explicit(&line->pid, (int32_t)getpid(), memory_order_relaxed);
    atomic_store_explicit(&line->tid, (int32_t)gettid(), memory_order_relaxed);
    forget_crash(board, worker);
    if (gettid() != getpid()) /* a process's first thread has its stack since crash_watch */
        crash_enter(worker);
    if (line->cpu != BOARD_ANYWHERE)
        atomic_store_explicit(&line->bind_error, bind_to(line->cpu), memory_order_relaxed);
}

unsigned board_find_stray(const struct board *board, unsigned workers)
{
    unsigned worker = 0;
    while (worker < workers &&
           atomic_load_explicit(&board->lines[worker].bind_error, memory_order_relaxed) == 0)
        worker++;
    return worker;
}

void board_help(struct board *board, unsigned workers, int32_t pid)
{
    CHECK(workers <= BOARD_LINES);
    atomic_store_explicit(&board->lines[workers].pid, pid, memory_order_relaxed);
}

void board_announce_start(struct board *board)
{
    atomic_store_explicit(&board->starting, 1, memory_order_relaxed);
    futex_wake(&board->starting, UINT32_MAX);
}

int board_await_start(const struct board *board, uint64_t deadline_ns)
{
    int error = 0;
    /* invariant: not announced yet, and the deadline has not passed */
    while (error == 0 && atomic_load_explicit(&board->starting, memory_order_relaxed) == 0)
        error = futex_wait(&board->starting, 0, deadline_ns);
    return error;
}

/* The word is all that is said, so no order with other memory is needed; the futex call orders the
 * word itself. */
void board_hush(struct board *board, bool hushed)
{
    atomic_store_explicit(&board->hushed, hushed, memory_order_relaxed);
    if (!hushed)
        futex_wake(&board->hushed, UINT32_MAX);
}

bool board_heed(const struct board *board, uint64_t deadline_ns)
{
    bool slept = false;
    /* invariant: nobody has said that it is over, and the deadline has not passed */
    while (atomic_load_explicit(&board->hushed, memory_order_relaxed) == 1 &&
           clock_ns() < deadline_ns) {
        futex_wait(&board->hushed, 1, deadline_ns);
        slept = true;
    }
    return slept;
}
