/*
 * verdict.h - what to say of a cell that did not come to its own end.
 */
#ifndef PARBENCH_BENCH_LAUNCH_VERDICT_H
#define PARBENCH_BENCH_LAUNCH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/board.h"
#include "common/failure.h"

#define VERDICT_BYTES 1024 /* with what was said and what explains it */

struct verdict {               /* what the runner saw */
    const struct board *board;
    unsigned workers;
    pid_t pid;                 /* of the cell's first process: its death is its threads' */
    int status;                /* of that process, as of waitpid */
    bool timed_out;
    double limit_s;            /* for the text of a timeout */
    int signal;                /* the user's, or 0 */
    const struct failure *rank; /* an MPI rank that ended first; error 0: none */
    unsigned left_behind;       /* processes that outlived the cell */
    size_t rows;               /* that the cell brought */
    const char *nonsense;      /* why its rows cannot be read, or NULL */
};

/* Writes the status of a row: "timeout: ...", "failed: ...", naming worker and task where the board
 * tells them; false if there is nothing to say, for the cell came to its end by itself. */
bool verdict_write(const struct verdict *verdict, char *text, size_t bytes);

#endif
