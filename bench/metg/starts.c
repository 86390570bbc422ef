#include "bench/metg/starts.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "common/check.h"

#define SEED       25
#define DRAWN_MOST 3
#define TRIES_MOST (4 * STATISTICS_REPLICATES) /* draws, if some lack what a model needs */

/* The median of a point's drawn rounds; NaN: it was measured in none. values[count] is scratch. */
static double median_of(const double inverse[], const size_t drawn[], size_t count, double values[])
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(inverse[drawn[i]]))
            values[known++] = inverse[drawn[i]];
    statistics_sort(values, known);
    return statistics_quantile(values, known, 0.5);
}

/* The model of these rounds; values[count] is scratch. */
static bool fit(const struct starts *starts, const size_t drawn[], size_t count, double values[],
                struct model *model, double *misfit)
{
    double medians[MODEL_POINTS_MOST];
    const struct model_points points = {medians, starts->task_ns, starts->tasks, starts->points};
    CHECK(starts->points <= MODEL_POINTS_MOST);
    for (size_t i = 0; i < starts->points; i++)
        medians[i] = median_of(starts->inverse + i * starts->rounds, drawn, count, values);
    if (!model_fit(&points, model))
        return false;
    if (misfit != NULL)
        *misfit = model_misfit(&points, model);
    return true;
}

bool starts_fit(const struct starts *starts, struct model *model, double *misfit)
{
    size_t *all = calloc(starts->rounds + 1, sizeof *all);
    double *values = calloc(starts->rounds + 1, sizeof *values);
    bool found = false;
    if (all != NULL && values != NULL) {
        for (size_t r = 0; r < starts->rounds; r++)
            all[r] = r;
        found = fit(starts, all, starts->rounds, values, model, misfit);
    }
    free(all);
    free(values);
    return found;
}

static bool redraw(const struct starts *starts, gsl_rng *generator, size_t drawn[], double values[],
                   struct model replicates[])
{
    const size_t count = starts->rounds <= DRAWN_MOST ? starts->rounds - 1 : DRAWN_MOST;
    size_t done = 0;
    gsl_rng_set(generator, SEED);
    for (size_t tries = 0; tries < TRIES_MOST && done < STATISTICS_REPLICATES; tries++) {
        for (size_t r = 0; r < count; r++)
            drawn[r] = gsl_rng_uniform_int(generator, starts->rounds);
        done += fit(starts, drawn, count, values, &replicates[done], NULL);
    }
    return done == STATISTICS_REPLICATES;
}

bool starts_redraw(const struct starts *starts, struct model replicates[STATISTICS_REPLICATES])
{
    if (starts->rounds < 2)
        return false;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    size_t *drawn = calloc(starts->rounds, sizeof *drawn);
    double *values = calloc(starts->rounds, sizeof *values);
    bool found = generator != NULL && drawn != NULL && values != NULL &&
                 redraw(starts, generator, drawn, values, replicates);
    free(drawn);
    free(values);
    if (generator != NULL)
        gsl_rng_free(generator);
    return found;
}

/* A point's starts as multiples of their median, appended to values[]; returns how many. */
static size_t add_multiples(const double inverse[], size_t rounds, double values[])
{
    size_t count = 0;
    for (size_t r = 0; r < rounds; r++)
        if (!isnan(inverse[r]))
            values[count++] = inverse[r];
    if (count < 2)
        return 0;
    statistics_sort(values, count);
    const double median = statistics_quantile(values, count, 0.5);
    for (size_t i = 0; i < count; i++)
        values[i] /= median;
    return count;
}

double starts_spread(const struct starts *starts)
{
    double *values = calloc(starts->points * starts->rounds + 1, sizeof *values);
    size_t count = 0;
    if (values == NULL)
        return NAN;
    for (size_t i = 0; i < starts->points; i++)
        count +=
            add_multiples(starts->inverse + i * starts->rounds, starts->rounds, values + count);
    statistics_sort(values, count);
    const double spread =
        statistics_quantile(values, count, 0.9) / statistics_quantile(values, count, 0.1);
    free(values);
    return spread;
}
