/*
 * curve.h - efficiency over the length of a task, for one backend under one schedule: which lengths
 * are to be measured, and what METG follows.
 *
 * Lengths stand on a grid, each sqrt(2) times the one before, so that curves share the serial runs
 * that they are compared with. First a curve is scanned, with one start for each length: from the
 * middle down by factors of 4 until it is well below the least share, and up likewise until it is
 * efficient enough or gains no more; where that start was disturbed, or no cost of a task could
 * bend a curve so, with up to two more. Then some places around what was found are measured in
 * every round, each time by a new start, in long maps and one of them in short maps also. From
 * these alone comes what is said (model.h, starts.h).
 */
#ifndef PARBENCH_BENCH_METG_CURVE_H
#define PARBENCH_BENCH_METG_CURVE_H

#include "bench/data/baseline.h"
#include "bench/data/columns.h"
#include "bench/data/statistics.h"
#include "bench/launch/cell.h"
#include "bench/metg/model.h"

#define CURVE_GRID       41 /* lengths: 16 steps of spin to 16 million, which is about ns */
#define CURVE_NONE       CURVE_GRID
#define CURVE_SHARES_MAX 8
#define CURVE_LENGTHS    4                   /* measured in every round */
#define CURVE_PLACES     (CURVE_LENGTHS + 1) /* with the one that short maps measure also */
#define CURVE_POINTS     (CURVE_GRID + CURVE_PLACES)

struct curve_shares {
    double values[CURVE_SHARES_MAX]; /* values[count], rising, each within 0 .. 1 */
    size_t count;
};

enum curve_map { CURVE_LONG, CURVE_SHORT };

struct curve_place {
    size_t grid; /* 0 .. CURVE_GRID-1 */
    enum curve_map map;
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
    double efficiency, efficiency_low,
        efficiency_high; /* capacity_efficiency, see summary.h:
                            median of starts, interval between them */
    const char *status;
    double worker_efficiency; /* speedup / workers, which also blames the backend for the host */
    double capacity;
    const char *map;                          /* "scan" (before the rounds), "long", "short" */
    uint64_t starts;                          /* processes that measured it */
    double least_efficiency, most_efficiency; /* of one start */
    uint64_t disturbed;                       /* of the samples */
    double floor_ns; /* of the wall time for a task: our own book-keeping around the kernel */
    /* not columns: */
    struct curve_place place;
    bool planned;                  /* measured in every round, not just scanned */
    unsigned scans;                /* that were made of it, if not planned */
    struct baseline_round *rounds; /* rounds[starts], owned */
    bool serial_disturbed;         /* so much that nothing is to be concluded */
    double
        others; /* processor time that others used, as a share of the time of disturbed samples */
};

#define CURVE_COLUMNS 21
extern const struct column curve_columns[CURVE_COLUMNS];

struct curve {
    struct cell cell; /* backend, workers, schedule; its work is another at each point */
    struct curve_point points[CURVE_POINTS]; /* points[count], by rising length */
    size_t count;
};

/* One row of metg.csv. Costs are wall time: core time divided by the capacity. */
struct curve_metg {
    const char *backend, *schedule;
    uint64_t chunk; /* as it was asked for; 0: left to the backend */
    uint64_t workers;
    double efficiency;                         /* the share asked for */
    double metg_ns, metg_low_ns, metg_high_ns; /* a bound that lies outside of the curve is NaN */
    const char *status;
    double map_ns, map_low_ns, map_high_ns;          /* a: cost of a map */
    double task_ns, task_low_ns, task_high_ns;       /* c: cost of a task */
    double placement, placement_low, placement_high; /* b: share of time that adds to work */
    double capacity;
    uint64_t starts;     /* of the point that has the fewest */
    double start_spread; /* see starts.h */
    double misfit;       /* of the model, as a share */
    double floor_ns;     /* METG if only our own book-keeping cost anything */
    char text[512];      /* what status points to */
};

#define CURVE_METG_COLUMNS 23
extern const struct column curve_metg_columns[CURVE_METG_COLUMNS];

/* The steps of spin at this place of the grid. */
uint64_t curve_steps(size_t grid);

/* The place on the grid that is to be scanned next, or CURVE_NONE. */
size_t curve_scan(const struct curve *curve, const struct curve_shares *shares);

/* The places that are to be measured in every round; returns how many, 0 where a scan failed. */
size_t curve_plan(const struct curve *curve, const struct curve_shares *shares,
                  struct curve_place places[CURVE_PLACES]);

/* Adds a point at its place; the curve takes over its rounds. A planned one replaces what is there;
 * of two scans the better one stays. */
void curve_add(struct curve *curve, const struct curve_point *point);

/* Reads off the METG at each of the shares into rows[shares->count], which must not move, as their
 * status points into them. Returns 0 or -ENOMEM. */
int curve_read(const struct curve *curve, const struct curve_shares *shares,
               struct curve_metg rows[]);

void curve_free(struct curve *curve);

#endif
