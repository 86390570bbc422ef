#include "bench/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/rank_tests.h"

struct values { /* of one side: those that count */
    struct series series;
    double *sorted; /* sorted[series.count] */
};

static bool counts(const struct sample *sample)
{
    return sample->verified == 1 && sample->wall_ns > 0 &&
           (strcmp(sample->status, "ok") == 0 || strncmp(sample->status, "retried", 7) == 0);
}

/* paired: rounds keep their numbers; else all samples are of one round. */
static int open_values(const struct side *side, bool paired, struct values *values)
{
    values->series.observations = calloc(side->count + 1, sizeof *values->series.observations);
    values->sorted = calloc(side->count + 1, sizeof *values->sorted);
    if (values->series.observations == NULL || values->sorted == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < side->count; i++) {
        const struct sample *sample = &side->samples[i];
        if (!counts(sample))
            continue;
        size_t at = values->series.count++;
        values->series.observations[at] =
            (struct observation){paired ? sample->round : 0, (double)sample->wall_ns};
        values->sorted[at] = (double)sample->wall_ns;
    }
    statistics_sort(values->sorted, values->series.count);
    return 0;
}

static void close_values(struct values *values)
{
    free(values->series.observations);
    free(values->sorted);
}

/* The median of the observations of a round in a sorted series; NaN: there are none. */
static double round_median(const struct series *series, uint64_t round)
{
    size_t first = 0, end;
    while (first < series->count && series->observations[first].round < round)
        first++;
    for (end = first; end < series->count && series->observations[end].round == round; end++)
        ;
    if (first == end)
        return NAN;
    size_t count = end - first;
    return (series->observations[first + (count - 1) / 2].value +
            series->observations[first + count / 2].value) /
           2;
}

/* Signed ranks of the rounds' log ratios; both series are sorted by statistics_ratio. */
static double test_rounds(const struct series *a, const struct series *b)
{
    double *logs = calloc(a->count + 1, sizeof *logs);
    size_t count = 0;
    if (logs == NULL)
        return NAN;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t round = a->observations[i].round;
        double other = round_median(b, round);
        if ((i == 0 || a->observations[i - 1].round != round) && !isnan(other))
            logs[count++] = log(other / round_median(a, round));
    }
    double p = rank_test_signed(logs, count);
    free(logs);
    return p;
}

/* Decides by rounds where there are enough of them, else by samples. */
static enum verdict_kind judge(struct comparison *made)
{
    bool by_rounds = made->interleaved && made->rounds >= COMPARISON_ROUNDS;
    made->p = by_rounds ? made->signed_rank_p : made->mann_whitney_p;
    if (!by_rounds &&
        (made->a_samples < COMPARISON_SAMPLES || made->b_samples < COMPARISON_SAMPLES))
        return VERDICT_FEW;
    bool apart = made->ratio_low > 1 || made->ratio_high < 1;
    if (!(made->p < COMPARISON_LEVEL) || !apart || fabs(made->ratio - 1) <= COMPARISON_LEAST)
        return VERDICT_NONE;
    return made->ratio > 1 ? VERDICT_SLOWER : VERDICT_FASTER;
}

static double percent(double ratio)
{
    return 100 * (ratio - 1);
}

static void say(struct comparison *made)
{
    size_t bytes = sizeof made->verdict;
    const char *drift = made->interleaved ? "" : "; not interleaved: the machine may have drifted";
    if (made->kind == VERDICT_FEW)
        snprintf(made->verdict, bytes, "too few samples to tell: %d of each are needed",
                 COMPARISON_SAMPLES);
    else if (made->kind == VERDICT_NONE)
        snprintf(made->verdict, bytes, "no difference found (%+.1f to %+.1f %%)%s",
                 percent(made->ratio_low), percent(made->ratio_high), drift);
    else if (made->kind == VERDICT_SLOWER)
        snprintf(made->verdict, bytes, "%.80s is %.1f %% slower (%.1f to %.1f %%)%s", made->b,
                 percent(made->ratio), percent(made->ratio_low), percent(made->ratio_high), drift);
    else
        snprintf(made->verdict, bytes, "%.80s is %.1f %% faster (%.1f to %.1f %%)%s", made->b,
                 -percent(made->ratio), -percent(made->ratio_high), -percent(made->ratio_low),
                 drift);
}

static struct comparison empty(const struct side *a, const struct side *b, bool interleaved)
{
    const struct sample *keys = &a->samples[0];
    return (struct comparison){.workload = keys->workload,
                               .parameters = keys->parameters,
                               .backend = keys->backend,
                               .schedule = keys->schedule,
                               .chunk = keys->chunk,
                               .workers = keys->workers,
                               .a = a->label,
                               .b = b->label,
                               .interleaved = interleaved,
                               .mann_whitney_p = NAN,
                               .signed_rank_p = NAN,
                               .p = NAN};
}

int comparison_make(const struct side *a, const struct side *b, bool interleaved,
                    struct comparison *made)
{
    struct values left = {0}, right = {0};
    struct estimate ratio = estimate_unknown;
    size_t rounds = 0;
    *made = empty(a, b, interleaved);
    int error = open_values(a, interleaved, &left);
    if (error == 0)
        error = open_values(b, interleaved, &right);
    if (error == 0)
        error = statistics_ratio(&right.series, &left.series, &ratio, &rounds);
    if (error == 0) {
        made->a_samples = left.series.count;
        made->b_samples = right.series.count;
        made->a_left_out = a->count - left.series.count;
        made->b_left_out = b->count - right.series.count;
        made->rounds = interleaved ? rounds : 0;
        made->a_median_ns = statistics_quantile(left.sorted, left.series.count, 0.5);
        made->b_median_ns = statistics_quantile(right.sorted, right.series.count, 0.5);
        made->ratio = ratio.value;
        made->ratio_low = ratio.low;
        made->ratio_high = ratio.high;
        made->mann_whitney_p = rank_test_mann_whitney(left.sorted, left.series.count, right.sorted,
                                                      right.series.count);
        if (interleaved)
            made->signed_rank_p = test_rounds(&left.series, &right.series);
        made->kind = judge(made);
        say(made);
    }
    close_values(&left);
    close_values(&right);
    return error;
}
