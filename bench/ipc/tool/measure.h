/*
 * measure.h - one measurement: a link, its two sides in fresh processes, their time limit, a row.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_MEASURE_H
#define PARBENCH_BENCH_IPC_TOOL_MEASURE_H

#include <stdio.h>

#include "bench/ipc/tool/place.h"
#include "bench/ipc/tool/reference.h"
#include "common/transport/transport.h"

struct measure {
    const char *name; /* of the transport */
    const struct transport *transport;
    const struct reference *reference; /* to be taken in turns with it, and its row behind; NULL */
    enum place place;
    int rank; /* of MPI: this process is that side; -1: both sides are forked here */
    size_t bytes;
    uint64_t budget_ns; /* so long it measures, about */
    uint64_t limit_ns;  /* the longest that it may take */
    FILE *rows;         /* gets the row (but not from rank 1) */
};

/* Measures and writes the row, also where there is no figure. Returns 0 or a negative errno: no row
 * could be written. */
int measure_run(const struct measure *measure);

#endif
