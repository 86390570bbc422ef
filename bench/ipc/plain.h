/*
 * plain.h - MPI's round trip as a program finds it that mpirun starts without any options.
 */
#ifndef PARBENCH_BENCH_IPC_PLAIN_H
#define PARBENCH_BENCH_IPC_PLAIN_H

#include "bench/ipc/rival.h"

/* Runs `mpirun -np 2 plain-mpi` (tool/plain_mpi.c). As root it has --allow-run-as-root, without
 * which mpirun refuses. Sets pair's rival_ns, status and signal. Returns 0, or a negative errno
 * with one line in message[bytes]. */
int plain_measure(struct session *session, struct rival_pair *pair, char *message, size_t bytes);

#endif
