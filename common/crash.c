#include "common/crash.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_BYTES                                                                                \
    32768 /* for one handler and the registers that the kernel saves: at most 11 KiB */

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A handler gets no argument of its own; both are set once, before any thread. */
static struct board *watched;
static char (*stacks)[STACK_BYTES]; /* stacks[BOARD_LINES + 1]; only a crash touches these pages */

/* Async-signal-safe: reads memory, stores one word. SA_RESETHAND makes the second try fatal. */
static void note(int signal)
{
    int32_t pid = (int32_t)getpid(), tid = (int32_t)gettid();
    for (int32_t worker = 0; worker < BOARD_LINES; worker++) {
        const struct board_line *line = &watched->lines[worker];
        if (atomic_load_explicit(&line->tid, memory_order_relaxed) == tid &&
            atomic_load_explicit(&line->pid, memory_order_relaxed) == pid)
            atomic_store(&watched->crashed, worker);
    }
    raise(signal);
}

/* Without memory for stacks a crash by stack overflow is told without its worker, as is all else
 * that no handler can tell. */
static void make_stacks(void)
{
    void *memory = mmap(NULL, (BOARD_LINES + 1) * sizeof *stacks, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    stacks = memory == MAP_FAILED ? NULL : memory;
}

void crash_enter(unsigned worker)
{
    stack_t before;
    if (stacks == NULL)
        return;
    stack_t own = {.ss_sp = stacks[worker], .ss_size = sizeof stacks[worker]};
    if (sigaltstack(&own, &before) == 0 && (before.ss_flags & SS_DISABLE) == 0)
        sigaltstack(&before, NULL); /* there is one, maybe a sanitizer's, who frees it later */
}

void crash_watch(struct board *board)
{
    struct sigaction action = {.sa_handler = note,
                               .sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
    watched = board;
    make_stacks();
    crash_enter(BOARD_LINES); /* of the first thread, whichever line it signs */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        sigaction(crashes[i], &action, NULL);
}
