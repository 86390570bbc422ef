/*
 * summary_make.c - which samples belong together, and what they say.
 *
 * Rows are given to cells by their keys; then each cell's figures follow from the samples that
 * count. The ratios against serial are in baseline.c.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/baseline.h"
#include "bench/data/statistics.h"
#include "bench/data/summary.h"

/* The figures that are a sample field's median over rounds of medians, and which. */
static const struct {
    size_t sample, summary; /* offsets of a uint64_t and of a double */
} medians[] = {
#define MEDIAN(field)                                                                              \
    {                                                                                              \
        offsetof(struct sample, field), offsetof(struct summary, field)                            \
    }
    MEDIAN(start_ns),
    MEDIAN(send_ns),
    MEDIAN(compute_ns),
    MEDIAN(collect_ns),
    MEDIAN(stop_ns),
    MEDIAN(cpu_user_ns),
    MEDIAN(cpu_sys_ns),
    MEDIAN(voluntary_switches),
    MEDIAN(involuntary_switches),
    MEDIAN(minor_faults),
    MEDIAN(bytes_sent),
    MEDIAN(bytes_received),
    MEDIAN(messages),
#undef MEDIAN
};

#define NONE SIZE_MAX

/* What summary_make works with. Arrays have room for as many items as there are samples: a run may
 * have 10^5 rows of 10^4 cells, so nothing may look at all rows for each cell. */
struct making {
    const struct sample_table *samples;
    size_t *first, *last;   /* first[cell], last[cell]: its rows of samples, of which */
    size_t *next;           /* next[row] is the next one of the same cell, or NONE */
    size_t *bucket, *chain; /* bucket[hash of a row's keys], chain[cell]: the next cell of a hash */
    size_t *baselines;      /* baselines[baseline_count]: cells */
    size_t baseline_count;
    struct sample_list own; /* of the cell at hand */
    struct sample_list serial;
    double *values;                   /* values[samples]: scratch */
    struct observation *observations; /* observations[samples]: scratch */
};

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool was_retried(const struct sample *sample)
{
    return starts_with(sample->status, "retried");
}

/* Whether a row ran to its end, right or wrong. */
static bool has_run(const struct sample *sample)
{
    return strcmp(sample->status, "ok") == 0 || was_retried(sample);
}

bool summary_counts(const struct sample *sample)
{
    return has_run(sample) && sample->verified == 1;
}

static bool is_of_cell(const struct summary *cell, const struct sample *sample)
{
    return cell->workers == sample->workers && cell->asked_chunk == sample->asked_chunk &&
           cell->tasks == sample->tasks && cell->task_bytes == sample->task_bytes &&
           cell->result_bytes == sample->result_bytes &&
           strcmp(cell->backend, sample->backend) == 0 &&
           strcmp(cell->schedule, sample->schedule) == 0 &&
           strcmp(cell->pin, sample_pin(sample)) == 0 &&
           strcmp(cell->parameters, sample->parameters) == 0 &&
           strcmp(cell->workload, sample->workload) == 0 && strcmp(cell->suite, sample->suite) == 0;
}

static bool same_work(const struct summary *left, const struct summary *right)
{
    return strcmp(left->parameters, right->parameters) == 0 &&
           strcmp(left->workload, right->workload) == 0 && strcmp(left->suite, right->suite) == 0;
}

/* A cell of which nothing is known but its keys. */
static struct summary empty_cell(const struct sample *sample)
{
    struct summary cell = {.suite = sample->suite,
                           .workload = sample->workload,
                           .parameters = sample->parameters,
                           .backend = sample->backend,
                           .schedule = sample->schedule,
                           .pin = sample_pin(sample),
                           .asked_chunk = sample->asked_chunk,
                           .workers = sample->workers,
                           .tasks = sample->tasks,
                           .task_bytes = sample->task_bytes,
                           .result_bytes = sample->result_bytes,
                           .settings = "",
                           .status = "ok"};
    for (size_t i = 0; i < SUMMARY_COLUMNS; i++)
        if (summary_columns[i].kind == COLUMN_REAL)
            memcpy((char *)&cell + summary_columns[i].offset, &(double){NAN}, sizeof(double));
    return cell;
}

static size_t mix(size_t hash, const char *text)
{
    for (; *text != '\0'; text++) /* FNV-1a */
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

/* Of keys that tell most cells apart; which is the same one, is_of_cell says. */
static size_t hash_of(const struct sample *sample)
{
    size_t hash =
        mix(mix(mix(14695981039346656037u, sample->workload), sample->parameters), sample->backend);
    return (hash ^ sample->workers) * 1099511628211u;
}

/* The cell of a row; summary->count: it is a new one, which is entered under its hash. */
static size_t find_cell(struct making *making, const struct summary_table *summary,
                        const struct sample *sample)
{
    size_t *bucket = &making->bucket[hash_of(sample) % making->samples->count];
    for (size_t cell = *bucket; cell != NONE; cell = making->chain[cell])
        if (is_of_cell(&summary->rows[cell], sample))
            return cell;
    making->chain[summary->count] = *bucket;
    *bucket = summary->count;
    return summary->count;
}

static int add_cell(struct making *making, struct summary_table *summary, size_t *capacity,
                    const struct sample *sample)
{
    if (summary->count == *capacity) {
        *capacity = *capacity == 0 ? 64 : 2 * *capacity;
        void *grown = reallocarray(summary->rows, *capacity, sizeof *summary->rows);
        if (grown == NULL)
            return -ENOMEM;
        summary->rows = grown;
    }
    summary->rows[summary->count] = empty_cell(sample);
    if (is_baseline(&summary->rows[summary->count]))
        making->baselines[making->baseline_count++] = summary->count;
    making->first[summary->count++] = NONE;
    return 0;
}

/* Gives every row of the samples its cell. */
static int find_cells(struct making *making, struct summary_table *summary)
{
    size_t capacity = 0;
    for (size_t i = 0; i < making->samples->count; i++)
        making->bucket[i] = making->next[i] = NONE;
    for (size_t i = 0; i < making->samples->count; i++) {
        const struct sample *sample = &making->samples->rows[i];
        const size_t cell = find_cell(making, summary, sample);
        if (cell == summary->count && add_cell(making, summary, &capacity, sample) != 0)
            return -ENOMEM;
        if (making->first[cell] == NONE)
            making->first[cell] = i;
        else
            making->next[making->last[cell]] = i;
        making->last[cell] = i;
    }
    return 0;
}

/* The plain loop's end, which its cell outlives: what ended the cell itself says more. */
static bool is_remark(const char *status)
{
    return starts_with(status, "failed: the plain loop") ||
           starts_with(status, "timeout: the plain loop");
}

/* Counts a row of the cell, whatever became of it. A failure outranks a skip, and that a retry. */
static void count_row(struct summary *cell, const struct sample *sample, bool *wrong)
{
    bool skipped = starts_with(sample->status, "skip");
    bool replaced = strcmp(sample->status, SAMPLE_REPLACED) == 0 && sample->verified == 1;
    bool failed = !skipped && !replaced && !summary_counts(sample);
    if (failed && (cell->failed == 0 || is_remark(cell->status)))
        cell->status = has_run(sample) ? "wrong: a result was not verified" : sample->status;
    else if (skipped && cell->failed == 0 && cell->skipped == 0)
        cell->status = sample->status;
    else if (was_retried(sample) && strcmp(cell->status, "ok") == 0)
        cell->status = sample->status;
    cell->failed += failed;
    cell->skipped += skipped;
    cell->samples += summary_counts(sample);
    cell->disturbed += summary_counts(sample) && sample->disturbed != 0;
    cell->remeasured += replaced;
    cell->retried += summary_counts(sample) && was_retried(sample);
    if (*cell->settings == '\0' && sample->settings != NULL)
        cell->settings = sample->settings;
    if (sample->warmups > cell->warmups)
        cell->warmups = sample->warmups;
    if (sample->chunk > cell->chunk)
        cell->chunk = sample->chunk;
    *wrong |= (has_run(sample) && sample->verified != 1) || starts_with(sample->status, "wrong");
}

static bool is_too_disturbed(const struct sample_list *list)
{
    uint64_t disturbed = 0;
    for (size_t i = 0; i < list->count; i++)
        disturbed += list->samples[i]->disturbed != 0;
    return summary_too_disturbed(disturbed, list->count);
}

/* Appends a cell's samples that count. */
static void list_cell(const struct making *making, size_t cell, struct sample_list *list)
{
    for (size_t i = making->first[cell]; i != NONE; i = making->next[i])
        if (summary_counts(&making->samples->rows[i]))
            list->samples[list->count++] = &making->samples->rows[i];
}

/* Lists the cell's samples and its baseline's, and counts the cell's rows. */
static void list_samples(struct making *making, const struct summary_table *summary, size_t index)
{
    struct summary *cell = &summary->rows[index];
    bool wrong = false;
    making->own.count = making->serial.count = 0;
    for (size_t i = making->first[index]; i != NONE; i = making->next[i])
        count_row(cell, &making->samples->rows[i], &wrong);
    list_cell(making, index, &making->own);
    for (size_t i = 0; i < making->baseline_count; i++)
        if (same_work(&summary->rows[making->baselines[i]], cell))
            list_cell(making, making->baselines[i], &making->serial);
    cell->verified = cell->samples > 0 && !wrong;
    cell->serial_disturbed = is_too_disturbed(&making->serial);
}

static double field_of(const struct sample *sample, size_t offset)
{
    uint64_t value;
    memcpy(&value, (const char *)sample + offset, sizeof value);
    return (double)value;
}

/* The quantile q of one field of all samples, whichever round they are of; values[] is scratch. */
static double field_quantile(const struct sample_list *list, size_t offset, double q,
                             double values[])
{
    for (size_t i = 0; i < list->count; i++)
        values[i] = field_of(list->samples[i], offset);
    statistics_sort(values, list->count);
    return statistics_quantile(values, list->count, q);
}

/* The median over rounds of each round's median of one field, or of the sum of two. */
static int field_median(const struct making *making, size_t offset, size_t plus,
                        struct clustered *median)
{
    struct series series = {making->observations, making->own.count};
    for (size_t i = 0; i < series.count; i++) {
        const struct sample *sample = making->own.samples[i];
        const double more = plus > 0 ? field_of(sample, plus) : 0;
        series.observations[i] =
            (struct observation){sample->round, field_of(sample, offset) + more};
    }
    return statistics_clustered(&series, 0.5, median);
}

static int set_medians(struct summary *cell, const struct making *making)
{
    struct clustered median;
    int error = field_median(making, offsetof(struct sample, cpu_user_ns),
                             offsetof(struct sample, cpu_sys_ns), &median);
    cell->cpu_ns = median.estimate.value;
    for (size_t i = 0; error == 0 && i < sizeof medians / sizeof medians[0]; i++) {
        error = field_median(making, medians[i].sample, 0, &median);
        memcpy((char *)cell + medians[i].summary, &median.estimate.value,
               sizeof median.estimate.value);
    }
    return error;
}

/* The figures of a cell alone. */
static int describe(struct summary *cell, const struct making *making)
{
    const struct sample_list *own = &making->own;
    const size_t wall_ns = offsetof(struct sample, wall_ns);
    double *values = making->values;
    struct clustered wall;
    int error = field_median(making, wall_ns, 0, &wall);
    if (error != 0)
        return error;
    cell->median_ns = wall.estimate.value;
    cell->ci_low_ns = wall.estimate.low;
    cell->ci_high_ns = wall.estimate.high;
    cell->ci_coverage = wall.coverage;
    cell->noisy = wall.estimate.high - wall.estimate.low > SUMMARY_NOISY * wall.estimate.value;
    cell->min_ns = field_quantile(own, wall_ns, 0.0, values);
    cell->p90_ns = field_quantile(own, wall_ns, 0.9, values);
    cell->max_ns = field_quantile(own, wall_ns, 1.0, values);
    cell->least_tasks = field_quantile(own, offsetof(struct sample, least_tasks), 0.0, values);
    cell->most_tasks = field_quantile(own, offsetof(struct sample, most_tasks), 1.0, values);
    cell->peak_rss_kib = field_quantile(own, offsetof(struct sample, peak_rss_kib), 1.0, values);
    return set_medians(cell, making);
}

/* The ratios' intervals come from the rounds that serial has as well, which may be fewer. */
static void limit_coverage(struct summary *cell)
{
    if (cell->rounds > 0)
        cell->ci_coverage = fmin(cell->ci_coverage, statistics_coverage(cell->rounds));
}

static int prepare(struct making *making)
{
    size_t room = making->samples->count + 1; /* never nothing */
    size_t **arrays[] = {&making->first,  &making->last,  &making->next,
                         &making->bucket, &making->chain, &making->baselines};
    int error = 0;
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i] = calloc(room, sizeof **arrays[i]);
        error = *arrays[i] == NULL ? -ENOMEM : error;
    }
    making->own.samples = calloc(room, sizeof *making->own.samples);
    making->serial.samples = calloc(room, sizeof *making->serial.samples);
    making->values = calloc(room, sizeof *making->values);
    making->observations = calloc(room, sizeof *making->observations);
    return making->own.samples == NULL || making->serial.samples == NULL ||
                   making->values == NULL || making->observations == NULL
               ? -ENOMEM
               : error;
}

static void clear(struct making *making)
{
    free(making->first);
    free(making->last);
    free(making->next);
    free(making->bucket);
    free(making->chain);
    free(making->baselines);
    free(making->own.samples);
    free(making->serial.samples);
    free(making->values);
    free(making->observations);
}

int summary_make(const struct sample_table *samples, unsigned cores, struct summary_table *summary)
{
    struct making making = {.samples = samples};
    *summary = (struct summary_table){0};
    int error = prepare(&making);
    if (error == 0)
        error = find_cells(&making, summary);
    for (size_t i = 0; error == 0 && i < summary->count; i++) {
        struct summary *cell = &summary->rows[i];
        list_samples(&making, summary, i);
        cell->oversubscribed = cell->workers > cores;
        error = describe(cell, &making);
        if (error == 0)
            error = baseline_compare(cell, &making.own, &making.serial, cores);
        limit_coverage(cell);
    }
    if (error != 0)
        summary_free(summary);
    clear(&making);
    return error;
}
