/*
 * nested.h - was bench itself started by mpirun or srun, as one of several?
 *
 * `mpirun -n 5 ./bench --backend mpi ...` starts bench five times. A cell needs ranks of its own
 * (MPI can be initialized once in a process, and each cell wants a fresh one), so rank 0 takes the
 * number of ranks as its wish for one coordinator and four workers, and measures as always; the
 * other ranks have nothing to do and end at once.
 *
 * Variables alone prove nothing: a batch script has SLURM_PROCID=0 though there is one of it, and a
 * shell that a launcher once started hands its variables to all that follows. So there must be
 * several ranks, this one among them, and a launcher among this process's ancestors.
 */
#ifndef PARBENCH_BENCH_COMMAND_NESTED_H
#define PARBENCH_BENCH_COMMAND_NESTED_H

/* This process's rank, 0 where nothing started several of it. */
unsigned nested_rank(void);

/* How many workers the ranks amount to: one less than there are; 0 where nothing started several of
 * this process. */
unsigned nested_workers(void);

#endif
