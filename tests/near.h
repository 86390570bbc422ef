/* near.h - figures that may differ by rounding. To be included after cmocka.h. */
#ifndef PARBENCH_TESTS_NEAR_H
#define PARBENCH_TESTS_NEAR_H

#include <math.h>

static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, expected, tolerance);
}

#endif
