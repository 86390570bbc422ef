/*
 * janitor.h - a small process that cleans up after this one, however it ends.
 *
 * SIGKILL can't be caught, so whoever is to clean up after it must be somebody else. The janitor
 * sleeps on a pipe whose other end only this process holds. When that end closes (by exit, crash
 * or SIGKILL) it kills the process group that it was last told of and removes the private
 * directory. It is the place that does, also after a normal end; only if somebody has killed the
 * janitor, janitor_stop does it itself.
 */
#ifndef PARBENCH_BENCH_LAUNCH_JANITOR_H
#define PARBENCH_BENCH_LAUNCH_JANITOR_H

#include <limits.h>

#include "common/child.h"

struct janitor {
    struct child child;
    int pipe;                     /* closing it calls the janitor */
    char directory[PATH_MAX];     /* private to this run, mode 0700; for mpirun's files.
                                     parbench-PID-XXXXXX, in memory where that can be */
};

/* Makes the private directory and the janitor. Returns 0, or a negative errno with one line in
 * message[bytes]. */
int janitor_start(struct janitor *janitor, char *message, size_t bytes);

/* Below which directory the private one would be made: in memory if there is room, where TMPDIR
 * says, or where temporary files are by custom; and short enough for the sockets that Python has in
 * there, which have addresses of 108 bytes at most. NULL: none can be written to. */
const char *janitor_parent(void);

/* From now on this group (0: none) is what has to be killed. */
void janitor_watch(struct janitor *janitor, pid_t group);

/* Has it clean up now, and waits for it. */
void janitor_stop(struct janitor *janitor);

#endif
