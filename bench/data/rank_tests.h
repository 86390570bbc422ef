/*
 * rank_tests.h - whether two sets of times differ, by ranks alone: no distribution is assumed, and
 * an outlier counts no more than the greatest value does.
 *
 * Each returns the two-sided p value: how often chance alone would show at least such a difference,
 * were there none. Values must be independent of each other, as those of fresh processes are (their
 * medians), but not the samples of one process. NaN: no memory, or nothing to compare. No state; safe in any thread.
 */
#ifndef PARBENCH_BENCH_DATA_RANK_TESTS_H
#define PARBENCH_BENCH_DATA_RANK_TESTS_H

#include <stddef.h>

/*
 * Mann and Whitney's U of a[a_count] and b[b_count], independent samples. U counts the pairs with
 * a < b, ties as half. Exact for up to 20 values on each side without ties, by counting the
 * arrangements; else by the normal approximation with corrections for ties and for continuity.
 * Source: Mann & Whitney, Annals of Mathematical Statistics 18 (1947), for the recurrence; Lehmann,
 * Nonparametrics, 1.2 and 1.4, for the rest.
 */
double rank_test_mann_whitney(const double a[], size_t a_count, const double b[], size_t b_count);

/*
 * Wilcoxon's signed ranks of differences[count], which are those of pairs. Zeros are dropped. Exact
 * for up to 60 without ties, by counting the sums that signs can give; else by the normal
 * approximation with the same corrections.
 * Source: Wilcoxon, Biometrics Bulletin 1 (1945); Lehmann, Nonparametrics, 3.1 and 3.2.
 */
double rank_test_signed(const double differences[], size_t count);

#endif
