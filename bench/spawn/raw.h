/*
 * raw.h - one row of what the measuring program (bench/spawn/tool) tells bench spawn: a sample as
 * it was taken, an idle worker's memory, or why there is none.
 *
 * Medians and intervals are the front's work. They need a library of statistics, and a program that
 * measures fork must not have more libraries than it uses: fork copies the page tables of each.
 */
#ifndef PARBENCH_BENCH_SPAWN_RAW_H
#define PARBENCH_BENCH_SPAWN_RAW_H

#include "bench/data/columns.h"

#define SPAWN_RAW_COLUMNS 6

extern const char spawn_raw_sample[];    /* start_ns, join_ns */
extern const char spawn_raw_reference[]; /* start_ns: of one region, by the loop of epcc.c */
extern const char spawn_raw_worker[];    /* pss_kib, uss_kib */
extern const char spawn_raw_end[];       /* why: it is no figure; "skip: ..." or "failed: ..." */

struct spawn_raw { /* what is not of its kind is NaN or "" */
    const char *what;
    double start_ns, join_ns;
    double pss_kib, uss_kib;
    const char *why;
};

extern const struct column spawn_raw_columns[SPAWN_RAW_COLUMNS];

#endif
