#include "bench/data/swap_test.h"

#include <errno.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SEED  20251125
#define SWAPS 4000
#define SLACK 1e-12 /* equal differences, summed in another order */

struct trial {
    const double *above, *below; /* logarithms of count pairs */
    size_t count;
    double *one, *other, *least; /* scratch, count each */
    gsl_rng *generator;
};

/* A tenth: with fewer one lucky time decides, with more the machine does. */
static size_t least_count(size_t count)
{
    return count < 20 ? 1 : count / 10;
}

/* The mean of the least tenth of values[count]. */
static double least_mean(const struct trial *trial, const double values[])
{
    const size_t least = least_count(trial->count);
    double sum = 0;
    gsl_sort_smallest(trial->least, least, values, 1, trial->count);
    for (size_t i = 0; i < least; i++)
        sum += trial->least[i];
    return sum / (double)least;
}

static double difference(const struct trial *trial)
{
    return least_mean(trial, trial->one) - least_mean(trial, trial->other);
}

static double as_measured(const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        trial->one[i] = trial->above[i];
        trial->other[i] = trial->below[i];
    }
    return difference(trial);
}

static double swapped(const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        bool swap = gsl_rng_uniform_int(trial->generator, 2) == 1;
        trial->one[i] = swap ? trial->below[i] : trial->above[i];
        trial->other[i] = swap ? trial->above[i] : trial->below[i];
    }
    return difference(trial);
}

static double redrawn(const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        size_t drawn = gsl_rng_uniform_int(trial->generator, trial->count);
        trial->one[i] = trial->above[drawn];
        trial->other[i] = trial->below[drawn];
    }
    return difference(trial);
}

/* What was measured counts among the swaps, so p is never 0 and never too small. */
static double share_of_swaps(const struct trial *trial, double seen)
{
    size_t as_far = 1;
    for (size_t i = 0; i < SWAPS; i++)
        as_far += fabs(swapped(trial)) >= fabs(seen) - SLACK;
    return (double)as_far / (SWAPS + 1);
}

static void estimate(const struct trial *trial, double seen, double replicates[],
                     struct estimate *ratio)
{
    for (size_t i = 0; i < STATISTICS_REPLICATES; i++)
        replicates[i] = exp(redrawn(trial));
    statistics_interval(replicates, ratio);
    ratio->value = exp(seen);
}

int swap_test(const double above[], const double below[], size_t count, struct estimate *ratio,
              double *p)
{
    double *logs = calloc(5 * count + 1, sizeof *logs);
    double *replicates = calloc(STATISTICS_REPLICATES, sizeof *replicates);
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    int error = logs == NULL || replicates == NULL || generator == NULL ? -ENOMEM : 0;
    *ratio = estimate_unknown;
    *p = NAN;
    if (error == 0 && count > 0) {
        const struct trial trial = {.above = logs,
                                    .below = logs + count,
                                    .count = count,
                                    .one = logs + 2 * count,
                                    .other = logs + 3 * count,
                                    .least = logs + 4 * count,
                                    .generator = generator};
        for (size_t i = 0; i < count; i++) {
            logs[i] = log(above[i]);
            logs[count + i] = log(below[i]);
        }
        gsl_rng_set(generator, SEED);
        const double seen = as_measured(&trial);
        *p = share_of_swaps(&trial, seen);
        estimate(&trial, seen, replicates, ratio);
    }
    if (generator != NULL)
        gsl_rng_free(generator);
    free(replicates);
    free(logs);
    return error;
}
