/*
 * starts.h - the model of a curve and its interval, from many process starts.
 *
 * What a process got when it started, its addresses and its cores, stays with it, so samples of one
 * start say little about the next. Each start therefore gives one figure for its point of the
 * curve, and whole rounds are drawn: in each round every point is measured by a start of its own,
 * so what the machine did during a round stays together. Reproducible; safe in any thread.
 */
#ifndef PARBENCH_BENCH_METG_STARTS_H
#define PARBENCH_BENCH_METG_STARTS_H

#include "bench/data/statistics.h"
#include "bench/metg/model.h"

struct starts {
    const double *inverse;         /* inverse[points][rounds]: 1 / efficiency; NaN: not measured */
    const double *task_ns, *tasks; /* each [points] */
    size_t points, rounds;         /* points <= MODEL_POINTS_MOST */
};

/* The model of each point's median over rounds, and its misfit; false: there is none. */
bool starts_fit(const struct starts *starts, struct model *model, double *misfit);

/*
 * The model as the bootstrap draws it: of n rounds n - 1 are drawn with replacement, the same for
 * all points. n - 1, since n rounds lie nearer to their own median than to the true one. false:
 * fewer than two rounds, or draws of which no model can be made.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, chapter 8; Rao & Wu, Resampling
 * Inference with Complex Survey Data, Journal of the American Statistical Association 83, 1988.
 */
bool starts_redraw(const struct starts *starts, struct model replicates[STATISTICS_REPLICATES]);

/* How much starts differ: what a start took, as a multiple of its point's median; the 90 % quantile
 * of these, of all points, over the 10 % quantile. 1: not at all; NaN: no point has two starts. */
double starts_spread(const struct starts *starts);

#endif
