/*
 * row.h - one row of spawn.csv: a way to start a worker, and what it takes.
 *
 * Times are medians with the 95 % interval of statistics.h, in nanoseconds; what is not known is
 * NaN, an empty field in the CSV.
 *
 *     start   from the call until the new worker runs its first instruction of ours
 *     join    from there, for the worker has nothing to do, until its end is known and reaped
 *     total   both. Its median is that of the sums, and not the sum of the medians.
 */
#ifndef PARBENCH_BENCH_SPAWN_ROW_H
#define PARBENCH_BENCH_SPAWN_ROW_H

#include <stdint.h>

#include "bench/data/columns.h"
#include "bench/spawn/catalogue.h"

#define SPAWN_COLUMNS 15

struct spawn_row {
    const char *mechanism, *condition; /* texts are borrowed */
    uint64_t samples;
    double start_ns, start_low_ns, start_high_ns;
    double join_ns, join_low_ns, join_high_ns;
    double total_ns, total_low_ns, total_high_ns;
    double idle_pss_kib; /* of one idle worker: its share of each page that it maps, */
    double idle_uss_kib; /* and the pages that are its alone */
    const char *status;  /* ok, or why there is no figure: "skip: ", "failed: ", "timeout: " */
};

extern const struct column spawn_columns[SPAWN_COLUMNS];

/* A row for this way, no figures, and that status. */
struct spawn_row spawn_row_without_figures(enum spawn_way way, const char *status);

#endif
