/*
 * rival.h - figures of what bench ipc measures, found by other programs.
 *
 * Each function runs such a program once, for about as long as bench ipc measures a size, at a
 * placement of its names. Returns 0 with *figure, or a negative errno with one line in
 * message[bytes].
 */
#ifndef PARBENCH_BENCH_IPC_RIVAL_H
#define PARBENCH_BENCH_IPC_RIVAL_H

#include <stddef.h>

#include "bench/launch/session.h"

#define RIVAL_STATUS_BYTES 512

struct rival_figure {
    double round_trip_ns;            /* NaN: none */
    char status[RIVAL_STATUS_BYTES]; /* ok, or why there is none: "skip: ...", "failed: ..." */
    int signal;                      /* the user's that ended the run, or 0 */
};

/* perf bench sched pipe: two processes, a pipe each way, messages of 4 bytes. perf
 * prints the mean of all, which on a machine that is also used by others says more of these: so it
 * runs three times, and the least counts. */
int rival_perf(struct session *session, const char *placement, struct rival_figure *figure,
               char *message, size_t bytes);

/* reference-mpi (reference_mpi.c): MPI_Send and MPI_Recv of 8 bytes. */
int rival_mpi(struct session *session, const char *placement, struct rival_figure *figure,
              char *message, size_t bytes);

#endif
