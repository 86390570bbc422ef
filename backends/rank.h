/*
 * rank.h - what the ranks of the mpi backend do together, and what each worker does.
 *
 * mpi.c is the coordinator, rank 0; this is whom it talks to. Every call returns 0 or a negative
 * errno: -EIO if MPI reported an error, -ETIMEDOUT if the deadline has passed.
 *
 * MPI's own waits know no time limit, and they spin for ever. So here every operation is one that
 * returns at once with a request, and that is then tested until it is complete.
 *
 * All calls are from one thread, between rank_join and rank_leave.
 */
#ifndef PARBENCH_BACKENDS_RANK_H
#define PARBENCH_BACKENDS_RANK_H

#include <mpi.h>
#include <stdint.h>

#include "backends/backend.h"

#define COORDINATOR 0 /* its rank; worker w is rank w + 1 */
#define RESULTS     0 /* the tag of all results; that of tasks is the number of their chunk */

struct order {      /* from the coordinator to all: what comes next */
    uint64_t stop;  /* not 0: no more maps, leave */
    uint64_t count; /* tasks of this map */
    uint64_t chunk; /* of them handed out together; 0: split beforehand (static) */
};

struct records { /* a datatype for one record, so that counts stay small: MPI's are int */
    MPI_Datatype task, result;
};

/* By all ranks: MPI begins. Returns 0 with *records owned by the caller (rank_leave); or a negative
 * errno with *why, in all ranks, if mpirun started too few or too many. */
int rank_join(const struct plan *plan, struct records *records, struct failure *why);

/* By all ranks: MPI ends, for this process for good. */
void rank_leave(struct records *records, uint64_t limit_ns);

/* One wait for whatever is tested: {.deadline_ns = ...} before it begins. */
struct patience {
    uint64_t begin_ns; /* when a test first found nothing; 0: not yet */
    uint64_t deadline_ns;
};

/* After a test that found nothing: returns at once or after a nap; 0: test again. */
int rank_be_patient(struct patience *patience);

/* 0 for MPI_SUCCESS, else -EIO. */
int rank_error(int code);

/* Until all requests[count] are complete; statuses[count] or MPI_STATUSES_IGNORE. */
int rank_wait(MPI_Request *requests, int count, MPI_Status *statuses, uint64_t deadline_ns);

/* By all ranks: the coordinator gives the order, the others get it. */
int rank_order(struct order *order, uint64_t deadline_ns);

/* By all ranks at the end of a map: reports[ranks], by rank, for the coordinator; else NULL. */
int rank_report(const struct failure *report, struct failure *reports, uint64_t deadline_ns);

/* A worker's life: runs maps until the order to stop. */
int rank_serve(const struct job *job, unsigned worker, const struct records *records);

#endif
