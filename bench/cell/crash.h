/*
 * crash.h - which worker crashed, where workers are threads?
 *
 * A thread that crashes takes its process along, and the board may show several tasks at work. The
 * handler of a crash runs on the thread that caused it, so it can say which line was its own.
 */
#ifndef PARBENCH_BENCH_CELL_CRASH_H
#define PARBENCH_BENCH_CELL_CRASH_H

#include "common/board.h"

/* From now on a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) leaves the number of its worker in
 * board->crashed, and the process dies of the signal as before. Inherited by fork. */
void crash_watch(struct board *board);

#endif
