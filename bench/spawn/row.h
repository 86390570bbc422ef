/*
 * row.h - one row of spawn.csv: a way to start a worker, and what it takes; and one of
 * spawn_starts.csv: the same of one start of the measuring program.
 *
 * A figure of spawn.csv is the median of those of its starts, with the 95 % interval between them
 * (bench/survey/starts.h). Times are in nanoseconds; what is not known is NaN, an empty field in
 * the CSV.
 *
 *     start   from the call until the new worker runs its first instruction of ours
 *     join    from there, for the worker has nothing to do, until its end is known and reaped
 *     total   both. Its median is that of the sums, and not the sum of the medians.
 */
#ifndef PARBENCH_BENCH_SPAWN_ROW_H
#define PARBENCH_BENCH_SPAWN_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "bench/data/columns.h"
#include "bench/spawn/catalogue.h"

#define SPAWN_START_COLUMNS 12
#define SPAWN_COLUMNS       23

struct spawn_start {
    const char *mechanism, *condition;  /* texts are borrowed */
    uint64_t start;                     /* of the program, from 1 */
    uint64_t samples;                   /* of workers that it started */
    double start_ns, join_ns, total_ns; /* medians */
    double total_spread_ns; /* what the middle half of the samples spans; NaN: fewer than 3 */
    double idle_pss_kib;    /* of one idle worker: its share of each page that it maps, */
    double idle_uss_kib;    /* and the pages that are its alone; only the first start weighs */
    const char *settings;   /* what its figures depend on (bench/launch/variables.h); "": nothing */
    const char *status;     /* ok, or why there is no figure: "skip: ", "failed: ", "timeout: " */
};

struct spawn_row {
    const char *mechanism, *condition;
    uint64_t starts, samples;
    double start_ns, start_low_ns, start_high_ns; /* between starts */
    double join_ns, join_low_ns, join_high_ns;
    double total_ns, total_low_ns, total_high_ns;
    double coverage;           /* of the intervals: 0.99 of 8 starts */
    double total_spread_ns;    /* within a start: the median of theirs */
    uint64_t low_mode_starts;  /* where starts fall in two: so many of the faster ones, */
    double low_mode_ns;        /* their median total, */
    uint64_t high_mode_starts; /* and of the slower ones; else 0 and NaN */
    double high_mode_ns;
    double idle_pss_kib, idle_uss_kib;
    const char *settings, *status;
};

extern const struct column spawn_start_columns[SPAWN_START_COLUMNS];
extern const struct column spawn_columns[SPAWN_COLUMNS];

/* A start of this way, no figures, and that status. */
struct spawn_start spawn_start_without_figures(enum spawn_way way, const char *status);

/* The row of starts[count], one or more of the same way; without figures where one has none. */
struct spawn_row spawn_row_of(const struct spawn_start starts[], size_t count);

#endif
