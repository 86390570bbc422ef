#include "bench/data/baseline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN_WIDTH 0.05 /* half an interval of capacity, where one round has none */
static const struct estimate by_definition = {1.0, 1.0, 1.0};

/* What a sample gives to a ratio: a value above 0, or 0 for nothing. */
typedef double sample_value(const struct sample *sample);

static double wall_of(const struct sample *sample)
{
    return (double)sample->wall_ns;
}

static double capacity_of(const struct sample *sample)
{
    return sample->capacity; /* NaN is not above 0 */
}

static double capacity_cpu_of(const struct sample *sample)
{
    return sample->capacity_cpu;
}

static double floor_of(const struct sample *sample)
{
    return sample->floor_ns;
}

static int make_series(const struct sample_list *list, sample_value *value_of,
                       struct series *series)
{
    *series = (struct series){.observations = calloc(list->count + 1, sizeof(struct observation))};
    if (series->observations == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < list->count; i++) {
        double value = value_of(list->samples[i]);
        if (value > 0)
            series->observations[series->count++] =
                (struct observation){list->samples[i]->round, value};
    }
    return 0;
}

static int ratio_of(const struct sample_list *above, const struct sample_list *below,
                    sample_value *value_of, struct estimate *ratio, size_t *rounds)
{
    struct series upper = {0}, lower = {0};
    int error = make_series(above, value_of, &upper);
    if (error == 0)
        error = make_series(below, value_of, &lower);
    if (error == 0)
        error = statistics_ratio(&upper, &lower, ratio, rounds);
    free(upper.observations);
    free(lower.observations);
    return error;
}

/* The median over the samples of one round of value / tasks; scratch[list->count]. NaN: none has
 * it. */
static double round_median(const struct sample_list *list, uint64_t round, bool by_task,
                           sample_value *value_of, double scratch[])
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct sample *sample = list->samples[i];
        if (sample->round == round && value_of(sample) > 0)
            scratch[count++] = value_of(sample) / (by_task ? (double)sample->tasks : 1.0);
    }
    statistics_sort(scratch, count);
    return statistics_quantile(scratch, count, 0.5);
}

static struct baseline_round compare_round(const struct sample_list *own,
                                           const struct sample_list *serial, uint64_t round,
                                           double scratch[])
{
    struct baseline_round compared = {
        .round = round,
        .speedup = round_median(serial, round, true, wall_of, scratch) /
                   round_median(own, round, true, wall_of, scratch),
        .capacity = round_median(own, round, false, capacity_of, scratch)};
    compared.capacity_efficiency = compared.speedup *
                                   round_median(serial, round, false, capacity_of, scratch) /
                                   compared.capacity;
    return compared;
}

/* Adds a round at its place, unless it is there or one side lacks something. */
static size_t add_round(struct baseline_round rounds[], size_t count,
                        const struct baseline_round *added)
{
    size_t at = count;
    while (at > 0 && rounds[at - 1].round > added->round)
        at--;
    if ((at > 0 && rounds[at - 1].round == added->round) || !(added->capacity_efficiency > 0))
        return count;
    memmove(&rounds[at + 1], &rounds[at], (count - at) * sizeof *rounds);
    rounds[at] = *added;
    return count + 1;
}

int baseline_rounds(const struct sample_list *own, const struct sample_list *serial,
                    struct baseline_round rounds[])
{
    size_t count = 0;
    double *scratch = calloc(own->count + serial->count + 1, sizeof *scratch);
    if (scratch == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < own->count; i++) {
        struct baseline_round round = compare_round(own, serial, own->samples[i]->round, scratch);
        count = add_round(rounds, count, &round);
    }
    free(scratch);
    return (int)count;
}

static int median_of(const struct sample_list *list, sample_value *value_of,
                     struct estimate *median)
{
    struct series series = {0};
    struct clustered figure = {.estimate = estimate_unknown};
    int error = make_series(list, value_of, &series);
    if (error == 0)
        error = statistics_clustered(&series, 0.5, &figure);
    free(series.observations);
    *median = figure.estimate;
    return error;
}

enum { SPEEDUP, SERIAL_CAPACITY, CAPACITY, TERMS };

static double used_formula(const double medians[], const void *context)
{
    (void)context;
    return medians[SPEEDUP] * medians[SERIAL_CAPACITY] / medians[CAPACITY];
}

static int used_of(const struct sample_list *own, const struct sample_list *serial,
                   struct estimate *used)
{
    struct series wall = {0}, serial_wall = {0}, capacity = {0}, serial_capacity = {0};
    int error = make_series(own, wall_of, &wall);
    if (error == 0)
        error = make_series(serial, wall_of, &serial_wall);
    if (error == 0)
        error = make_series(own, capacity_of, &capacity);
    if (error == 0)
        error = make_series(serial, capacity_of, &serial_capacity);
    const struct joint_term terms[TERMS] = {[SPEEDUP] = {&serial_wall, &wall},
                                            [SERIAL_CAPACITY] = {&serial_capacity, NULL},
                                            [CAPACITY] = {&capacity, NULL}};
    if (error == 0)
        error = statistics_joint(terms, TERMS, used_formula, NULL, used, NULL);
    free(wall.observations);
    free(serial_wall.observations);
    free(capacity.observations);
    free(serial_capacity.observations);
    return error;
}

/* Without a capacity, all cores count. */
static struct estimate used_of_cores(const struct summary *cell, unsigned cores)
{
    double most = (double)(cell->workers < cores ? cell->workers : cores);
    return (struct estimate){cell->speedup / most, cell->speedup_low / most,
                             cell->speedup_high / most};
}

/* The more was used, the less was lost: the bounds change places. */
static void set_dispatch(struct summary *cell, struct estimate used, unsigned cores)
{
    if (isnan(used.value))
        used = used_of_cores(cell, cores);
    double each_ns = cell->tasks > 0 ? cell->median_ns / (double)cell->tasks : NAN;
    cell->dispatch_ns_per_task = each_ns * (1.0 - used.value);
    cell->dispatch_low = each_ns * (1.0 - used.high);
    cell->dispatch_high = each_ns * (1.0 - used.low);
}

bool is_baseline(const struct summary *cell)
{
    return strcmp(cell->backend, "serial") == 0;
}

static double least_cores(const struct sample_list *own)
{
    double least = NAN;
    for (size_t i = 0; i < own->count; i++)
        least = fmin(least, own->samples[i]->cores);
    return least;
}

int baseline_compare(struct summary *cell, const struct sample_list *own,
                     const struct sample_list *serial, unsigned cores)
{
    struct estimate speedup, capacity, granted, floor, used;
    size_t rounds;
    int error = ratio_of(serial, own, wall_of, &speedup, &rounds);
    if (error == 0)
        error = median_of(own, capacity_of, &capacity);
    if (error == 0)
        error = median_of(own, capacity_cpu_of, &granted);
    if (error == 0)
        error = median_of(own, floor_of, &floor);
    if (error == 0)
        error = used_of(own, serial, &used);
    if (error != 0)
        return error;
    if (is_baseline(cell) && own->count > 0)
        speedup = used = by_definition;
    cell->rounds = rounds;
    cell->speedup = speedup.value;
    cell->speedup_low = speedup.low;
    cell->speedup_high = speedup.high;
    cell->efficiency = speedup.value / (double)cell->workers;
    cell->capacity = capacity.value;
    cell->capacity_low = capacity.low;
    cell->capacity_high = capacity.high;
    cell->capacity_cpu = granted.value;
    cell->floor_ns_per_task = floor.value;
    cell->capacity_efficiency = used.value;
    cell->capacity_efficiency_low = used.low;
    cell->capacity_efficiency_high = used.high;
    cell->cores = least_cores(own);
    double most = fmin((double)cell->workers, cell->cores > 0 ? cell->cores : (double)cores);
    cell->impossible = capacity.low > (rounds > 1 ? most : most * (1 + UNKNOWN_WIDTH));
    set_dispatch(cell, used, cores);
    return 0;
}
