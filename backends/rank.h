/*
 * rank.h - what the ranks of the mpi backend do together, and what each worker does.
 *
 * mpi.c is the coordinator, rank 0; this is whom it talks to. Every call returns 0 or a negative
 * errno: -EIO if MPI reported an error, -ETIMEDOUT if the deadline has passed.
 *
 * MPI's own waits know no time limit, so here every operation is one that returns at once with a
 * request, and that is then tested until it is complete (rank_wait.h).
 *
 * All calls are from one thread, between rank_join and rank_leave.
 */
#ifndef PARBENCH_BACKENDS_RANK_H
#define PARBENCH_BACKENDS_RANK_H

#include <mpi.h>
#include <stdint.h>

#include "backends/backend.h"
#include "backends/rank_wait.h"

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

/* By all ranks: the coordinator gives the order, the others get it. They wait for it between maps,
 * with the board that may hush them; the coordinator has none: NULL. */
int rank_order(struct order *order, const struct board *board, uint64_t deadline_ns);

/* By all ranks at the end of a map: reports[ranks], by rank, for the coordinator; else NULL. */
int rank_report(const struct failure *report, struct failure *reports, uint64_t deadline_ns);

/* A worker's life: runs maps until the order to stop. */
int rank_serve(const struct job *job, unsigned worker, const struct records *records);

#endif
