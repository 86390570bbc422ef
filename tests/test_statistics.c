/*
 * Statistics against figures known from elsewhere and against simulation.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "bench/data/statistics.h"
#include "near.h"

#define TRIALS 3000 /* of a simulation: one standard error is 0.4 % */

static void assert_estimate(struct estimate estimate, double value, double low, double high)
{
    assert_near(estimate.value, value, 1e-9);
    assert_near(estimate.low, low, 1e-9);
    assert_near(estimate.high, high, 1e-9);
}

/* --- medians -----------------------------------------------------------------------------------
 */

static void quantiles_interpolate(void **state)
{
    (void)state;
    double values[] = {40, 10, 30, 20};
    statistics_sort(values, 4);
    assert_near(statistics_quantile(values, 4, 0.0), 10, 0);
    assert_near(statistics_quantile(values, 4, 0.5), 25, 1e-12);
    assert_near(statistics_quantile(values, 4, 0.9), 37, 1e-12); /* R: quantile(type = 7) */
    assert_near(statistics_quantile(values, 4, 1.0), 40, 0);
    assert_near(statistics_quantile(values, 1, 0.9), 10, 0);
    assert_true(isnan(statistics_quantile(values, 0, 0.5)));
}

/* By the formulas of statistics.h, computed elsewhere in whole numbers; k and its coverage are as
 * tables of nonparametric intervals for the median print them. */
static void median_intervals_have_the_tabled_ranks(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        double low, high; /* ranks from 1 */
        double coverage;
    } table[] = {
        {1, 1, 1, 0.0},
        {2, 1, 2, 0.5},
        {3, 1, 3, 0.75},
        {5, 1, 5, 0.9375},
        {6, 1.357142857, 5.642857143, 0.95},
        {7, 1.733333, 6.266667, 0.95},
        {8, 1.935644, 7.064356, 0.95},
        {9, 2.227907, 7.772093, 0.95},
        {10, 2.657658, 8.342342, 0.95},
        {20, 6.235234, 14.764766, 0.95},
        {50, 18.671738, 32.328262, 0.95},
        {100, 40.763201, 60.236799, 0.95},
    };
    double values[100], coverage;
    for (size_t i = 0; i < 100; i++)
        values[i] = (double)(i + 1);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct estimate median = statistics_median(values, table[i].count, &coverage);
        assert_near(median.value, ((double)table[i].count + 1) / 2, 1e-9);
        assert_near(median.low, table[i].low, 1e-6);
        assert_near(median.high, table[i].high, 1e-6);
        assert_near(coverage, table[i].coverage, 1e-12);
        assert_near(statistics_coverage(table[i].count), table[i].coverage, 1e-12);
    }
    assert_true(isnan(statistics_median(values, 0, &coverage).low));
    assert_true(isnan(coverage) && isnan(statistics_coverage(0)));
}

/* Of skewed samples, the interval holds the true median as often as it says. */
static void median_intervals_cover(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    static const size_t counts[] = {3, 7, 15, 40};
    for (size_t i = 0; i < 4; i++) {
        double values[40], coverage = 0;
        int covered = 0, trials = 4000;
        for (int trial = 0; trial < trials; trial++) {
            for (size_t j = 0; j < counts[i]; j++)
                values[j] = 5 + gsl_ran_exponential(generator, 1.0);
            statistics_sort(values, counts[i]);
            struct estimate median = statistics_median(values, counts[i], &coverage);
            covered += median.low <= 5 + M_LN2 && 5 + M_LN2 <= median.high;
        }
        assert_near((double)covered / trials, coverage, 0.025); /* over 3 standard errors */
    }
    gsl_rng_free(generator);
}

/* --- clustered samples -------------------------------------------------------------------------
 */

static void each_start_gives_one_figure(void **state)
{
    (void)state;
    struct observation values[] = {{4, 7}, {0, 1}, {9, 30}, {0, 3},
                                   {4, 5}, {0, 2}, {4, 9},  {9, 50}};
    struct series series = {values, 8};
    struct clustered figure;
    assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
    assert_estimate(figure.estimate, 7, 2, 40); /* of 2, 7 and 40 */
    assert_near(figure.coverage, 0.75, 1e-12);
    assert_int_equal(figure.starts, 3);
    assert_near(figure.within, 1.0 / 7, 1e-12); /* of 0.5 / 2, 1 / 7 and 5 / 40 */
    assert_int_equal(statistics_clustered(&series, 1.0, &figure), 0);
    assert_estimate(figure.estimate, 9, 3, 50); /* of the greatest: 3, 9 and 50 */
}

static void quantiles_of_starts_are_those_of_all_samples(void **state)
{
    (void)state;
    struct observation values[7];
    double sorted[7];
    struct series series = {values, 7};
    struct clustered figure;
    for (size_t i = 0; i < 7; i++) {
        sorted[i] = (double)(i * i + 3);
        values[6 - i] = (struct observation){5, sorted[i]};
    }
    for (double q = 0; q <= 1; q += 0.125) {
        assert_int_equal(statistics_clustered(&series, q, &figure), 0);
        assert_near(figure.estimate.value, statistics_quantile(sorted, 7, q), 1e-12);
    }
}

static void few_samples_claim_little(void **state)
{
    (void)state;
    struct observation one[] = {{3, 8}}, start[] = {{3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 5}};
    struct observation equal[24];
    struct series series = {one, 1}, none = {NULL, 0};
    struct clustered figure;
    assert_int_equal(statistics_clustered(&none, 0.5, &figure), 0);
    assert_true(isnan(figure.estimate.value) && isnan(figure.coverage) && isnan(figure.within));
    assert_int_equal(figure.starts, 0);
    assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
    assert_estimate(figure.estimate, 8, 8, 8);
    assert_true(figure.coverage == 0 && isnan(figure.within));
    series = (struct series){start, 5}; /* its own samples, but of other starts it knows nothing */
    assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
    assert_estimate(figure.estimate, 3, 1, 5);
    assert_true(figure.coverage == 0 && figure.starts == 1);
    for (size_t i = 0; i < 24; i++)
        equal[i] = (struct observation){i % 8, 0};
    series = (struct series){equal, 24};
    assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
    assert_true(figure.estimate.low == 0 && figure.estimate.high == 0); /* not even by rounding */
    assert_true(isnan(figure.within) && figure.coverage == 0.95);
    for (size_t i = 0; i < 24; i++)
        equal[i].value = 0.1;
    assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
    assert_true(figure.estimate.low == 0.1 && figure.estimate.high == 0.1 && figure.within == 0);
}

/* Samples of starts that differ: of the variance of a sample's logarithm, `icc` is between starts,
 * and the median of all is 1. skewed: the value is e to the power of that. */
struct simulation {
    size_t starts, each; /* odd, so that a start's median is one of its samples */
    double icc;
    bool skewed;
};

static double effect(gsl_rng *generator, double share)
{
    return sqrt(share) * gsl_ran_ugaussian(generator);
}

static void simulate(gsl_rng *generator, const struct simulation *simulation,
                     struct observation values[])
{
    for (size_t start = 0; start < simulation->starts; start++) {
        const double of_start = effect(generator, simulation->icc);
        for (size_t i = 0; i < simulation->each; i++) {
            const double sum = of_start + effect(generator, 1 - simulation->icc);
            *values++ = (struct observation){start, simulation->skewed ? exp(sum) : 1 + 0.1 * sum};
        }
    }
}

/* The share of intervals that hold 1; in *pooled the share of those that take all samples as
 * independent. */
static double simulated_coverage(gsl_rng *generator, const struct simulation *simulation,
                                 unsigned trials, double *pooled)
{
    struct observation values[256];
    double sorted[256];
    struct series series = {values, simulation->starts * simulation->each};
    struct clustered figure;
    unsigned held = 0, pooled_held = 0;
    for (unsigned trial = 0; trial < trials; trial++) {
        simulate(generator, simulation, values);
        for (size_t i = 0; i < series.count; i++)
            sorted[i] = values[i].value;
        statistics_sort(sorted, series.count);
        struct estimate all = statistics_median(sorted, series.count, NULL);
        assert_int_equal(statistics_clustered(&series, 0.5, &figure), 0);
        held += figure.estimate.low <= 1 && 1 <= figure.estimate.high;
        pooled_held += all.low <= 1 && 1 <= all.high;
    }
    *pooled = (double)pooled_held / trials;
    return (double)held / trials;
}

static void intervals_cover_however_alike_samples_are(void **state)
{
    (void)state;
    static const double correlations[] = {0, 0.15, 0.45, 0.75};
    static const size_t plans[][2] = {{6, 3}, {6, 5}, {8, 21}}; /* quickstart, default, bench ipc */
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    double pooled;
    for (unsigned i = 0; i < 3 * 4 * 2; i++) {
        const struct simulation simulation = {plans[i / 8][0], plans[i / 8][1],
                                              correlations[i / 2 % 4], i % 2 == 1};
        double held = simulated_coverage(generator, &simulation, TRIALS, &pooled);
        if (held < 0.93 || held > 0.97)
            fail_msg("%zu starts of %zu, correlation %g%s: %.1f %%", simulation.starts,
                     simulation.each, simulation.icc, i % 2 == 1 ? ", skewed" : "", 100 * held);
        if (simulation.icc >= 0.45) /* what pooling does, and so that this test can fail */
            assert_true(pooled < 0.93);
    }
    gsl_rng_free(generator);
}

static void few_starts_cover_what_is_said(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    double pooled;
    for (size_t starts = 2; starts < 6; starts++) {
        const struct simulation simulation = {starts, 5, 0.45, true};
        double held = simulated_coverage(generator, &simulation, TRIALS, &pooled);
        assert_near(held, statistics_coverage(starts), 0.025);
    }
    gsl_rng_free(generator);
}

/* --- ratios ------------------------------------------------------------------------------------
 */

static void ratios_are_taken_within_rounds(void **state)
{
    (void)state;
    struct observation above[] = {{7, 100}, {0, 12}, {1, 40}, {0, 10}, {2, 90}, {0, 11}};
    struct observation below[] = {{2, 30}, {0, 5.5}, {1, 10}, {3, 1}};
    struct series upper = {above, 6}, lower = {below, 4};
    struct estimate ratio;
    size_t rounds;
    assert_int_equal(statistics_ratio(&upper, &lower, &ratio, &rounds), 0);
    assert_int_equal(rounds, 3); /* 0: 11 / 5.5 = 2, 1: 4, 2: 3; not 3 and 7 */
    assert_near(ratio.value, 3, 1e-12);
    /* The middle of three drawn rounds is round 0 in 7 of 27 draws, and so is it round 1. That it
     * is round 0 and its sample the 10 happens in 2.1 %, below the quantile of 2.5 %. */
    assert_near(ratio.low, 2, 1e-9);
    assert_near(ratio.high, 4, 1e-9);
}

static void no_common_round_no_ratio(void **state)
{
    (void)state;
    struct observation above[] = {{0, 1}, {2, 1}}, below[] = {{1, 1}};
    struct series upper = {above, 2}, lower = {below, 1}, none = {NULL, 0};
    struct estimate ratio;
    size_t rounds = 9;
    assert_int_equal(statistics_ratio(&upper, &lower, &ratio, &rounds), 0);
    assert_int_equal(rounds, 0);
    assert_true(isnan(ratio.value) && isnan(ratio.low) && isnan(ratio.high));
    assert_int_equal(statistics_ratio(&none, &none, &ratio, NULL), 0);
    assert_true(isnan(ratio.value));
}

static void drift_of_both_sides_cancels(void **state)
{
    (void)state;
    struct observation above[60], below[60];
    struct series upper = {above, 60}, lower = {below, 60};
    for (size_t i = 0; i < 60; i++) { /* the machine slows down tenfold */
        double drift = 1 + (double)(i / 10) * 2;
        above[i] = (struct observation){i / 10, 300 * drift};
        below[i] = (struct observation){i / 10, 200 * drift};
    }
    struct estimate ratio;
    assert_int_equal(statistics_ratio(&upper, &lower, &ratio, NULL), 0);
    assert_estimate(ratio, 1.5, 1.5, 1.5);
    upper = lower; /* a cell against itself, of one sample: no difference, not even by rounding */
    upper.count = lower.count = 1;
    assert_int_equal(statistics_ratio(&upper, &lower, &ratio, NULL), 0);
    assert_true(ratio.value == 1 && ratio.low == 1 && ratio.high == 1);
}

/* A draw with replacement, done plainly, as the measure for the short way in statistics.c. */
static void plain_bootstrap(gsl_rng *generator, const double values[], size_t count, double *low,
                            double *high)
{
    enum { REPLICATES = 20000 };
    double *medians = calloc(REPLICATES, sizeof *medians), *drawn = calloc(count, sizeof *drawn);
    for (size_t i = 0; i < REPLICATES; i++) {
        for (size_t j = 0; j < count; j++)
            drawn[j] = values[gsl_rng_uniform_int(generator, count)];
        statistics_sort(drawn, count);
        medians[i] = statistics_quantile(drawn, count, 0.5);
    }
    statistics_sort(medians, REPLICATES);
    *low = statistics_quantile(medians, REPLICATES, 0.025);
    *high = statistics_quantile(medians, REPLICATES, 0.975);
    free(medians);
    free(drawn);
}

static void the_short_bootstrap_equals_the_plain_one(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t count = 1; count <= 41; count += count < 8 ? 1 : 11) {
        struct observation above[41], below[] = {{0, 1.0}};
        double values[41], low, high;
        for (size_t i = 0; i < count; i++) {
            values[i] = 100 + (double)i;
            above[i] = (struct observation){0, values[i]};
        }
        struct series upper = {above, count}, lower = {below, 1};
        struct estimate ratio;
        assert_int_equal(statistics_ratio(&upper, &lower, &ratio, NULL), 0);
        plain_bootstrap(generator, values, count, &low, &high);
        assert_near(ratio.low, low, 0.51); /* the values are 1 apart: half a step */
        assert_near(ratio.high, high, 0.51);
    }
    gsl_rng_free(generator);
}

/* Rounds that differ, samples with outliers to one side: the interval holds the truth. */
static void ratio_intervals_cover(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    struct observation above[25], below[25];
    int covered = 0, trials = 200;
    for (int trial = 0; trial < trials; trial++) {
        for (size_t i = 0, round = 0; i < 25; i++, round = i / 5) {
            static double machine, cell; /* of this round */
            if (i % 5 == 0) {
                machine = exp(gsl_ran_gaussian(generator, 0.3));
                cell = exp(gsl_ran_gaussian(generator, 0.03));
            }
            double noise = exp(fabs(gsl_ran_gaussian(generator, 0.05)));
            above[i] = (struct observation){round, 1.7 * machine * cell * noise};
            noise = exp(fabs(gsl_ran_gaussian(generator, 0.05)));
            below[i] = (struct observation){round, machine * noise};
        }
        struct series upper = {above, 25}, lower = {below, 25};
        struct estimate ratio;
        assert_int_equal(statistics_ratio(&upper, &lower, &ratio, NULL), 0);
        covered += ratio.low <= 1.7 && 1.7 <= ratio.high;
        assert_true(ratio.high - ratio.low < 0.5); /* and is not wide for nothing */
    }
    assert_true(covered >= trials * 91 / 100);
    gsl_rng_free(generator);
}

/* --- figures of several medians ----------------------------------------------------------------
 */

static double used(const double medians[], const void *context)
{
    (void)context;
    return medians[0] * medians[1] / medians[2];
}

static void terms_share_their_rounds(void **state)
{
    (void)state;
    /* Round 5 lacks a side, round 3 its capacity; rounds 1, 2 and 8 have all. */
    struct observation serial[] = {{2, 100}, {1, 90}, {8, 70}, {5, 1}, {3, 1}, {2, 110}, {1, 110}};
    struct observation cell[] = {{1, 50}, {3, 1}, {8, 70}, {2, 35}};
    struct observation before[] = {{1, 1}, {2, 1}, {3, 1}, {5, 1}, {8, 0.5}};
    struct observation beside[] = {{8, 1.5}, {2, 2}, {1, 1}};
    struct series wall = {serial, 7}, own = {cell, 4}, one = {before, 5}, all = {beside, 3};
    const struct joint_term terms[] = {{&wall, &own}, {&one, NULL}, {&all, NULL}};
    struct estimate figure;
    size_t rounds;
    assert_int_equal(statistics_joint(terms, 3, used, NULL, &figure, &rounds), 0);
    assert_int_equal(rounds, 3);
    assert_near(figure.value, 2 * 1 / 1.5, 1e-12); /* of 2, 3, 1; of 1, 1, 0.5; of 1, 2, 1.5 */
    assert_true(figure.low <= figure.value && figure.value <= figure.high);
    wall.count = 0;
    assert_int_equal(statistics_joint(terms, 3, used, NULL, &figure, &rounds), 0);
    assert_true(rounds == 0 && isnan(figure.value) && isnan(figure.low));
}

/* What a round does to one term it does to another, and so it cancels. */
static void what_terms_share_cancels(void **state)
{
    (void)state;
    struct observation fast[8], slow[8];
    struct series above = {fast, 8}, below = {slow, 8};
    const struct joint_term terms[] = {{&above, NULL}, {&above, NULL}, {&below, NULL}};
    struct estimate figure;
    for (size_t i = 0; i < 8; i++) {
        fast[i] = (struct observation){i, 1};
        slow[i] = (struct observation){i, 4 + (double)i};
    }
    assert_int_equal(statistics_joint(terms, 3, used, NULL, &figure, NULL), 0);
    assert_near(figure.value, 1 / 7.5, 1e-12);
    assert_true(figure.low < figure.value && figure.value < figure.high);
    for (size_t i = 0; i < 8; i++)
        fast[i].value = slow[i].value;
    const struct joint_term cancelling[] = {{&below, NULL}, {&below, &below}, {&above, NULL}};
    assert_int_equal(statistics_joint(cancelling, 3, used, NULL, &figure, NULL), 0);
    assert_estimate(figure, 1, 1, 1);
}

/* used, of rounds in which the machine, the speedup and the capacities all vary. */
static void joint_intervals_cover(void **state)
{
    (void)state;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    const int trials = 150;
    for (size_t count = 6; count <= 8; count += 2) {
        struct observation values[4][24];
        struct series serial = {values[0], 3 * count}, cell = {values[1], 3 * count},
                      one = {values[2], count}, all = {values[3], count};
        const struct joint_term terms[] = {{&serial, &cell}, {&one, NULL}, {&all, NULL}};
        int held = 0;
        for (int trial = 0; trial < trials; trial++) {
            for (size_t i = 0; i < count; i++) {
                const double machine = exp(gsl_ran_gaussian(generator, 0.1));
                const double own = 1.8 * exp(gsl_ran_gaussian(generator, 0.05));
                for (size_t j = 3 * i; j < 3 * i + 3; j++) {
                    double noise = exp(gsl_ran_gaussian(generator, 0.03));
                    values[0][j] = (struct observation){i, own * machine * noise};
                    noise = exp(gsl_ran_gaussian(generator, 0.03));
                    values[1][j] = (struct observation){i, machine * noise};
                }
                values[2][i] = (struct observation){i, exp(gsl_ran_gaussian(generator, 0.02))};
                values[3][i] =
                    (struct observation){i, 1.9 * exp(gsl_ran_gaussian(generator, 0.02))};
            }
            struct estimate figure;
            assert_int_equal(statistics_joint(terms, 3, used, NULL, &figure, NULL), 0);
            held += figure.low <= 1.8 / 1.9 && 1.8 / 1.9 <= figure.high;
        }
        assert_true(held >= trials * 93 / 100);
    }
    gsl_rng_free(generator);
}

static void the_same_samples_give_the_same_figures(void **state)
{
    (void)state;
    struct estimate first, second;
    for (int i = 0; i < 2; i++) { /* also if they come in another order */
        struct observation above[] = {{0, 3}, {0, 4}, {1, 5}, {1, 7}};
        struct observation below[] = {{1, 2}, {0, 1}, {1, 3}, {0, 2}};
        struct observation swapped = above[i];
        above[i] = above[3];
        above[3] = swapped;
        struct series upper = {above, 4}, lower = {below, 4};
        struct estimate *ratio = i == 0 ? &first : &second;
        assert_int_equal(statistics_ratio(&upper, &lower, ratio, NULL), 0);
    }
    assert_memory_equal(&first, &second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_interpolate),
        cmocka_unit_test(median_intervals_have_the_tabled_ranks),
        cmocka_unit_test(median_intervals_cover),
        cmocka_unit_test(each_start_gives_one_figure),
        cmocka_unit_test(quantiles_of_starts_are_those_of_all_samples),
        cmocka_unit_test(few_samples_claim_little),
        cmocka_unit_test(intervals_cover_however_alike_samples_are),
        cmocka_unit_test(few_starts_cover_what_is_said),
        cmocka_unit_test(ratios_are_taken_within_rounds),
        cmocka_unit_test(no_common_round_no_ratio),
        cmocka_unit_test(drift_of_both_sides_cancels),
        cmocka_unit_test(the_short_bootstrap_equals_the_plain_one),
        cmocka_unit_test(ratio_intervals_cover),
        cmocka_unit_test(terms_share_their_rounds),
        cmocka_unit_test(what_terms_share_cancels),
        cmocka_unit_test(joint_intervals_cover),
        cmocka_unit_test(the_same_samples_give_the_same_figures),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
