/*
 * row.h - one row of ipc.csv: a transport, where its two sides run, a size, and what it takes.
 *
 * Times are medians with the 95 % interval of statistics.h, in nanoseconds; what is not known is
 * NaN, an empty field in the CSV.
 */
#ifndef PARBENCH_BENCH_IPC_ROW_H
#define PARBENCH_BENCH_IPC_ROW_H

#include <stdint.h>

#include "bench/data/columns.h"

#define IPC_COLUMNS 16

struct ipc_row {
    const char *transport;                                       /* texts are borrowed */
    const char *between;                                         /* processes, threads or ranks */
    const char *placement;                                       /* same, different or free */
    uint64_t bytes;                                              /* of a message */
    uint64_t round_trips;                                        /* timed in batches */
    double round_trip_ns, round_trip_low_ns, round_trip_high_ns; /* there and back */
    double round_trip_p99_ns; /* of trips that were timed one by one; NaN: fewer than 100 of them */
    uint64_t transfers;       /* one way, in streams */
    double bandwidth_bytes_per_s, bandwidth_low_bytes_per_s, bandwidth_high_bytes_per_s;
    uint64_t verified;  /* 1: every check of what came was right */
    const char *settings; /* what MPI was told (mpirun.h); "" for others */
    const char *status; /* ok, or why there is no figure: "skip: ", "failed: ", "timeout: " */
};

extern const struct column ipc_columns[IPC_COLUMNS];

/* A row with these keys, no figures, and that status. */
struct ipc_row ipc_row_without_figures(const char *transport, const char *between,
                                       const char *placement, uint64_t bytes, const char *status);

#endif
