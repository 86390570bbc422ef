/*
 * curve.h - efficiency over the length of a task, for one backend under one schedule: which length
 * is to be measured next, and what METG follows.
 *
 * Lengths stand on a grid, each sqrt(2) times the one before, so that curves share the serial runs
 * that they are compared with. A curve begins in the middle, goes down by factors of 4 until it is
 * well below the least share, goes up likewise until it is efficient enough or gains no more, and
 * then halves the gaps around each crossing until neighbours on the grid enclose it, and takes the
 * next one on either side.
 */
#ifndef PARBENCH_BENCH_METG_CURVE_H
#define PARBENCH_BENCH_METG_CURVE_H

#include "bench/data/columns.h"
#include "bench/data/statistics.h"
#include "bench/launch/cell.h"

#define CURVE_GRID       41 /* lengths: 16 steps of spin to 16 million, which is about ns */
#define CURVE_NONE       CURVE_GRID
#define CURVE_SHARES_MAX 8

struct curve_shares {
    double values[CURVE_SHARES_MAX]; /* values[count], rising, each within 0 .. 1 */
    size_t count;
};

/* One row of metg_curve.csv. Texts are borrowed. What is not known is NaN. */
struct curve_point {
    const char *backend, *schedule;
    uint64_t chunk; /* as it was for this many tasks */
    uint64_t workers;
    double task_ns; /* serial's median wall time / tasks: how long the kernel really takes */
    uint64_t tasks, samples;
    double wall_ns;        /* median of one map */
    double granularity_ns; /* wall x cores that the machine gave / tasks = task_ns / efficiency */
    double efficiency, efficiency_low, efficiency_high; /* capacity_efficiency, see summary.h */
    const char *status;
    double worker_efficiency; /* speedup / workers, which also blames the backend for the host */
    double capacity;
    /* not columns: */
    size_t grid;        /* 0 .. CURVE_GRID-1 */
    double *replicates; /* of efficiency: replicates[STATISTICS_REPLICATES], owned */
};

#define CURVE_COLUMNS 15
extern const struct column curve_columns[CURVE_COLUMNS];

struct curve {
    struct cell cell; /* backend, workers, schedule; its work is another at each point */
    struct curve_point points[CURVE_GRID]; /* points[count], by rising length */
    size_t count;
};

/* One row of metg.csv. */
struct curve_metg {
    const char *backend, *schedule;
    uint64_t chunk; /* as it was asked for; 0: left to the backend */
    uint64_t workers;
    double efficiency;                         /* the share asked for */
    double metg_ns, metg_low_ns, metg_high_ns; /* a bound that lies outside of the curve is NaN */
    const char *status;
    char text[512]; /* what status points to, unless it is "ok" */
};

#define CURVE_METG_COLUMNS 9
extern const struct column curve_metg_columns[CURVE_METG_COLUMNS];

/* The steps of spin at this place of the grid. */
uint64_t curve_steps(size_t grid);

/* The place on the grid that the curve needs next, or CURVE_NONE. */
size_t curve_next(const struct curve *curve, const struct curve_shares *shares);

/* Adds a point at its place; the curve takes over its replicates. */
void curve_add(struct curve *curve, const struct curve_point *point);

/* Reads off the METG at this share; *metg must not move, as its status points into it. */
void curve_read(const struct curve *curve, double share, struct curve_metg *metg);

void curve_free(struct curve *curve);

#endif
