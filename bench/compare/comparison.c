#include "bench/compare/comparison.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/rank_tests.h"
#include "bench/data/summary.h"
#include "bench/data/swap_test.h"

struct values { /* of one side: those that count */
    struct series series;
    double *medians; /* medians[rounds], in the order of rounds */
    size_t rounds;
};

static bool counts(const struct sample *sample)
{
    return sample->verified == 1 && sample->wall_ns > 0 &&
           (strcmp(sample->status, "ok") == 0 || strncmp(sample->status, "retried", 7) == 0);
}

static int open_values(const struct side *side, struct values *values)
{
    values->series.observations = calloc(side->count + 1, sizeof *values->series.observations);
    values->medians = calloc(side->count + 1, sizeof *values->medians);
    if (values->series.observations == NULL || values->medians == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < side->count; i++) {
        const struct sample *sample = &side->samples[i];
        if (counts(sample))
            values->series.observations[values->series.count++] =
                (struct observation){sample->round, (double)sample->wall_ns};
    }
    values->rounds = statistics_start_medians(&values->series, values->medians);
    return 0;
}

static void close_values(struct values *values)
{
    free(values->series.observations);
    free(values->medians);
}

/* Sorts the medians. */
static double median_of(struct values *values)
{
    statistics_sort(values->medians, values->rounds);
    return statistics_quantile(values->medians, values->rounds, 0.5);
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

/* The least of a round that the sorted series has. */
static double round_least(const struct series *series, uint64_t round)
{
    size_t first = 0;
    while (series->observations[first].round != round)
        first++;
    return series->observations[first].value;
}

/* Both tests of pairs of rounds; the series are sorted by statistics_ratio. */
static int test_rounds(const struct series *a, const struct series *b, struct comparison *made)
{
    double *logs = calloc(3 * a->count + 1, sizeof *logs);
    size_t count = 0;
    if (logs == NULL)
        return -ENOMEM;
    double *a_least = logs + a->count, *b_least = a_least + a->count;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t round = a->observations[i].round;
        double other = round_median(b, round);
        if ((i > 0 && a->observations[i - 1].round == round) || isnan(other))
            continue;
        logs[count] = log(other / round_median(a, round));
        a_least[count] = a->observations[i].value; /* of its round, the first is the least */
        b_least[count++] = round_least(b, round);
    }
    made->signed_rank_p = rank_test_signed(logs, count);
    struct estimate least;
    int error = swap_test(b_least, a_least, count, &least, &made->least_p);
    made->least_ratio = least.value;
    made->least_low = least.low;
    made->least_high = least.high;
    free(logs);
    return error;
}

static enum verdict_kind judge_figure(double p, double level, double ratio, double low, double high)
{
    if (!(p < level) || !(low > 1 || high < 1) || fabs(ratio - 1) <= COMPARISON_LEAST)
        return VERDICT_NONE;
    return ratio > 1 ? VERDICT_SLOWER : VERDICT_FASTER;
}

/* Two tests are made, so each has half of the level. The medians speak first: they are what a user
 * sees. */
static enum verdict_kind judge_rounds(struct comparison *made)
{
    const double level = COMPARISON_LEVEL / 2;
    made->p = fmin(1, 2 * fmin(made->signed_rank_p, made->least_p));
    enum verdict_kind kind =
        judge_figure(made->signed_rank_p, level, made->ratio, made->ratio_low, made->ratio_high);
    if (kind != VERDICT_NONE)
        return kind;
    kind = judge_figure(made->least_p, level, made->least_ratio, made->least_low, made->least_high);
    made->at_best = kind != VERDICT_NONE;
    return kind;
}

static uint64_t count_disturbed(const struct side *side)
{
    uint64_t disturbed = 0;
    for (size_t i = 0; i < side->count; i++)
        disturbed += counts(&side->samples[i]) && side->samples[i].disturbed != 0;
    return disturbed;
}

/* Decides by pairs of rounds where there are enough of them, else by the rounds of either side. */
static enum verdict_kind judge_figures(struct comparison *made)
{
    if (made->interleaved && made->rounds >= COMPARISON_ROUNDS)
        return judge_rounds(made);
    made->p = made->mann_whitney_p;
    if (made->a_rounds < COMPARISON_STARTS || made->b_rounds < COMPARISON_STARTS)
        return VERDICT_FEW;
    return judge_figure(made->p, COMPARISON_LEVEL, made->ratio, made->ratio_low, made->ratio_high);
}

static enum verdict_kind judge(struct comparison *made)
{
    enum verdict_kind kind = judge_figures(made);
    return summary_too_disturbed(made->a_disturbed, made->a_samples) ||
                   summary_too_disturbed(made->b_disturbed, made->b_samples)
               ? VERDICT_DISTURBED
               : kind;
}

static double percent(double ratio)
{
    return 100 * (ratio - 1);
}

static void say_difference(struct comparison *made, const char *drift)
{
    const double ratio = made->at_best ? made->least_ratio : made->ratio;
    const double low = made->at_best ? made->least_low : made->ratio_low;
    const double high = made->at_best ? made->least_high : made->ratio_high;
    const bool slower = made->kind == VERDICT_SLOWER;
    const double sign = slower ? 1 : -1;
    snprintf(made->verdict, sizeof made->verdict, "%.80s is %.1f %% %s%s (%.1f to %.1f %%)%s",
             made->b, sign * percent(ratio), slower ? "slower" : "faster",
             made->at_best ? " at its best" : "", sign * percent(slower ? low : high),
             sign * percent(slower ? high : low), drift);
}

static void say(struct comparison *made)
{
    size_t bytes = sizeof made->verdict;
    const char *drift = made->interleaved ? "" : "; not interleaved: the machine may have drifted";
    if (made->kind == VERDICT_FEW)
        snprintf(made->verdict, bytes, "too few rounds to tell: %d of each are needed",
                 COMPARISON_STARTS);
    else if (made->kind == VERDICT_DISTURBED)
        snprintf(made->verdict, bytes,
                 "no verdict: other programs disturbed %" PRIu64 " of %" PRIu64
                 " samples of A and %" PRIu64 " of %" PRIu64 " of B",
                 made->a_disturbed, made->a_samples, made->b_disturbed, made->b_samples);
    else if (made->kind == VERDICT_NONE)
        snprintf(made->verdict, bytes, "no difference found (%+.1f to %+.1f %%)%s",
                 percent(made->ratio_low), percent(made->ratio_high), drift);
    else
        say_difference(made, drift);
}

static uint64_t greatest_chunk(const struct side *side)
{
    uint64_t chunk = 0;
    for (size_t i = 0; i < side->count; i++)
        chunk = side->samples[i].chunk > chunk ? side->samples[i].chunk : chunk;
    return chunk;
}

static const char *settings_of(const struct side *side)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->samples[i].settings != NULL && *side->samples[i].settings != '\0')
            return side->samples[i].settings;
    return "";
}

static struct comparison empty(const struct side *a, const struct side *b, bool interleaved)
{
    const struct sample *keys = &a->samples[0];
    const char *a_settings = settings_of(a), *b_settings = settings_of(b);
    return (struct comparison){.workload = keys->workload,
                               .parameters = keys->parameters,
                               .backend = keys->backend,
                               .schedule = keys->schedule,
                               .pin = sample_pin(keys),
                               .chunk = greatest_chunk(a),
                               .asked_chunk = keys->asked_chunk,
                               .workers = keys->workers,
                               .a_settings = a_settings,
                               .b_settings = b_settings,
                               .other_settings = strcmp(a_settings, b_settings) != 0 &&
                                                 strcmp(keys->backend, b->samples[0].backend) == 0,
                               .a = a->label,
                               .b = b->label,
                               .interleaved = interleaved,
                               .mann_whitney_p = NAN,
                               .signed_rank_p = NAN,
                               .least_ratio = NAN,
                               .least_low = NAN,
                               .least_high = NAN,
                               .least_p = NAN,
                               .p = NAN};
}

int comparison_make(const struct side *a, const struct side *b, bool interleaved,
                    struct comparison *made)
{
    struct values left = {0}, right = {0};
    struct estimate ratio = estimate_unknown;
    size_t rounds = 0;
    *made = empty(a, b, interleaved);
    int error = open_values(a, &left);
    if (error == 0)
        error = open_values(b, &right);
    if (error == 0 && !interleaved)
        error = statistics_unpaired(&right.series, &left.series, &ratio);
    else if (error == 0)
        error = statistics_ratio(&right.series, &left.series, &ratio, &rounds);
    if (error == 0) {
        made->a_samples = left.series.count;
        made->b_samples = right.series.count;
        made->a_left_out = a->count - left.series.count;
        made->b_left_out = b->count - right.series.count;
        made->a_disturbed = count_disturbed(a);
        made->b_disturbed = count_disturbed(b);
        made->rounds = interleaved ? rounds : 0;
        made->a_rounds = left.rounds;
        made->b_rounds = right.rounds;
        made->ratio = ratio.value;
        made->ratio_low = ratio.low;
        made->ratio_high = ratio.high;
        made->mann_whitney_p =
            rank_test_mann_whitney(left.medians, left.rounds, right.medians, right.rounds);
        if (interleaved)
            error = test_rounds(&left.series, &right.series, made);
        made->a_median_ns = median_of(&left);
        made->b_median_ns = median_of(&right);
        made->kind = judge(made);
        say(made);
    }
    close_values(&left);
    close_values(&right);
    return error;
}
