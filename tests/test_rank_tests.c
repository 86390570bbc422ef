/*
 * Ranks against what is published and what brute force counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "bench/data/rank_tests.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.10g instead of %.10g", value, expected);
}

/* P(U <= 1) for 3 and 4 values is 2/35: of the 35 arrangements one gives 0 and one 1 (Mann &
 * Whitney 1947, table I: 0.057). */
static void small_tables_are_exact(void **state)
{
    (void)state;
    const double low[] = {1, 2, 4}, high[] = {3, 5, 6, 7};
    assert_near(rank_test_mann_whitney(low, 3, high, 4), 4.0 / 35, 1e-12);
    assert_near(rank_test_mann_whitney(high, 4, low, 3), 4.0 / 35, 1e-12);
    const double apart[] = {1, 2, 3, 4, 5}, above[] = {6, 7, 8, 9, 10};
    assert_near(rank_test_mann_whitney(apart, 5, above, 5), 2.0 / 252, 1e-12);
    const double differences[] = {1, 2, 3, 4, 5, 6}; /* all of one sign: 2 / 2^6 */
    assert_near(rank_test_signed(differences, 6), 2.0 / 64, 1e-12);
    const double mixed[] = {-1, 2, 3, 4, 5, 6, 7, 8}; /* sums 0 and 1: 2 * 2 / 2^8 */
    assert_near(rank_test_signed(mixed, 8), 4.0 / 256, 1e-12);
}

/* All ways to choose which of the ranks 1 .. m+n are a's. */
static void exact_p_is_what_counting_gives(void **state)
{
    (void)state;
    const double a[] = {0.3, 1.1, 2.0, 5.5}, b[] = {0.1, 0.2, 0.9, 1.0, 1.5};
    int as_far = 0, all = 0;
    const double mean = 10;
    double greater = 0;
    for (size_t i = 0; i < COUNT(a); i++)
        for (size_t j = 0; j < COUNT(b); j++)
            greater += a[i] > b[j];
    for (unsigned set = 0; set < 1u << 9; set++) {
        if (__builtin_popcount(set) != 4)
            continue;
        double pairs = 0;
        for (int i = 0; i < 9; i++)
            for (int j = 0; j < i; j++)
                pairs += (set >> i & 1) && !(set >> j & 1);
        all++;
        as_far += fabs(pairs - mean) >= fabs(greater - mean);
    }
    assert_int_equal(all, 126);
    assert_near(rank_test_mann_whitney(a, COUNT(a), b, COUNT(b)), (double)as_far / all, 1e-12);
}

static void ties_and_large_samples_are_normal(void **state)
{
    (void)state;
    double a[200], b[200], shifted[200];
    for (size_t i = 0; i < 200; i++) {
        a[i] = (double)(i * 7919 % 200);
        b[i] = (double)(i * 104729 % 200);
        shifted[i] = b[i] + 30;
    }
    assert_near(rank_test_mann_whitney(a, 200, b, 200), 1, 1e-9); /* the same values */
    assert_true(rank_test_mann_whitney(a, 200, shifted, 200) < 1e-4);
    const double same[] = {5, 5, 5, 5};
    assert_near(rank_test_mann_whitney(same, 4, same, 4), 1, 1e-12);
    double signs[100];
    for (size_t i = 0; i < 100; i++)
        signs[i] = i % 2 == 0 ? 1 : -1;
    assert_near(rank_test_signed(signs, 100), 1, 1e-9);
}

/* The exact distributions pass into the normal one without a step. */
static void exact_and_normal_agree(void **state)
{
    (void)state;
    double a[21], b[21], differences[63];
    for (size_t i = 0; i < 21; i++) {
        a[i] = (double)i;
        b[i] = (double)i + 4.5;
    }
    double exact = rank_test_mann_whitney(a, 20, b, 20);
    double normal = rank_test_mann_whitney(a, 21, b, 21);
    assert_true(fabs(log(exact / normal)) < 0.7);
    for (size_t i = 0; i < 63; i++)
        differences[i] = i % 3 == 0 ? -(double)(i + 1) : (double)(i + 1);
    exact = rank_test_signed(differences, 60);
    normal = rank_test_signed(differences, 63);
    assert_true(fabs(log(exact / normal)) < 0.7);
}

static void nothing_gives_no_figure(void **state)
{
    (void)state;
    const double one[] = {1};
    assert_true(isnan(rank_test_mann_whitney(one, 0, one, 1)));
    assert_true(isnan(rank_test_mann_whitney(one, 1, one, 0)));
    assert_true(isnan(rank_test_signed(one, 0)));
    const double zeros[] = {0, 0, 0};
    assert_near(rank_test_signed(zeros, 3), 1, 1e-12);
    assert_near(rank_test_mann_whitney(one, 1, one, 1), 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_tables_are_exact),
        cmocka_unit_test(exact_p_is_what_counting_gives),
        cmocka_unit_test(ties_and_large_samples_are_normal),
        cmocka_unit_test(exact_and_normal_agree),
        cmocka_unit_test(nothing_gives_no_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
