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
 *     P(x[k] <= median <= x[count + 1 - k]) = 1 - 2 P(B <= k - 1)        x[1] <= x[2] <= ...
 *
 * k is the largest for which that is at least 95 %. *coverage (may be NULL) is what it then is. For
 * fewer than 6 samples no k reaches 95 %: the interval is [least, greatest] and *coverage says how
 * much less it covers (5 samples: 94 %, 3: 75 %, 1: 0 %).
 * It holds for independent samples. Within one round they hardly are: what a machine does for
 * seconds is seen only by several rounds, whose samples are pooled here.
 * Source: David & Nagaraja, Order Statistics, section 7.1; Le Boudec, Performance Evaluation, 2.2.
 */
struct estimate statistics_median(const double sorted[], size_t count, double *coverage);

/* One sample with the round in which it was taken. */
struct observation {
    uint64_t round;
    double value; /* finite and above 0 */
};

/* The samples of one side of a ratio. */
struct series {
    struct observation *observations; /* observations[count] */
    size_t count;
};

/*
 * The ratio above / below, paired by rounds, so that what slowed the machine during a round slows
 * both sides and cancels:
 *
 *     ratio[r] = median(above in round r) / median(below in round r)
 *     value    = median over all rounds r in which both sides were measured
 *
 * The interval is a two-stage bootstrap: 2000 times, draw as many rounds as there are, with
 * replacement, then in each of them draw both sides' samples with replacement, and take the same
 * ratio; low and high are the 2.5 % and 97.5 % quantiles of these. Drawing the rounds lets what
 * differs from round to round count; with a single round only the samples inside it are drawn.
 * The generator has a fixed seed. *rounds (may be NULL) is the number of rounds used; if it is 0
 * the ratio is unknown. Sorts both series, by round and value. Returns 0 or -ENOMEM.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, chapters 8 and 13; Kalibera &
 * Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013 (resampling every level).
 */
int statistics_ratio(struct series *above, struct series *below, struct estimate *ratio,
                     size_t *rounds);

#define STATISTICS_REPLICATES 2000

/* The same ratio as the bootstrap draws it, unsorted, for a figure that is made of several ratios:
 * drawn with another seed each, the k-th replicates of all give the figure's k-th. All NaN where
 * no round has both sides. Returns 0 or -ENOMEM. */
int statistics_redraw(struct series *above, struct series *below, uint64_t seed,
                      double replicates[STATISTICS_REPLICATES]);

/* The 95 % interval of a figure from its replicates, which are sorted by this; infinities are
 * values like others. low and high of *estimate are set. */
void statistics_interval(double replicates[STATISTICS_REPLICATES], struct estimate *estimate);

#endif
