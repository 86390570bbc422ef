/*
 * fit.h - a curve of efficiency around its crossing, by all the points there.
 *
 * Between two points only these two count, and each is as noisy as the machine. But where handing
 * out a task costs a fixed time c, efficiency is length / (length + c), hence
 *
 *     logit(efficiency) = ln(efficiency / (1 - efficiency)) = ln(length) - ln(c)
 *
 * is a line of slope 1. Near a crossing it still is about a line where c changes slowly with the
 * length, or where not even long tasks are quite efficient; then its slope is another. So a line is
 * laid through the points around the crossing, of which there are some six, by weighted least
 * squares. Weights fall with the distance, to 0 at a factor of 8 (tricube), and follow the noise:
 * an error of d in efficiency is one of d / (efficiency (1 - efficiency)) in its logit. Six noisy
 * points tell a level well and a slope badly, and a wrong slope moves the crossing; so the slope is
 * held towards 1, as if as many points again had shown just that (ridge regression). Pure
 * functions; safe in any thread.
 *
 * Sources: Cleveland, Robust Locally Weighted Regression and Smoothing Scatterplots, Journal of the
 * American Statistical Association 74:368, 1979 (local lines, tricube weights); Hoerl & Kennard,
 * Ridge Regression, Technometrics 12:1, 1970.
 */
#ifndef PARBENCH_BENCH_METG_FIT_H
#define PARBENCH_BENCH_METG_FIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The least length / efficiency of such a line from where it reaches share up: that is at the share
 * but where efficiency falls so steeply that shorter tasks take longer, all in all. The line is
 * laid through the points of length_ns[count], efficiency[count] (as measured, not smoothed) around
 * at_ns. Returns false, and leaves the outputs alone, where there is no such line: fewer than three
 * points, or what they show does not rise as efficiency does. *found_ns is where it is; that
 * may lie outside of what was measured, which is for the caller to refuse: nothing is extrapolated.
 */
bool fit_granularity(const double length_ns[], const double efficiency[], size_t count,
                     double share, double at_ns, double *found_ns, double *granularity_ns);

#endif
