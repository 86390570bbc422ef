#include "bench/metg/crossing.h"

#include <math.h>

void crossing_smooth(double efficiency[], size_t count)
{
    for (size_t end = 1; end < count; end++) {
        /* Invariant: what is before end does not fall. The last value joins the block before it as
         * long as that block is higher than what has been pooled. */
        double sum = efficiency[end];
        size_t begin = end;
        while (begin > 0 && efficiency[begin - 1] > sum / (double)(end - begin + 1)) {
            double pooled = efficiency[begin - 1];
            while (begin > 0 && efficiency[begin - 1] == pooled)
                sum += efficiency[--begin];
        }
        for (size_t i = begin; i <= end && begin < end; i++)
            efficiency[i] = sum / (double)(end - begin + 1);
    }
}

enum crossing_place crossing_find(const double length_ns[], const double smooth[], size_t count,
                                  double share, double *at_ns, size_t *above)
{
    size_t i = 0;
    while (i < count && smooth[i] < share)
        i++;
    if (i == count)
        return CROSSING_NEVER;
    if (i == 0)
        return CROSSING_BELOW;
    double part = (share - smooth[i - 1]) / (smooth[i] - smooth[i - 1]);
    *at_ns = length_ns[i - 1] * pow(length_ns[i] / length_ns[i - 1], part);
    *above = i;
    return CROSSING_WITHIN;
}
