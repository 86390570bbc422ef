/*
 * statistics.h - medians, intervals and ratios, from few samples of a machine that drifts.
 *
 * Times of a shared machine are skewed and have outliers, so nothing here assumes a distribution:
 * medians instead of means, and intervals that follow from order or from resampling alone.
 * Everything is in the unit of the values. Where there is no answer, it is NaN. Reproducible: the
 * same values give the same figures. No state; safe in any thread.
 */
#ifndef PARBENCH_BENCH_DATA_STATISTICS_H
#define PARBENCH_BENCH_DATA_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* A figure and its 95 % confidence interval; all NaN: not known. */
struct estimate {
    double value, low, high;
};

extern const struct estimate estimate_unknown;

/* Sorts values[count], rising, as the functions below want them. */
void statistics_sort(double values[], size_t count);

/* The value below which a share q (0 .. 1) of sorted[count] lies, interpolated linearly between
 * the neighbours of position q * (count - 1) (Hyndman & Fan 1996, type 7). count 0: NaN. */
double statistics_quantile(const double sorted[], size_t count, double q);

/*
 * The median of sorted[count] with a distribution-free interval: each sample lies below the true
 * median with probability 1/2, so the number B that do is binomial (count, 1/2), and
 *
 *     c[k] = P(x[k] <= median <= x[count + 1 - k]) = 1 - 2 P(B <= k - 1)     x[1] <= x[2] <= ...
 *
 * k is the largest for which that is at least 95 %. The next interval inwards covers less, so the
 * bounds lie between the two, at the share of Hettmansperger and Sheather:
 *
 *     i = (c[k] - 0.95) / (c[k] - c[k + 1]),   share = (count - k) i / (k + (count - 2 k) i)
 *     low = x[k] + share (x[k + 1] - x[k]),    high likewise from the other end
 *
 * *coverage (may be NULL) is 0.95. For fewer than 6 samples no k reaches that: the interval is
 * [least, greatest] and *coverage says how much less it covers (5 samples: 94 %, 3: 75 %, 1: 0 %).
 * It holds for independent samples, which those of one process are not: see the next function.
 * Source: David & Nagaraja, Order Statistics, section 7.1; Hettmansperger & Sheather, Confidence
 * Intervals Based on Interpolated Order Statistics, Statistics & Probability Letters 4 (1986).
 */
struct estimate statistics_median(const double sorted[], size_t count, double *coverage);

/* What statistics_median's interval of so many covers at most; 0: NaN. */
double statistics_coverage(size_t count);

/* One sample with the start (round) in which it was taken. */
struct observation {
    uint64_t round;
    double value; /* finite; in a ratio above 0 */
};

/* Samples of several starts, in any order; the functions below sort them by round and value. */
struct series {
    struct observation *observations; /* observations[count] */
    size_t count;
};

/* A figure of clustered samples. */
struct clustered {
    struct estimate estimate; /* its interval is between starts */
    double coverage;          /* of the interval: statistics_coverage(starts); of one start: 0 */
    double within; /* half the distance between the quartiles of one start's samples, as a share of
                      its median; the median over starts. NaN: no start has two, or that is 0 */
    size_t starts;
};

/*
 * The quantile q (0.5: the median) of samples that come in clusters. What a process got when it
 * started, its addresses and its core, stays with it, so its samples resemble each other and say
 * little about the next start. Hence each start gives one figure, and the figures of starts are
 * independent:
 *
 *     value = median over starts of (quantile q of the start's samples)
 *
 * with the interval that statistics_median has of these. So it does not matter how much the samples
 * of a start resemble each other, and more of them do not narrow it beyond what starts differ by.
 * With one start nothing is known of others: then the interval is that of its own samples (for the
 * median; else it is the figure alone), and the coverage is 0.
 * No samples: all is NaN. Returns 0 or -ENOMEM.
 */
int statistics_clustered(struct series *series, double q, struct clustered *figure);

/*
 * The ratio above / below, paired by rounds, so that what slowed the machine during a round slows
 * both sides and cancels:
 *
 *     ratio[r] = median(above in round r) / median(below in round r)
 *     value    = median over all rounds r in which both sides were measured
 *
 * with the interval that statistics_median has of ratio[r]. With a single round it is that of the
 * bootstrap below, which draws the samples in it. *rounds (may be NULL) is the number of rounds
 * used, of which statistics_coverage(*rounds) follows; if it is 0 the ratio is unknown. Returns 0
 * or -ENOMEM.
 */
int statistics_ratio(struct series *above, struct series *below, struct estimate *ratio,
                     size_t *rounds);

/* The median of each start, in the order of starts, in medians[], which has room for series->count;
 * returns how many. Sorts the series. */
size_t statistics_start_medians(struct series *series, double medians[]);

/*
 * The ratio of two sides whose rounds have nothing to do with each other:
 *
 *     value = median over rounds (median(above in it)) / median over rounds (median(below in it))
 *
 * Its interval is the bootstrap's of the next function, each side drawn for itself. Unknown where a
 * side is empty. Returns 0 or -ENOMEM.
 */
int statistics_unpaired(struct series *above, struct series *below, struct estimate *ratio);

/* What a figure is made of: the median over rounds of above / below, or of above alone where below
 * is NULL. */
struct joint_term {
    struct series *above, *below;
};

/* The figure, from its terms' medians over rounds. */
typedef double joint_formula(const double medians[], const void *context);

/*
 * A figure that is made of several medians, such as speedup x capacity / capacity. What a round did
 * to one term it did to the others, so they may not be drawn apart: the interval is a two-stage
 * bootstrap in which all terms see the same rounds. STATISTICS_REPLICATES times, of n rounds that
 * all terms have n - 1 are drawn with replacement, in each of these the samples of each series with
 * replacement, and the figure is made of that; low and high are the 2.5 % and 97.5 % quantiles.
 * n - 1, since rounds lie nearer to their own median than to the true one: drawing n of 6 rounds
 * held the truth in 90 to 93 % of simulations, n - 1 in 93 to 99 %. The generator's seed is fixed.
 *
 * A series may stand in several terms. *rounds (may be NULL) is n; 0: the figure is unknown. The
 * value is that of these rounds. Returns 0 or -ENOMEM.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, chapters 8 and 13; Rao & Wu,
 * Resampling Inference with Complex Survey Data, JASA 83 (1988) (n - 1 clusters); Kalibera & Jones,
 * Rigorous Benchmarking in Reasonable Time, ISMM 2013 (resampling every level).
 */
int statistics_joint(const struct joint_term terms[], size_t count, joint_formula *formula,
                     const void *context, struct estimate *figure, size_t *rounds);

#define STATISTICS_REPLICATES 2000

/* The 95 % interval of a figure from its replicates, which are sorted by this; infinities are
 * values like others. low and high of *estimate are set. */
void statistics_interval(double replicates[STATISTICS_REPLICATES], struct estimate *estimate);

#endif
