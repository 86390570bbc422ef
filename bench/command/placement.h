/*
 * placement.h - --pin: on which processor each worker is to run.
 *
 *   none      nowhere in particular: the kernel moves workers as it likes (the default)
 *   compact   neighbours first: the threads of one core, then the next core, then the next package
 *   scatter   as far apart as the machine allows: packages first, then cores, then their threads
 *   LIST      these processors, by the kernel's numbers, in this order: 0,2 or 4-7
 *
 * Only processors that this process may use count. Where there are more workers than these, they
 * go round again. The topology is hwloc's. Serial's loop stands where worker 0 does; coordinators
 * and servers stay free.
 */
#ifndef PARBENCH_BENCH_COMMAND_PLACEMENT_H
#define PARBENCH_BENCH_COMMAND_PLACEMENT_H

#include <stddef.h>

/* Whether text can be placed here. Returns 0, or -EINVAL with one line in message[bytes]. */
int placement_check(const char *text, char *message, size_t bytes);

/* Where each of workers is to run: cpus[workers], BOARD_ANYWHERE if text is "none" or NULL. text
 * must have passed placement_check. Returns 0 or -ENOMEM. */
int placement_find(const char *text, unsigned workers, int cpus[]);

#endif
