#include "bench/survey/starts.h"

#include <math.h>

#include "bench/data/columns.h"

#define GROUP_LEAST 2
#define RATIO_LEAST 1.2 /* of the slower group's least to the faster one's greatest */
#define GAP_LEAST   2.0 /* between the groups, in widths of the wider one */

/* Those that are there, sorted; returns how many. */
static size_t gather(const struct starts_field *field, size_t count, double values[STARTS_MOST])
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < STARTS_MOST; i++) {
        double value = real_at(field->first, i * field->stride);
        if (!isnan(value))
            values[found++] = value;
    }
    statistics_sort(values, found);
    return found;
}

struct estimate starts_estimate(const struct starts_field *field, size_t count, double *coverage)
{
    double values[STARTS_MOST];
    size_t found = gather(field, count, values);
    if (coverage != NULL)
        *coverage = found > 0 ? 1 - ldexp(2, -(int)found) : (double)NAN;
    if (found == 0)
        return estimate_unknown;
    return (struct estimate){statistics_quantile(values, found, 0.5), values[0], values[found - 1]};
}

static double widest(const double sorted[], size_t split, size_t count)
{
    return fmax(sorted[split - 1] - sorted[0], sorted[count - 1] - sorted[split]);
}

struct starts_modes starts_find_modes(const struct starts_field *field, size_t count)
{
    double values[STARTS_MOST];
    size_t found = gather(field, count, values), split = 0;
    double gap = 0;
    for (size_t i = GROUP_LEAST; i + GROUP_LEAST <= found; i++) {
        if (values[i] - values[i - 1] > gap) {
            gap = values[i] - values[i - 1];
            split = i;
        }
    }
    if (split == 0 || gap < GAP_LEAST * widest(values, split, found) ||
        values[split] < RATIO_LEAST * values[split - 1])
        return (struct starts_modes){0, 0, NAN, NAN};
    return (struct starts_modes){split, found - split, statistics_quantile(values, split, 0.5),
                                 statistics_quantile(values + split, found - split, 0.5)};
}
