/*
 * rank_wait.h - waiting for requests of MPI: with a deadline, and without burning a core for ever.
 *
 * MPI's own waits know no time limit, and they spin for as long as they last, which may keep the
 * very rank that they wait for off its core. Here a request is tested until it is complete: eagerly
 * for some microseconds, then with naps. Every call returns 0 or a negative errno: -EIO if MPI
 * reported an error, -ETIMEDOUT if the deadline has passed.
 */
#ifndef PARBENCH_BACKENDS_RANK_WAIT_H
#define PARBENCH_BACKENDS_RANK_WAIT_H

#include <mpi.h>
#include <stdint.h>

#include "common/board.h"

/* One wait for whatever is tested: {.deadline_ns = ...} before it begins. */
struct patience {
    uint64_t begin_ns; /* when the clock was first looked at; 0: not yet */
    uint64_t deadline_ns;
    unsigned tests;            /* that found nothing */
    const struct board *board; /* borrowed; it is a wait for the next map, in which a hush
                                  (board.h) is heeded; NULL: it is not */
};

/* After a test that found nothing: returns at once or after a nap; 0: test again. */
int rank_be_patient(struct patience *patience);

/* 0 for MPI_SUCCESS, else -EIO. */
int rank_error(int code);

/* Until all requests[count] are complete; statuses[count] or MPI_STATUSES_IGNORE. */
int rank_wait(MPI_Request *requests, int count, MPI_Status *statuses, uint64_t deadline_ns);

/* The same for one request, by a rank that has nothing to do until it is complete: while the board
 * hushes it, it sleeps. */
int rank_wait_idly(MPI_Request *request, const struct board *board, uint64_t deadline_ns);

#endif
