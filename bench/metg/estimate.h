/*
 * estimate.h - the METG that a measured curve shows, and its interval.
 *
 * Whether and about where the curve crosses the share is for crossing.h to say, by what was pooled.
 * If it does, the figure is that of the line around the crossing (fit.h), and that of two points
 * where there is no such line. Pure functions; safe in any thread.
 */
#ifndef PARBENCH_BENCH_METG_ESTIMATE_H
#define PARBENCH_BENCH_METG_ESTIMATE_H

#include "bench/data/statistics.h"
#include "bench/metg/crossing.h"

#define ESTIMATE_POINTS_MOST 64

struct estimate_curve {              /* borrowed; count <= ESTIMATE_POINTS_MOST */
    const double *length_ns;         /* length_ns[count], rising */
    const double *efficiency;        /* efficiency[count], as measured */
    const double *const *replicates; /* replicates[count][STATISTICS_REPLICATES], of efficiency; a
                                        point's may be NULL: it is then taken for exact */
    size_t count;
};

/* Only for CROSSING_WITHIN *metg is known; an end of its interval that lies outside of the curve is
 * NaN. *most: the greatest efficiency of what was pooled, if count > 0. */
enum crossing_place estimate_metg(const struct estimate_curve *curve, double share,
                                  struct estimate *metg, double *most);

#endif
