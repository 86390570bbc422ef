/*
 * crash.h - which worker crashed, where workers are threads?
 *
 * A thread that crashes takes its process along, and the board may show several tasks at work. The
 * handler of a crash runs on the thread that caused it, so it can say which line was its own. Where
 * the thread's stack is what ran out, there is no room left on it for a handler: so each thread
 * that works has an alternate one (sigaltstack(2)). A forked process inherits its parent's.
 */
#ifndef PARBENCH_COMMON_CRASH_H
#define PARBENCH_COMMON_CRASH_H

#include "common/board.h"

/* From now on a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) leaves the number of its worker in
 * board->crashed, and the process dies of the signal as before. Inherited by fork. Once in a
 * process, by its first thread and before any other; board is borrowed until the process's end. */
void crash_watch(struct board *board);

/* A thread has signed this line: its handler gets a stack. No-op where no crash is watched for. */
void crash_enter(unsigned worker);

#endif
