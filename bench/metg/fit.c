#include "bench/metg/fit.h"

#include <math.h>

#define REACH        8.0 /* a point that is longer or shorter by this factor has no weight */
#define POINTS_LEAST 3
#define MARGIN       0.03 /* efficiency is taken as no nearer to 0 and 1: noise goes beyond both */
#define HOLD         1.0 /* towards slope 1: about as much as points of a curve spread, ln(2.7) squared */

struct line {
    double level, slope; /* logit(efficiency) = level + slope * ln(length / at) */
};

static double logit(double share)
{
    return log(share / (1 - share));
}

static double within_margins(double efficiency)
{
    return fmin(fmax(efficiency, MARGIN), 1 - MARGIN);
}

static double weight_of(double distance, double efficiency)
{
    double near = fabs(distance) / log(REACH);
    double noise = efficiency * (1 - efficiency);
    return near < 1 ? pow(1 - near * near * near, 3) * noise * noise : 0;
}

/* The line of least squares; false: there is none. */
static bool lay(const double length_ns[], const double efficiency[], size_t count, double at_ns,
                struct line *line)
{
    double sum = 0, x_sum = 0, y_sum = 0, xx_sum = 0, xy_sum = 0;
    size_t points = 0;
    for (size_t i = 0; i < count; i++) {
        double share = within_margins(efficiency[i]);
        double x = log(length_ns[i] / at_ns), y = logit(share), weight = weight_of(x, share);
        points += weight > 0;
        sum += weight;
        x_sum += weight * x;
        y_sum += weight * y;
        xx_sum += weight * x * x;
        xy_sum += weight * x * y;
    }
    if (points < POINTS_LEAST)
        return false;
    double x_mean = x_sum / sum, y_mean = y_sum / sum;
    double spread = xx_sum / sum - x_mean * x_mean, common = xy_sum / sum - x_mean * y_mean;
    line->slope = (common + HOLD * 1.0) / (spread + HOLD);
    line->level = y_mean - line->slope * x_mean;
    return common > 0;
}

/* With efficiency e, length / e changes with ln(length) as 1 - slope * (1 - e): it is least where
 * that is 0, if this is above the share. */
bool fit_granularity(const double length_ns[], const double efficiency[], size_t count,
                     double share, double at_ns, double *found_ns, double *granularity_ns)
{
    struct line line;
    if (share <= MARGIN || share >= 1 - MARGIN || !lay(length_ns, efficiency, count, at_ns, &line))
        return false;
    double best = fmax(share, 1 - 1 / line.slope);
    *found_ns = at_ns * exp((logit(best) - line.level) / line.slope);
    *granularity_ns = *found_ns / best;
    return true;
}
