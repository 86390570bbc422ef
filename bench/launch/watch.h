/*
 * watch.h - a program of ours while it runs: in a fresh process group, with a time limit, until all
 * of it has ended.
 *
 * One poll over all that may happen: the process ends, a rank ends before it, output comes, the
 * limit passes, somebody presses Ctrl-C. Whatever happened, nothing of it is left running: a group
 * whose time is up is killed, and so are orphans, which become children of this process. What to
 * say of it is the caller's business: launch.h for cells, tool.h for other programs.
 */
#ifndef PARBENCH_BENCH_LAUNCH_WATCH_H
#define PARBENCH_BENCH_LAUNCH_WATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/launch/janitor.h"
#include "bench/launch/ranks.h"
#include "bench/launch/variables.h"
#include "common/child.h"

#define WATCH_PATH_BYTES   (PATH_MAX + 32) /* of a path to a descriptor */
#define WATCH_OUTPUT_BYTES 16384           /* so much of the end of what a program prints is kept */

struct watch_means { /* borrowed */
    struct janitor *janitor;
    int signals;                  /* signalfd of what ends the run, of a session */
    const struct board *board;    /* on which ranks of MPI sign on, or NULL */
    unsigned workers;             /* so many ranks */
    enum variables_reader reader; /* what it is: see variables.h */
    char **environment;           /* instead, if not NULL */
    bool single_copy;             /* of a session: for ranks, as is */
    bool one_core;                /* ... that some of them are bound to one core (mpirun.h) */
};

struct watch {
    struct janitor *janitor;
    int signals;
    enum variables_reader reader;
    char **environment;
    struct ranks ranks; /* none, or those that were to sign on */
    bool single_copy, one_core;
    uint64_t deadline_ns;
    struct child child;
    pid_t group; /* of the child and most of what it starts */
    int output[2];
    char settings[VARIABLES_SETTINGS_BYTES]; /* what its figures depend on, as its rows tell it */
    /* what came of it */
    char printed[WATCH_OUTPUT_BYTES + 1]; /* the end of its standard output and error */
    size_t printed_bytes;
    int status; /* of the child, as of waitpid; SIGKILL if we ended it */
    bool ended; /* by itself */
    bool timed_out;
    int signal;           /* the user's, or 0 */
    unsigned left_behind; /* processes that outlived a child that had ended by itself */
};

/* Prepares to watch. Returns 0 or a negative errno; in both cases watch_close is due. */
int watch_open(struct watch *watch, const struct watch_means *means);

/* Starts argv, with ranks > 0 as so many of mpirun's. Its TMPDIR is the janitor's directory.
 * Returns 0, or a negative errno with one line in message[bytes]; -ENOENT: there is no mpirun. */
int watch_start(struct watch *watch, char *const *argv, unsigned ranks, uint64_t limit_ns,
                char *message, size_t bytes);

/* Sleeps until the program has ended, its time is up or a signal comes; then ends whatever still
 * runs. Returns 0 or -ENOMEM. */
int watch_wait(struct watch *watch);

void watch_close(struct watch *watch);

/* Before the start: has the program inherit our descriptor, and writes a path by which it, and
 * whatever it starts, also a rank, opens that. */
void watch_name_descriptor(const struct watch *watch, char path[WATCH_PATH_BYTES], int fd);

#endif
