#include "bench/data/statistics.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define LEVEL 0.95
#define TAIL  0.025 /* on each side of a 95 % interval */
/* Efron & Tibshirani 13.3: at least 1000 for quantiles. */
#define REPLICATES STATISTICS_REPLICATES
#define SEED       25

const struct estimate estimate_unknown = {NAN, NAN, NAN};

void statistics_sort(double values[], size_t count)
{
    gsl_sort(values, 1, count);
}

double statistics_quantile(const double sorted[], size_t count, double q)
{
    return count == 0 ? NAN : gsl_stats_quantile_from_sorted_data(sorted, 1, count, q);
}

//> rank
/* P(x[k] <= median <= x[count + 1 - k]) of count independent samples; k from 1. */
static double rank_coverage(size_t count, size_t k)
{
    return 1.0 - 2.0 * gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)count);
}

/* The largest k of which the interval covers 95 %, or 1 where none does. */
static size_t interval_rank(size_t count)
{
    size_t least = 1, most = count / 2 > 1 ? count / 2 : 1; /* above most none does */
    while (least < most) {
        size_t k = (least + most + 1) / 2;
        if (rank_coverage(count, k) >= LEVEL)
            least = k;
        else
            most = k - 1;
    }
    return least;
}

/* How far the bounds lie from the k-th samples towards their neighbours inwards, so that 95 % are
 * covered: 0 where less is, or where there is nothing further inwards. */
static double interval_share(size_t count, size_t k)
{
    if (2 * k >= count || rank_coverage(count, k) <= LEVEL)
        return 0;
    const double outer = rank_coverage(count, k), inner = rank_coverage(count, k + 1);
    const double i = (outer - LEVEL) / (outer - inner), n = (double)count, rank = (double)k;
    return (n - rank) * i / (rank + (n - 2 * rank) * i);
}
//< rank

double statistics_coverage(size_t count)
{
    return count == 0 ? NAN : fmin(LEVEL, rank_coverage(count, 1));
}

struct estimate statistics_median(const double sorted[], size_t count, double *coverage)
{
    if (coverage != NULL)
        *coverage = statistics_coverage(count);
    if (count == 0)
        return estimate_unknown;
    const size_t k = interval_rank(count);
    const double share = interval_share(count, k);
    struct estimate median = {.value = gsl_stats_median_from_sorted_data(sorted, 1, count),
                              .low = sorted[k - 1],
                              .high = sorted[count - k]};
    if (share > 0) { /* equal neighbours stay equal */
        median.low += share * (sorted[k] - sorted[k - 1]);
        median.high -= share * (sorted[count - k] - sorted[count - k - 1]);
    }
    return median;
}

/* ---- series -----------------------------------------------------------------------------------
 */

static int by_round_and_value(const void *left, const void *right)
{
    const struct observation *a = left, *b = right;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static void sort_series(struct series *series)
{
    if (series->count > 0)
        qsort(series->observations, series->count, sizeof *series->observations,
              by_round_and_value);
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

static double middle(const struct observation sorted[], size_t count)
{
    return (sorted[(count - 1) / 2].value + sorted[count / 2].value) / 2.0;
}

/* As statistics_quantile, of one start's observations. */
static double start_quantile(const struct observation sorted[], size_t count, double q)
{
    if (q == 0.5)
        return middle(sorted, count);
    const double position = q * (double)(count - 1);
    const size_t below = (size_t)position, above = below + 1 < count ? below + 1 : below;
    return sorted[below].value +
           (position - (double)below) * (sorted[above].value - sorted[below].value);
}

/* ---- one figure -------------------------------------------------------------------------------
 */

/* Each start's quantile in figures[], each start's spread in spreads[], which are then sorted. */
static void describe_starts(const struct series *series, double q, double figures[],
                            double spreads[], struct clustered *figure)
{
    size_t starts = 0, spread_count = 0;
    for (size_t i = 0, count; i < series->count; i += count) {
        const struct observation *start = &series->observations[i];
        count = round_count(series, i);
        figures[starts++] = start_quantile(start, count, q);
        const double half =
            (start_quantile(start, count, 0.75) - start_quantile(start, count, 0.25)) / 2;
        if (count > 1 && middle(start, count) != 0)
            spreads[spread_count++] = half / fabs(middle(start, count));
    }
    statistics_sort(figures, starts);
    statistics_sort(spreads, spread_count);
    figure->starts = starts;
    figure->within = statistics_quantile(spreads, spread_count, 0.5);
    figure->estimate = statistics_median(figures, starts, &figure->coverage);
}

/* The interval of the samples of the only start; values[series->count] is scratch. */
static void describe_single(const struct series *series, double values[], struct estimate *median)
{
    for (size_t i = 0; i < series->count; i++)
        values[i] = series->observations[i].value;
    *median = statistics_median(values, series->count, NULL);
}

int statistics_clustered(struct series *series, double q, struct clustered *figure)
{
    double *figures = calloc(2 * series->count + 1, sizeof *figures);
    *figure = (struct clustered){estimate_unknown, NAN, NAN, 0};
    if (figures == NULL)
        return -ENOMEM;
    sort_series(series);
    describe_starts(series, q, figures, figures + series->count, figure);
    if (figure->starts == 1 && q == 0.5)
        describe_single(series, figures, &figure->estimate);
    free(figures);
    return 0;
}

size_t statistics_start_medians(struct series *series, double medians[])
{
    size_t starts = 0;
    sort_series(series);
    for (size_t i = 0, count; i < series->count; i += count) {
        count = round_count(series, i);
        medians[starts++] = middle(&series->observations[i], count);
    }
    return starts;
}

/* ---- the bootstrap ----------------------------------------------------------------------------
 */

/* One round's samples of both sides of a term, each sorted; below NULL: 1. */
struct stratum {
    const struct observation *above, *below;
    size_t above_count, below_count;
};

/* A figure's samples: strata[term][round]. */
struct joint {
    struct stratum *strata;
    size_t terms, rounds;
    double *values;  /* values[rounds]: scratch */
    double *medians; /* medians[terms]: scratch */
};

/* The series' samples of a round that is not before observation *at, which is moved there. Returns
 * how many. */
static size_t find_round(const struct series *series, uint64_t round, size_t *at)
{
    while (*at < series->count && series->observations[*at].round < round)
        ++*at;
    return *at < series->count && series->observations[*at].round == round
               ? round_count(series, *at)
               : 0;
}

/* Sets a term's stratum of a round; at[2] is where its series stand. Whether it has the round. */
static bool find_stratum(const struct joint_term *term, uint64_t round, size_t at[2],
                         struct stratum *stratum)
{
    *stratum = (struct stratum){0};
    stratum->above_count = find_round(term->above, round, &at[0]);
    if (stratum->above_count == 0)
        return false;
    stratum->above = &term->above->observations[at[0]];
    if (term->below == NULL)
        return true;
    stratum->below_count = find_round(term->below, round, &at[1]);
    if (stratum->below_count == 0)
        return false;
    stratum->below = &term->below->observations[at[1]];
    return true;
}

/* Writes the rounds that all terms have; at[2 * terms] is 0 throughout. */
static void find_rounds(const struct joint_term terms[], struct joint *joint, size_t at[],
                        size_t room)
{
    const struct series *first = terms[0].above;
    for (size_t i = 0; i < first->count; i += round_count(first, i)) {
        size_t found = 0;
        while (found < joint->terms &&
               find_stratum(&terms[found], first->observations[i].round, &at[2 * found],
                            &joint->strata[found * room + joint->rounds]))
            found++;
        joint->rounds += found == joint->terms;
    }
    for (size_t i = 1; i < joint->terms; i++) /* close up */
        for (size_t r = 0; r < joint->rounds; r++)
            joint->strata[i * joint->rounds + r] = joint->strata[i * room + r];
}

static void joint_close(struct joint *joint)
{
    free(joint->strata);
    free(joint->values);
    free(joint->medians);
}

/* Sorts the series and finds the rounds that all terms have. */
static int joint_open(const struct joint_term terms[], size_t count, struct joint *joint)
{
    const size_t room = count > 0 ? terms[0].above->count : 0;
    size_t *at = calloc(2 * count + 1, sizeof *at);
    *joint = (struct joint){.terms = count,
                            .strata = calloc(count * room + 1, sizeof *joint->strata),
                            .values = calloc(room + 1, sizeof *joint->values),
                            .medians = calloc(count + 1, sizeof *joint->medians)};
    int error =
        at == NULL || joint->strata == NULL || joint->values == NULL || joint->medians == NULL
            ? -ENOMEM
            : 0;
    for (size_t i = 0; i < count && error == 0; i++) {
        sort_series(terms[i].above);
        if (terms[i].below != NULL)
            sort_series(terms[i].below);
    }
    if (error == 0 && count > 0)
        find_rounds(terms, joint, at, room);
    free(at);
    return error;
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
    if (count == 1)
        return sorted[0].value;
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

static double redrawn_value(gsl_rng *generator, const struct stratum *stratum)
{
    double above = redrawn_middle(generator, stratum->above, stratum->above_count);
    return stratum->below == NULL
               ? above
               : above / redrawn_middle(generator, stratum->below, stratum->below_count);
}

static double value_of(const struct stratum *stratum)
{
    double above = middle(stratum->above, stratum->above_count);
    return stratum->below == NULL ? above : above / middle(stratum->below, stratum->below_count);
}

static double median_of(double values[], size_t count)
{
    gsl_sort(values, 1, count);
    return gsl_stats_median_from_sorted_data(values, 1, count);
}

/* Each term's median over the rounds as measured, in joint->medians. */
static void take_medians(const struct joint *joint)
{
    for (size_t i = 0; i < joint->terms; i++) {
        for (size_t r = 0; r < joint->rounds; r++)
            joint->values[r] = value_of(&joint->strata[i * joint->rounds + r]);
        joint->medians[i] = median_of(joint->values, joint->rounds);
    }
}

/* The bootstrap's copy of the whole measurement: rounds drawn, the same ones for all terms, then
 * samples within each. drawn[rounds] is scratch. */
static void redraw_medians(const struct joint *joint, gsl_rng *generator, size_t drawn[])
{
    const size_t draws = joint->rounds > 1 ? joint->rounds - 1 : 1;
    for (size_t r = 0; r < draws; r++)
        drawn[r] = gsl_rng_uniform_int(generator, joint->rounds);
    for (size_t i = 0; i < joint->terms; i++) {
        for (size_t r = 0; r < draws; r++)
            joint->values[r] =
                redrawn_value(generator, &joint->strata[i * joint->rounds + drawn[r]]);
        joint->medians[i] = median_of(joint->values, draws);
    }
}

/* joint has a round. */
static int redraw(const struct joint *joint, uint64_t seed, joint_formula *formula,
                  const void *context, double replicates[REPLICATES])
{
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *drawn = calloc(joint->rounds, sizeof *drawn);
    int error = generator == NULL || drawn == NULL ? -ENOMEM : 0;
    if (error == 0)
        gsl_rng_set(generator, (unsigned long)seed);
    for (size_t i = 0; i < REPLICATES && error == 0; i++) {
        redraw_medians(joint, generator, drawn);
        replicates[i] = formula(joint->medians, context);
    }
    free(drawn);
    if (generator != NULL)
        gsl_rng_free(generator);
    return error;
}

void statistics_interval(double replicates[REPLICATES], struct estimate *estimate)
{
    size_t rank = (size_t)(TAIL * REPLICATES); /* no interpolation: equal ones stay equal */
    gsl_sort(replicates, 1, REPLICATES);
    estimate->low = replicates[rank - 1];
    estimate->high = replicates[REPLICATES - rank];
}

/* The bootstrap's interval of a figure of which joint has a round. */
static int draw_interval(const struct joint *joint, joint_formula *formula, const void *context,
                         struct estimate *figure)
{
    double *replicates = calloc(REPLICATES, sizeof *replicates);
    int error = replicates == NULL ? -ENOMEM : redraw(joint, SEED, formula, context, replicates);
    if (error == 0)
        statistics_interval(replicates, figure);
    free(replicates);
    return error;
}

int statistics_joint(const struct joint_term terms[], size_t count, joint_formula *formula,
                     const void *context, struct estimate *figure, size_t *rounds)
{
    struct joint joint;
    int error = joint_open(terms, count, &joint);
    *figure = estimate_unknown;
    if (error == 0 && joint.rounds > 0) {
        take_medians(&joint);
        figure->value = formula(joint.medians, context);
        error = draw_interval(&joint, formula, context, figure);
    }
    if (rounds != NULL)
        *rounds = joint.rounds;
    joint_close(&joint);
    return error;
}

/* ---- ratios -----------------------------------------------------------------------------------
 */

static double term_itself(const double medians[], const void *context)
{
    (void)context;
    return medians[0];
}

int statistics_ratio(struct series *above, struct series *below, struct estimate *ratio,
                     size_t *rounds)
{
    const struct joint_term term = {above, below};
    struct joint joint;
    int error = joint_open(&term, 1, &joint);
    *ratio = estimate_unknown;
    if (error == 0 && joint.rounds > 0) {
        take_medians(&joint); /* leaves the rounds' ratios sorted */
        *ratio = statistics_median(joint.values, joint.rounds, NULL);
    }
    if (error == 0 && joint.rounds == 1)
        error = draw_interval(&joint, term_itself, NULL, ratio);
    if (rounds != NULL)
        *rounds = joint.rounds;
    joint_close(&joint);
    return error;
}

/* A side's median over rounds, and how the bootstrap draws it. *median NaN: it is empty. */
static int draw_side(struct series *series, uint64_t seed, double *median,
                     double replicates[REPLICATES])
{
    const struct joint_term term = {series, NULL};
    struct joint joint;
    int error = joint_open(&term, 1, &joint);
    *median = NAN;
    if (error == 0 && joint.rounds > 0) {
        take_medians(&joint);
        *median = joint.medians[0];
        error = redraw(&joint, seed, term_itself, NULL, replicates);
    }
    joint_close(&joint);
    return error;
}

int statistics_unpaired(struct series *above, struct series *below, struct estimate *ratio)
{
    double *replicates = calloc(2 * REPLICATES, sizeof *replicates), upper, lower;
    *ratio = estimate_unknown;
    if (replicates == NULL)
        return -ENOMEM;
    double *others = replicates + REPLICATES;
    int error = draw_side(above, SEED, &upper, replicates);
    if (error == 0)
        error = draw_side(below, SEED + 1, &lower, others);
    if (error == 0 && !isnan(upper) && !isnan(lower)) {
        for (size_t i = 0; i < REPLICATES; i++)
            replicates[i] /= others[i];
        statistics_interval(replicates, ratio);
        ratio->value = upper / lower;
    }
    free(replicates);
    return error;
}
