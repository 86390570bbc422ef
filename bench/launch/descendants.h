/*
 * descendants.h - whatever a cell left behind becomes our child, and is ended.
 *
 * A subreaper (prctl(2)) inherits all orphans below it, also those that daemonized. So once a
 * cell's first process has ended, all that still lives of it is, or soon becomes, a child of this
 * process. That all of its children are a cell's, is what alone.h sees to.
 */
#ifndef PARBENCH_BENCH_LAUNCH_DESCENDANTS_H
#define PARBENCH_BENCH_LAUNCH_DESCENDANTS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/child.h"

/* Makes this process the subreaper. Returns 0 or a negative errno. */
int descendants_adopt(void);

/* The child that this process has now, which has an owner: a janitor, the `keep` of what follows; 0:
 * there is none. To be called before a program is started, while there are no orphans. */
pid_t descendants_owned(void);

/* Ends what is left of a cell: kills and reaps all children of this process but `keep`, and what then
 * becomes its child, until none is left or limit_ns has passed. At last `first` is reaped, the cell's
 * first process and its group's, which has ended by itself or is ended with the others; *status as of
 * waitpid. Returns how many others had to be killed: processes that somebody had left behind. */
unsigned descendants_end(struct child *first, int *status, pid_t keep, uint64_t limit_ns);

#endif
