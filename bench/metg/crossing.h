/*
 * crossing.h - where a curve of efficiency over task length crosses a share, by its points alone:
 * whereabouts METG lies, which model.h then says.
 *
 * A curve is length_ns[count], rising, with efficiency[count] beside it. What is measured is noisy
 * and may cross a share several times; what is sought has one answer only if longer tasks are never
 * less efficient. So the curve is first made to rise in the way that changes it least, and then
 * read off between two points, on a logarithmic scale of lengths. Nothing is ever extrapolated.
 * Pure functions; safe in any thread.
 */
#ifndef PARBENCH_BENCH_METG_CROSSING_H
#define PARBENCH_BENCH_METG_CROSSING_H

#include <stddef.h>

/*
 * Makes efficiency[count] non-decreasing, as close to what it was as can be (least squares):
 * neighbours in the wrong order are pooled and get their mean, until none are left.
 * Source: the pool-adjacent-violators algorithm; Ayer et al., Annals of Mathematical Statistics
 * 26:4, 1955; Robertson, Wright & Dykstra, Order Restricted Statistical Inference, section 1.2.
 */
void crossing_smooth(double efficiency[], size_t count);

enum crossing_place {
    CROSSING_WITHIN, /* between two points, or at one */
    CROSSING_BELOW,  /* the shortest task is efficient enough: it lies at some shorter one */
    CROSSING_NEVER   /* no task is, or there are none */
};

/* Finds the shortest length at which smooth[count], which must not fall, reaches share. Only for
 * CROSSING_WITHIN *at_ns is set, and *above, the first point that reaches it (so it lies between
 * above - 1 and above). */
enum crossing_place crossing_find(const double length_ns[], const double smooth[], size_t count,
                                  double share, double *at_ns, size_t *above);

#endif
