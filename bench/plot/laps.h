/*
 * laps.h - the tasks of a traced run (trace.csv), sorted by cell, worker and time.
 *
 * A row that no worker of its cell can have run, or that ends before it begins, is no lap.
 */
#ifndef PARBENCH_BENCH_PLOT_LAPS_H
#define PARBENCH_BENCH_PLOT_LAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/data/csv_table.h"

#define LAPS_CELLS_MAX   64
#define LAPS_WORKERS_MAX 400 /* of all cells; a picture of more rows is none */

struct lap {
    size_t cell;                   /* in the order of the file */
    int worker;                    /* below the cell's workers */
    double task, begin_ns, end_ns; /* since the map began */
};

struct lap_cell {
    size_t row; /* the first of its rows in the CSV */
    size_t job; /* cells of one job have the same */
    int workers;
    double end_ns;          /* of its last task */
    double busy_ns;         /* of all its tasks */
    const struct lap *laps; /* laps[count], by worker and begin */
    size_t count;
};

struct laps {
    struct lap *laps; /* laps[count]; owned */
    size_t count;
    struct lap_cell cells[LAPS_CELLS_MAX]; /* by job; the one that ends first */
    size_t cell_count, jobs;
    bool more; /* a cell was left out for that, and all that came then */
};

/* Returns 0 or -ENOMEM. */
int laps_read(const struct csv_table *csv, struct laps *laps);
void laps_close(struct laps *laps);

#endif
