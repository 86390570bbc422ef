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
 * The model as the bootstrap draws it: three of the rounds (of three or two, one less) with
 * replacement, the same for all points. As many as there are would do if rounds were independent;
 * but those of one run share what the machine does for minutes, and two runs differ by more than
 * their rounds do: of 14 runs of pipes, the intervals from n - 1 of 8 rounds held the median of all
 * runs in two thirds. Three of eight make them about as wide as from the least to the greatest of
 * the eight, which is what bench/survey/starts.h has for single figures. false: fewer than two
 * rounds, or draws of which no model can be made.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, chapter 8; Bickel, Goetze & van
 * Zwet, Resampling Fewer Than n Observations, Statistica Sinica 7, 1997.
 */
bool starts_redraw(const struct starts *starts, struct model replicates[STATISTICS_REPLICATES]);

/* How much starts differ: what a start took, as a multiple of its point's median; the 90 % quantile
 * of these, of all points, over the 10 % quantile. 1: not at all; NaN: no point has two starts. */
double starts_spread(const struct starts *starts);

#endif
