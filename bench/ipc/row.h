/*
 * row.h - one row of ipc.csv: a transport, where its two sides run, a size, and what it takes; and
 * one of ipc_starts.csv: the same of one start, which is what the measuring program writes.
 *
 * A figure of ipc.csv is the median of those of its starts, with the 95 % interval between them
 * (bench/survey/starts.h). Times are in nanoseconds; what is not known is NaN, an empty field in
 * the CSV.
 *
 *     chain    one way, by blocking sends, each of which may wait for the one before; the clock
 *              stops when an answer to the last one is in
 *     window   one way, with 64 sends in flight (fewer of very large messages), of which all are
 *              done and answered before the next 64 begin, as osu_bw does it. Only of transports
 *              that can have several in flight.
 */
#ifndef PARBENCH_BENCH_IPC_ROW_H
#define PARBENCH_BENCH_IPC_ROW_H

#include <stdint.h>

#include "bench/data/columns.h"

#define IPC_START_COLUMNS 16
#define IPC_COLUMNS       27

struct ipc_start {
    const char *transport;       /* texts are borrowed */
    const char *between;         /* processes, threads or ranks */
    const char *placement;       /* same, different or free */
    uint64_t bytes;              /* of a message */
    uint64_t start;              /* from 1; 0: not told yet */
    uint64_t round_trips;        /* timed in batches */
    double round_trip_ns;        /* there and back: the median of the batches */
    double round_trip_spread_ns; /* what the middle half of the batches spans; NaN: fewer than 3 */
    double round_trip_p99_ns;    /* of trips timed one by one; NaN: fewer than 100 of them */
    uint64_t transfers;          /* one way, in chains and windows */
    double chain_bytes_per_s;    /* medians */
    double window_bytes_per_s;
    uint64_t in_flight;   /* messages of a window; 0: there are no windows */
    uint64_t verified;    /* 1: every check of what came was right */
    const char
        *settings; /* what its figures depend on, as in samples.csv (sample.h); "": nothing */
    const char *status;   /* ok, or why there is no figure: "skip: ", "failed: ", "timeout: " */
};

struct ipc_row {
    const char *transport, *between, *placement;
    uint64_t bytes, starts, round_trips;
    double round_trip_ns, round_trip_low_ns, round_trip_high_ns; /* between starts */
    double coverage;             /* of that interval, and of all below: 0.99 of 8 starts */
    double round_trip_spread_ns; /* within a start: the median of theirs */
    double round_trip_p99_ns;    /* the same */
    uint64_t low_mode_starts;    /* where starts fall in two: so many of the faster ones, */
    double low_mode_ns;          /* their median, */
    uint64_t high_mode_starts;   /* and of the slower ones; else 0 and NaN */
    double high_mode_ns;
    uint64_t transfers;
    double chain_bytes_per_s, chain_low_bytes_per_s, chain_high_bytes_per_s;
    double window_bytes_per_s, window_low_bytes_per_s, window_high_bytes_per_s;
    uint64_t in_flight, verified;
    const char *settings, *status;
};

extern const struct column ipc_start_columns[IPC_START_COLUMNS];
extern const struct column ipc_columns[IPC_COLUMNS];

/* A row with these keys, no figures, and that status. */
struct ipc_start ipc_start_without_figures(const char *transport, const char *between,
                                           const char *placement, uint64_t bytes,
                                           const char *status);

/* The row of starts[count], one or more of the same keys; without figures where one has none. */
struct ipc_row ipc_row_of(const struct ipc_start starts[], size_t count);

#endif
