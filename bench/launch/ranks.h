/*
 * ranks.h - which MPI rank ended first?
 *
 * mpirun answers the death of one rank by ending all of them, so afterwards nobody can be asked.
 * Ranks sign on the board when they start; from then on the runner holds a pidfd of each and sees
 * the first one that becomes readable.
 */
#ifndef PARBENCH_BENCH_LAUNCH_RANKS_H
#define PARBENCH_BENCH_LAUNCH_RANKS_H

#include <poll.h>
#include <stdbool.h>

#include "common/board.h"
#include "common/failure.h"

struct ranks {
    const struct board *board;  /* borrowed */
    unsigned workers;
    unsigned signed_on;         /* so many of them */
    struct pollfd *ends; /* ends[workers]: fd negative until signed on, once ended, and where there
                            was no descriptor for it: then mpirun's end must do */
    struct failure first;       /* the first that ended; error 0: none */
};

/* Returns 0 or -ENOMEM. workers 0: nothing to watch. */
int ranks_watch(struct ranks *ranks, const struct board *board, unsigned workers);

/* Takes in those that have signed on since; true once all have. */
bool ranks_complete(struct ranks *ranks);

/* After an event, and once mpirun has ended: notes the first rank that ended and what it was doing.
 */
void ranks_look(struct ranks *ranks);

void ranks_close(struct ranks *ranks);

#endif
