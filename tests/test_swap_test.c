/*
 * The swap test: what it must find, what it must not, and how often it errs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "bench/data/swap_test.h"

#define PAIRS 50

/* A uniform number in (0, 1): Marsaglia's xorshift64. */
static double draw(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return ((double)(*random >> 11) + 0.5) / 9007199254740992.0;
}

/* A least time of a round on a machine that others disturb: 1, a little, and sometimes much. */
static double disturbed(uint64_t *random)
{
    double little = 0.03 * draw(random);
    return draw(random) < 0.5 ? 1 + little : 1 + little - log(draw(random));
}

static void make(uint64_t *random, double factor, double above[PAIRS], double below[PAIRS])
{
    for (size_t i = 0; i < PAIRS; i++) {
        above[i] = factor * disturbed(random);
        below[i] = disturbed(random);
    }
}

/* In how many of 100 tries p is below a level. */
static unsigned found(double factor, double level)
{
    uint64_t random = 88172645463325252u;
    unsigned count = 0;
    for (unsigned i = 0; i < 100; i++) {
        double above[PAIRS], below[PAIRS], p;
        struct estimate ratio;
        make(&random, factor, above, below);
        assert_int_equal(swap_test(above, below, PAIRS, &ratio, &p), 0);
        count += p < level;
    }
    return count;
}

static void five_percent_are_found(void **state)
{
    (void)state;
    assert_true(found(1.05, 0.005) >= 95);
    assert_true(found(0.95, 0.005) >= 95);
}

/* At the level of 5 %, 100 tries err 5 times on average, and 12 times or more once in 200. */
static void it_holds_its_level(void **state)
{
    (void)state;
    assert_true(found(1, 0.05) < 12);
    assert_true(found(1, 0.005) < 4);
}

static void the_ratio_is_that_of_the_least(void **state)
{
    double above[PAIRS], below[PAIRS], p;
    struct estimate ratio;
    (void)state;
    for (size_t i = 0; i < PAIRS; i++) {
        above[i] = i < 25 ? 105 : 1000;
        below[i] = i < 25 ? 100 : 5000;
    }
    assert_int_equal(swap_test(above, below, PAIRS, &ratio, &p), 0);
    assert_true(fabs(ratio.value - 1.05) < 1e-9);
    assert_true(ratio.low <= 1.05 + 1e-9 && ratio.high >= 1.05 - 1e-9);
}

/* Three pairs have 8 swaps, two of which are as far apart as all on one side: p = 1/4. */
static void few_pairs_have_a_large_p(void **state)
{
    const double above[] = {2, 3, 4}, below[] = {1, 1.5, 1.9};
    struct estimate ratio;
    double p;
    (void)state;
    assert_int_equal(swap_test(above, below, 3, &ratio, &p), 0);
    assert_true(p > 0.2);
}

static void equal_sides_do_not_differ(void **state)
{
    const double times[] = {3, 1, 2, 5, 4};
    struct estimate ratio;
    double p;
    (void)state;
    assert_int_equal(swap_test(times, times, 5, &ratio, &p), 0);
    assert_true(p == 1 && ratio.value == 1 && ratio.low == 1 && ratio.high == 1);
    assert_int_equal(swap_test(times, times, 0, &ratio, &p), 0);
    assert_true(isnan(p) && isnan(ratio.value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_percent_are_found),
        cmocka_unit_test(it_holds_its_level),
        cmocka_unit_test(the_ratio_is_that_of_the_least),
        cmocka_unit_test(few_pairs_have_a_large_p),
        cmocka_unit_test(equal_sides_do_not_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
