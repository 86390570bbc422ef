#include "bench/metg/crossing.h"

#include <math.h>

enum crossing_place crossing_find(const double length_ns[], const double efficiency[], size_t count,
                                  double share, double *at_ns, size_t *above)
{
    size_t i = 0;
    while (i < count && efficiency[i] < share)
        i++;
    if (i == count)
        return CROSSING_NEVER;
    if (i == 0)
        return CROSSING_BELOW;
    double part = (share - efficiency[i - 1]) / (efficiency[i] - efficiency[i - 1]);
    *at_ns = length_ns[i - 1] * pow(length_ns[i] / length_ns[i - 1], part);
    *above = i;
    return CROSSING_WITHIN;
}
