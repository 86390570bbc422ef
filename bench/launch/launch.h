/*
 * launch.h - one cell, from a fresh process to its rows.
 *
 * The runner makes the board and a memory file for rows, starts the cell program (behind mpirun if
 * the backend wants that) and then sleeps in one poll over all that may happen: the process ends,
 * a rank ends before it, output comes, the limit passes, somebody presses Ctrl-C. Whatever
 * happened, the rows that were already written are read, nothing of the cell is left running, and
 * where the cell could not say itself why it failed a row says so for it.
 */
#ifndef PARBENCH_BENCH_LAUNCH_LAUNCH_H
#define PARBENCH_BENCH_LAUNCH_LAUNCH_H

#include <stdbool.h>

#include "bench/data/sample.h"
#include "bench/launch/cell.h"
#include "bench/launch/session.h"
#include "common/trace.h"

struct launch {
    const struct options *options; /* borrowed, as all here */
    const struct cell *cell;
    uint64_t round;
    const char *retried;   /* why this cell is run again (then without the fault of the options), or
                              NULL: its first sample says so */
    struct session *session;
    const char *programs;  /* the bench of another build whose programs are run; NULL: ours */
    uint64_t patience_ns;  /* what the cell may spend on measuring disturbed samples again */
    bool trace;            /* record who ran which task, see launched.trace */
    int gbench_fd;         /* memory file for Google Benchmark's own output, or -1 */
};

struct launched {
    struct sample_table rows; /* owned by the caller */
    char *results;            /* what the cell printed of its results, owned by the caller; or NULL */
    struct trace *trace;      /* of the last map, owned by the caller (trace_close); or NULL */
    bool failed;              /* a row says what went wrong */
    bool rank_died;           /* ... and it was the death of an MPI rank */
    int signal;               /* the signal that ended the run, or 0 */
};

/* Measures the cell once. Returns 0 (also for a cell that failed) or a negative errno with one
 * line in message[bytes]: the runner itself could not go on. */
int launch_cell(const struct launch *launch, struct launched *launched, char *message,
                size_t bytes);

#endif
