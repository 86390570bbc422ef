/*
 * rival.h - a figure of ours, and the same found by others, measured in one round.
 *
 * Each function measures for about as long as bench ipc measures a size, at a placement of its
 * names. Returns 0 with *pair, or a negative errno with one line in message[bytes].
 */
#ifndef PARBENCH_BENCH_IPC_RIVAL_H
#define PARBENCH_BENCH_IPC_RIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/launch/describe.h"
#include "bench/launch/session.h"

#define RIVAL_STATUS_BYTES 512

struct rival_pair {
    double own_ns, rival_ns;         /* NaN: none */
    char status[RIVAL_STATUS_BYTES]; /* ok, or why there is none: "skip: ...", "failed: ..." */
    bool disturbed;                  /* other programs took so much that this round says nothing */
    int signal;                      /* the user's that ended the run, or 0 */
};

struct rival_task { /* borrowed */
    const char *subject, *placement; /* a transport, or "mpi window" and the like */
    uint64_t bytes;
    uint64_t timeout_ns; /* of one measurement of ours */
    size_t round;        /* which of two programs is first changes from round to round */
    const struct description *python; /* the interpreter that there is, or why there is none */
};

/* A transport and perf bench sched pipe: two processes, a pipe each way, messages of 4 bytes. */
int rival_perf(struct session *session, const struct rival_task *task, struct rival_pair *pair,
               char *message, size_t bytes);

/* A transport and the plain loop that ipc knows for it, in turns. */
int rival_plain(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                char *message, size_t bytes);

/* Windows of a transport's messages, and the plain loop that ipc knows for them, in turns: the time
 * of a message. */
int rival_windows(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                  char *message, size_t bytes);

/* MPI's round trip, and that of a program of two ranks by mpirun without any options. */
int rival_mpirun(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                 char *message, size_t bytes);

/* One append to a manager's list, by our proxy and by that of Python's multiprocessing, in turns. */
int rival_append(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                 char *message, size_t bytes);

/* A bound region of OpenMP and the loop that spawn knows for it, in turns. */
int rival_epcc(struct session *session, const struct rival_task *task, struct rival_pair *pair,
               char *message, size_t bytes);

#endif
