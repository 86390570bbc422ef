#include "bench/cell/crash.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static struct board *watched; /* a handler gets no argument of its own; set once, before any thread */

/* Async-signal-safe: reads memory, stores one word. SA_RESETHAND makes the second try fatal. */
static void note(int signal)
{
    int32_t tid = (int32_t)gettid();
    for (int32_t worker = 0; worker < BOARD_LINES; worker++)
        if (atomic_load_explicit(&watched->lines[worker].tid, memory_order_relaxed) == tid)
            atomic_store(&watched->crashed, worker);
    raise(signal);
}

void crash_watch(struct board *board)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    watched = board;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        sigaction(crashes[i], &action, NULL);
}
