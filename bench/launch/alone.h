/*
 * alone.h - a process whose children are all its own.
 *
 * What a cell leaves behind becomes bench's child and is ended (descendants.h). But a program may
 * have children that it never started: exec keeps those of the program before it, as in
 * `daemon & exec bench ...`, and process 1 of a container is given everybody's orphans. They are
 * nobody's to kill. So where there may be such, bench goes on in a child, which is born without
 * any, and the process that has them only stands in for it: it hands on signals and, at the end,
 * the status.
 */
#ifndef PARBENCH_BENCH_LAUNCH_ALONE_H
#define PARBENCH_BENCH_LAUNCH_ALONE_H

/* To be called before anything is printed or opened. Returns 0 in the process that goes on, which
 * may be a child of the one that called, and dies with it; or a negative errno. */
int alone_begin(void);

#endif
