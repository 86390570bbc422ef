#include "bench/data/statistics.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#define TAIL 0.025 /* on each side of a 95 % interval */
/* Efron & Tibshirani 13.3: at least 1000 for quantiles. */
#define REPLICATES STATISTICS_REPLICATES
#define SEED       25

const struct estimate estimate_unknown = {NAN, NAN, NAN};

/* One round's samples of both sides, each sorted. */
struct stratum {
    const struct observation *above, *below;
    size_t above_count, below_count;
};

void statistics_sort(double values[], size_t count)
{
    gsl_sort(values, 1, count);
}

double statistics_quantile(const double sorted[], size_t count, double q)
{
    return count == 0 ? NAN : gsl_stats_quantile_from_sorted_data(sorted, 1, count, q);
}

//> rank
/* The largest k with P(B <= k - 1) <= TAIL for B binomial (count, 1/2); 0: there is none. */
static size_t interval_rank(size_t count)
{
    size_t least = 0, most = count / 2; /* invariant: least fits (0 always), above most none does */
    while (least < most) {
        size_t k = (least + most + 1) / 2;
        if (gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)count) <= TAIL)
            least = k;
        else
            most = k - 1;
    }
    return least;
}
//< rank

struct estimate statistics_median(const double sorted[], size_t count, double *coverage)
{
    size_t rank = count == 0 ? 0 : interval_rank(count);
    if (rank == 0)
        rank = 1; /* too few samples: all that they span */
    if (coverage != NULL)
        *coverage = count == 0
                        ? NAN
                        : 1.0 - 2.0 * gsl_cdf_binomial_P((unsigned)rank - 1, 0.5, (unsigned)count);
    if (count == 0)
        return estimate_unknown;
    return (struct estimate){.value = gsl_stats_median_from_sorted_data(sorted, 1, count),
                             .low = sorted[rank - 1],
                             .high = sorted[count - rank]};
}

static int by_round_and_value(const void *left, const void *right)
{
    const struct observation *a = left, *b = right;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* How many observations from first on are of its round. */
static size_t round_count(const struct series *series, size_t first)
{
    size_t end = first;
    while (end < series->count &&
           series->observations[end].round == series->observations[first].round)
        end++;
    return end - first;
}

/* Writes the rounds that both series have into strata[]; returns how many. */
static size_t pair_rounds(const struct series *above, const struct series *below,
                          struct stratum strata[])
{
    size_t count = 0;
    for (size_t a = 0, b = 0; a < above->count && b < below->count;) {
        const struct observation *left = &above->observations[a];
        const struct observation *right = &below->observations[b];
        size_t left_count = round_count(above, a), right_count = round_count(below, b);
        if (left->round == right->round)
            strata[count++] = (struct stratum){left, right, left_count, right_count};
        a += left->round <= right->round ? left_count : 0;
        b += right->round <= left->round ? right_count : 0;
    }
    return count;
}

static double middle(const struct observation sorted[], size_t count)
{
    return (sorted[(count - 1) / 2].value + sorted[count / 2].value) / 2.0;
}

/*
 * The median of count samples drawn with replacement from sorted[count], without drawing them all.
 * A draw is sorted[floor(u * count)] with u uniform in (0, 1), which keeps the order of the u; so
 * only the middle ones of count sorted uniform numbers are needed. The k-th is beta distributed
 * (k, count + 1 - k); given it, the next is the least of count - k numbers uniform above it.
 * Source: Devroye, Non-Uniform Random Variate Generation, section V.3.
 */
static double redrawn_middle(gsl_rng *generator, const struct observation sorted[], size_t count)
{
    size_t k = (count + 1) / 2;
    double lower = gsl_ran_beta(generator, (double)k, (double)(count + 1 - k));
    double upper = lower;
    if (count % 2 == 0) {
        double share = pow(gsl_rng_uniform_pos(generator), 1.0 / (double)(count - k));
        upper = 1.0 - (1.0 - lower) * share;
    }
    size_t low = (size_t)(lower * (double)count), high = (size_t)(upper * (double)count);
    low = low < count ? low : count - 1; /* a beta variate may round to 1 */
    high = high < count ? high : count - 1;
    return (sorted[low].value + sorted[high].value) / 2.0;
}

/* The bootstrap's copy of the whole measurement: rounds drawn, then samples within each. */
static double redrawn_ratio(gsl_rng *generator, const struct stratum strata[], size_t count,
                            double ratios[])
{
    for (size_t i = 0; i < count; i++) {
        const struct stratum *drawn = &strata[gsl_rng_uniform_int(generator, count)];
        ratios[i] = redrawn_middle(generator, drawn->above, drawn->above_count) /
                    redrawn_middle(generator, drawn->below, drawn->below_count);
    }
    gsl_sort(ratios, 1, count);
    return gsl_stats_median_from_sorted_data(ratios, 1, count);
}

/* Draws the ratio over strata[count], count > 0; ratios[count] is scratch. */
static int redraw(const struct stratum strata[], size_t count, uint64_t seed, double ratios[],
                  double replicates[REPLICATES])
{
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    if (generator == NULL)
        return -ENOMEM;
    gsl_rng_set(generator, (unsigned long)seed);
    for (size_t i = 0; i < REPLICATES; i++)
        replicates[i] = redrawn_ratio(generator, strata, count, ratios);
    gsl_rng_free(generator);
    return 0;
}

/* The ratio over strata[count], count > 0; ratios[count] is scratch. */
static double ratio_of(const struct stratum strata[], size_t count, double ratios[])
{
    for (size_t i = 0; i < count; i++)
        ratios[i] = middle(strata[i].above, strata[i].above_count) /
                    middle(strata[i].below, strata[i].below_count);
    gsl_sort(ratios, 1, count);
    return gsl_stats_median_from_sorted_data(ratios, 1, count);
}

void statistics_interval(double replicates[REPLICATES], struct estimate *estimate)
{
    size_t rank = (size_t)(TAIL * REPLICATES); /* no interpolation: equal ones stay equal */
    gsl_sort(replicates, 1, REPLICATES);
    estimate->low = replicates[rank - 1];
    estimate->high = replicates[REPLICATES - rank];
}

/* The rounds that both series have, owned by the caller, with as many ratios[] as scratch; NULL:
 * no memory. Sorts the series. */
static struct stratum *make_strata(struct series *above, struct series *below, size_t *count,
                                   double **ratios)
{
    size_t most = above->count < below->count ? above->count : below->count;
    struct stratum *strata = calloc(most + 1, sizeof *strata);
    *ratios = calloc(most + 1, sizeof **ratios);
    *count = 0;
    if (strata == NULL || *ratios == NULL) {
        free(strata);
        free(*ratios);
        *ratios = NULL;
        return NULL;
    }
    if (most > 0) {
        qsort(above->observations, above->count, sizeof *above->observations, by_round_and_value);
        qsort(below->observations, below->count, sizeof *below->observations, by_round_and_value);
        *count = pair_rounds(above, below, strata);
    }
    return strata;
}

int statistics_redraw(struct series *above, struct series *below, uint64_t seed,
                      double replicates[REPLICATES])
{
    size_t count;
    double *ratios;
    struct stratum *strata = make_strata(above, below, &count, &ratios);
    if (strata == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < REPLICATES; i++)
        replicates[i] = NAN;
    int error = count > 0 ? redraw(strata, count, seed, ratios, replicates) : 0;
    free(ratios);
    free(strata);
    return error;
}

int statistics_ratio(struct series *above, struct series *below, struct estimate *ratio,
                     size_t *rounds)
{
    size_t count;
    double *ratios, *replicates = calloc(REPLICATES, sizeof *replicates);
    struct stratum *strata = make_strata(above, below, &count, &ratios);
    int error = strata == NULL || replicates == NULL ? -ENOMEM : 0;
    *ratio = estimate_unknown;
    if (error == 0 && count > 0) {
        ratio->value = ratio_of(strata, count, ratios);
        error = redraw(strata, count, SEED, ratios, replicates);
        if (error == 0)
            statistics_interval(replicates, ratio);
    }
    if (rounds != NULL)
        *rounds = count;
    free(ratios);
    free(strata);
    free(replicates);
    return error;
}
