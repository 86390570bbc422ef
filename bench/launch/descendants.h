/*
 * descendants.h - whatever a cell left behind becomes our child, and is ended.
 *
 * A subreaper (prctl(2)) inherits all orphans below it, also those that daemonized. So once a
 * cell's first process has been reaped, all that still lives of it is, or soon becomes, a child of
 * this process.
 */
#ifndef PARBENCH_BENCH_LAUNCH_DESCENDANTS_H
#define PARBENCH_BENCH_LAUNCH_DESCENDANTS_H

#include <stdint.h>
#include <sys/types.h>

/* Makes this process the subreaper. Returns 0 or a negative errno. */
int descendants_adopt(void);

/* The child that this process has now, which has an owner: a janitor, the `keep` of what follows; 0:
 * there is none. To be called before a program is started, while there are no orphans. */
pid_t descendants_owned(void);

/* Kills and reaps all children of this process but `keep`, and what then becomes its child, until
 * none is left or limit_ns has passed. group: of the cell, whose first process has been reaped.
 * Returns how many had to be killed: processes that somebody had left behind. */
unsigned descendants_end(pid_t group, pid_t keep, uint64_t limit_ns);

#endif
