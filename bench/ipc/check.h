/*
 * check.h - bench ipc --check: do others find the same figures?
 *
 *     pipe          perf bench sched pipe, another program; and a plain loop of write and read
 *     socketpair    such a loop (perf has no round trip over socketpairs)
 *     mpi           a ping-pong as in the OSU benchmarks, between the same ranks; and another such
 *                   program, started by mpirun as Open MPI has it when nobody asks for anything:
 *                   what our own settings of mpirun change is in that row only
 *     mpi window    64 KiB one way with 64 messages in flight, as in the OSU benchmarks; the figure
 *                   is the time of one message
 *     openmp        a region as in the EPCC benchmarks (ours is bench spawn's next region, bound)
 *
 * In each of 15 rounds ours and the other are measured, and the ratio is taken within the round
 * (statistics_ratio), so that what slows the machine for a while cancels. That is not enough for
 * two programs that run one after the other: an MPI round trip of this one was 0.43 us in some
 * starts of one program and 0.95 us in others, steadily for as long as each ran. So the loops run
 * inside of our own measuring programs, between the same two processes, in turns of a tenth of a
 * millisecond with what they are held against (tool/reference.h). Only perf and the plain mpirun's
 * are programs of their own: perf and ours run three times in turns, and the least of either is the
 * round's; of mpirun's there is one start of each in a round, and the interval shows what starts
 * decide.
 *
 * Where two processes run changes a pipe's round trip several times over (one core: no sleep of
 * the core, no interrupt), and perf can be bound to one core but not each of its processes to its
 * own; so `same` is the comparison that counts, and `free` shows what the scheduler makes of both.
 *
 * A difference is no failure: whoever reads it judges.
 */
#ifndef PARBENCH_BENCH_IPC_CHECK_H
#define PARBENCH_BENCH_IPC_CHECK_H

#include "bench/ipc/options.h"

/* Measures, compares, prints. Returns bench's exit status. */
int ipc_check(const struct ipc_options *options);

#endif
