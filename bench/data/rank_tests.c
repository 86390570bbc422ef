#include "bench/data/rank_tests.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define EXACT_SIDE   20 /* values on each side, for Mann and Whitney */
#define EXACT_PAIRS  60 /* for Wilcoxon */
#define EXACT_SUMS   (EXACT_PAIRS * (EXACT_PAIRS + 1) / 2 + 1)
#define EXACT_COUNTS (EXACT_SIDE * EXACT_SIDE + 1)

struct ranked {
    double value; /* what is ranked */
    bool marked;  /* of the first side, or of a positive difference */
    double rank;  /* from 1; ties share their mean */
};

static int by_value(const void *left, const void *right)
{
    double a = ((const struct ranked *)left)->value, b = ((const struct ranked *)right)->value;
    return (a > b) - (a < b);
}

/* Ranks items[count]; returns the sum of t^3 - t over groups of t equal values: 0 without ties. */
static double rank_all(struct ranked items[], size_t count)
{
    double ties = 0;
    qsort(items, count, sizeof items[0], by_value);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && items[end].value == items[first].value; end++)
            ;
        double size = (double)(end - first);
        for (size_t i = first; i < end; i++)
            items[i].rank = (double)(first + 1 + end) / 2;
        ties += size * size * size - size;
    }
    return ties;
}

static double marked_sum(const struct ranked items[], size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += items[i].marked ? items[i].rank : 0;
    return sum;
}

/* The two-sided p of a statistic with this mean and variance that is normal, but for being whole:
 * hence half a step towards the mean. */
static double normal_p(double statistic, double mean, double variance)
{
    double distance = fabs(statistic - mean) - 0.5;
    if (variance <= 0 || distance <= 0)
        return 1;
    return 2 * gsl_cdf_ugaussian_Q(distance / sqrt(variance));
}

/* Twice the lesser tail of a distribution over 0 .. most that is symmetric. */
static double exact_p(const double frequency[], size_t most, double total, double statistic)
{
    double tail = 0, lesser = fmin(statistic, (double)most - statistic);
    for (size_t u = 0; (double)u <= lesser; u++)
        tail += frequency[u];
    return fmin(1, 2 * tail / total);
}

/* How often each U occurs among all arrangements of m and n values, in frequency[m * n + 1], by the
 * generating function: the product over i = 1 .. n of (1 - x^(m+i)) / (1 - x^i). Returns how many
 * arrangements there are. */
static double count_arrangements(double frequency[], size_t m, size_t n)
{
    const size_t most = m * n;
    double total = 0;
    for (size_t u = 0; u <= most; u++)
        frequency[u] = u == 0;
    for (size_t i = 1; i <= n; i++) {
        for (size_t u = most; u >= m + i; u--)
            frequency[u] -= frequency[u - m - i];
        for (size_t u = i; u <= most; u++)
            frequency[u] += frequency[u - i];
    }
    for (size_t u = 0; u <= most; u++)
        total += frequency[u];
    return total;
}

double rank_test_mann_whitney(const double a[], size_t a_count, const double b[], size_t b_count)
{
    double frequency[EXACT_COUNTS] = {0};
    const size_t count = a_count + b_count;
    struct ranked *items = a_count > 0 && b_count > 0 ? calloc(count, sizeof *items) : NULL;
    if (items == NULL)
        return NAN;
    for (size_t i = 0; i < count; i++)
        items[i] =
            (struct ranked){.value = i < a_count ? a[i] : b[i - a_count], .marked = i < a_count};
    const double ties = rank_all(items, count), m = (double)a_count, n = (double)b_count;
    const double u = marked_sum(items, count) - m * (m + 1) / 2;
    free(items);
    if (ties == 0 && a_count <= EXACT_SIDE && b_count <= EXACT_SIDE) {
        double total = count_arrangements(frequency, a_count, b_count);
        return exact_p(frequency, a_count * b_count, total, u);
    }
    const double both = m + n;
    return normal_p(u, m * n / 2, m * n / 12 * (both + 1 - ties / (both * (both - 1))));
}

/* How often each sum of positive ranks occurs among all signs of 1 .. n. Returns 2^n. */
static double count_signs(double frequency[], size_t n)
{
    const size_t most = n * (n + 1) / 2;
    for (size_t sum = 0; sum <= most; sum++)
        frequency[sum] = sum == 0;
    for (size_t rank = 1; rank <= n; rank++)
        for (size_t sum = most; sum >= rank; sum--)
            frequency[sum] += frequency[sum - rank];
    return ldexp(1, (int)n);
}

double rank_test_signed(const double differences[], size_t count)
{
    double frequency[EXACT_SUMS] = {0};
    struct ranked *items = count > 0 ? calloc(count, sizeof *items) : NULL;
    size_t kept = 0;
    if (items == NULL)
        return NAN;
    for (size_t i = 0; i < count; i++)
        if (differences[i] != 0)
            items[kept++] =
                (struct ranked){.value = fabs(differences[i]), .marked = differences[i] > 0};
    const double ties = rank_all(items, kept), n = (double)kept;
    const double sum = marked_sum(items, kept);
    free(items);
    if (kept == 0)
        return 1; /* all pairs are equal */
    if (ties == 0 && kept <= EXACT_PAIRS) {
        double total = count_signs(frequency, kept);
        return exact_p(frequency, kept * (kept + 1) / 2, total, sum);
    }
    return normal_p(sum, n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24 - ties / 48);
}
