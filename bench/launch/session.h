/*
 * session.h - what this process holds while it has programs measure for it: the janitor that cleans
 * up after it, the signals that end the run, and the orphans that become its children.
 */
#ifndef PARBENCH_BENCH_LAUNCH_SESSION_H
#define PARBENCH_BENCH_LAUNCH_SESSION_H

#include <stdbool.h>

#include "bench/launch/janitor.h"

struct session {
    struct janitor janitor;
    int signals; /* signalfd of SIGINT, SIGTERM and SIGHUP, which are blocked, but for those that
                    were ignored when bench was started; -1: none */
    int single_copy; /* what cross_memory_try said; 1: it was not asked yet */
};

#define SESSION_NONE                                                                               \
    ((struct session){                                                                             \
        .janitor = {.child = {.pidfd = -1}, .pipe = -1}, .signals = -1, .single_copy = 1})

/* Blocks the signals, becomes the subreaper, starts the janitor. Returns 0, or a negative errno
 * with one line in message[bytes]; what it has opened is the caller's in both cases, until
 * session_close. */
int session_open(struct session *session, char *message, size_t bytes);

/* Whether ranks of MPI may read each other's memory, one setting for the whole run: found out when
 * it is first asked. */
bool session_single_copy(struct session *session);

void session_close(struct session *session);

#endif
