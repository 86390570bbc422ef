#include "bench/metg/estimate.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/metg/fit.h"
#include "common/check.h"

#define STEPS_MOST 50
#define AT_REST    1e-3 /* of a factor: a thousandth */

/* The METG by two points, of what was pooled. smooth[count] gets that; *at_ns the crossing. */
static enum crossing_place find_metg(const double length_ns[], const double efficiency[],
                                     size_t count, double share, double smooth[], double *at_ns,
                                     double *metg_ns)
{
    size_t above;
    memcpy(smooth, efficiency, count * sizeof *smooth);
    crossing_smooth(smooth, count);
    enum crossing_place place = crossing_find(length_ns, smooth, count, share, at_ns, &above);
    if (place == CROSSING_WITHIN)
        *metg_ns = crossing_granularity(length_ns, smooth, count, share, *at_ns, above);
    return place;
}

/* The METG of a replicate: by a line around the curve's own crossing, or, where it has none, by two
 * points; outside of the curve it is 0 or infinite. */
static double read_replicate(const double length_ns[], const double efficiency[], size_t count,
                             double share, double around_ns)
{
    double smooth[ESTIMATE_POINTS_MOST], at_ns, metg_ns;
    if (fit_granularity(length_ns, efficiency, count, share, around_ns, &at_ns, &metg_ns))
        return at_ns < length_ns[0] ? 0 : at_ns > length_ns[count - 1] ? INFINITY : metg_ns;
    switch (find_metg(length_ns, efficiency, count, share, smooth, &at_ns, &metg_ns)) {
    case CROSSING_WITHIN:
        return metg_ns;
    case CROSSING_BELOW:
        return 0;
    default:
        return INFINITY;
    }
}

/* Each replicate of the whole curve is read around the same place: that the place itself is not
 * certain shows in where its line crosses. */
static void find_interval(const struct estimate_curve *curve, double share, double around_ns,
                          struct estimate *metg)
{
    double replicates[STATISTICS_REPLICATES], efficiency[ESTIMATE_POINTS_MOST];
    for (size_t k = 0; k < STATISTICS_REPLICATES; k++) {
        for (size_t i = 0; i < curve->count; i++)
            efficiency[i] =
                curve->replicates[i] != NULL ? curve->replicates[i][k] : curve->efficiency[i];
        replicates[k] =
            read_replicate(curve->length_ns, efficiency, curve->count, share, around_ns);
    }
    statistics_interval(replicates, metg);
    if (metg->low <= 0)
        metg->low = NAN;
    if (!isfinite(metg->high))
        metg->high = NAN;
}

/* Moves *at_ns, where two points cross, to where the line around it does, and on from there: the
 * points that count are then those around the line's crossing. Returns whether it came to rest
 * within what was measured; then *metg_ns is the line's. */
static bool settle(const struct estimate_curve *curve, double share, double *at_ns, double *metg_ns)
{
    const double *length_ns = curve->length_ns;
    double at = *at_ns, next, found_ns;
    for (int step = 0; step < STEPS_MOST; step++) {
        if (!fit_granularity(length_ns, curve->efficiency, curve->count, share, at, &next,
                             &found_ns) ||
            next < length_ns[0] || next > length_ns[curve->count - 1])
            return false;
        if (fabs(log(next / at)) < AT_REST) {
            *at_ns = next;
            *metg_ns = found_ns;
            return true;
        }
        at = next;
    }
    return false;
}

enum crossing_place estimate_metg(const struct estimate_curve *curve, double share,
                                  struct estimate *metg, double *most)
{
    const size_t count = curve->count;
    double smooth[ESTIMATE_POINTS_MOST], at_ns;
    CHECK(count <= ESTIMATE_POINTS_MOST);
    *metg = estimate_unknown;
    enum crossing_place place =
        find_metg(curve->length_ns, curve->efficiency, count, share, smooth, &at_ns, &metg->value);
    if (count > 0)
        *most = smooth[count - 1];
    if (place != CROSSING_WITHIN)
        return place;
    settle(curve, share, &at_ns, &metg->value);
    find_interval(curve, share, at_ns, metg);
    return place;
}
