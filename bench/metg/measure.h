/*
 * measure.h - measures the curves: scans them, one length after the other, each for all curves that
 * need it, and then measures in each round all places that any of them needs.
 */
#ifndef PARBENCH_BENCH_METG_MEASURE_H
#define PARBENCH_BENCH_METG_MEASURE_H

#include "bench/metg/curve.h"
#include "bench/suite/runner.h"

struct metg {
    struct options *options; /* its one workload is the length being measured */
    const struct curve_shares *shares;
    struct runner runner;
    struct matrix matrix;
    struct curve *curves;        /* curves[matrix.count], one for each cell; that of the baseline,
                                    which is cell 0, stays empty */
    struct sample_table samples; /* of all lengths */
    struct sample_table *rows;   /* rows[matrix.count][CURVE_PLACES]: of the places in plans */
    struct sample_table serial[CURVE_GRID]; /* of all rounds */
    unsigned scans[CURVE_GRID];             /* so far, of each length */
    struct metg_plan {
        struct curve_place places[CURVE_PLACES]; /* places[count] */
        size_t count;
    } * plans;        /* plans[matrix.count] */
    uint64_t span_ns; /* between the begins of the first round and the last one */
    char message[RUNNER_MESSAGE_BYTES];
};

/* Finds the curves, takes signals and opens the files of -o. Returns 0 or a negative errno;
 * metg_close must follow in both cases. */
int metg_open(struct metg *metg, struct options *options, const struct curve_shares *shares,
              int argc, char **argv);

/* Measures until no curve needs another length, or a signal comes. Returns 0, also if cells failed,
 * or a negative errno; the curves hold what was measured. */
int metg_measure(struct metg *metg);

void metg_close(struct metg *metg);

#endif
