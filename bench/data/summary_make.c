/*
 * summary_make.c - which samples belong together, and what they say.
 *
 * Rows are given to cells by their keys; then each cell's figures follow from the samples that
 * count. The ratios against serial are in baseline.c.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/baseline.h"
#include "bench/data/statistics.h"
#include "bench/data/summary.h"

/* The figures that are a sample field's median, and which. */
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
    MEDIAN(probe_calls_per_s),
#undef MEDIAN
};

/* What summary_make works with. */
struct making {
    const struct sample_table *samples;
    size_t *cells;          /* cells[row of samples]: its row of the summary */
    struct sample_list own; /* of the cell at hand */
    struct sample_list serial;
    double *values; /* values[samples]: scratch */
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
    return cell->workers == sample->workers && cell->chunk == sample->chunk &&
           cell->tasks == sample->tasks && cell->task_bytes == sample->task_bytes &&
           cell->result_bytes == sample->result_bytes &&
           strcmp(cell->backend, sample->backend) == 0 &&
           strcmp(cell->schedule, sample->schedule) == 0 &&
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
                           .chunk = sample->chunk,
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

/* Gives every row of the samples its cell. Rows of one cell mostly stand together, so that the
 * latest cell is tried first. */
static int find_cells(const struct sample_table *samples, size_t cells[],
                      struct summary_table *summary)
{
    size_t capacity = 0, cell = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->rows[i];
        if (summary->count == 0 || !is_of_cell(&summary->rows[cell], sample))
            for (cell = 0; cell < summary->count; cell++)
                if (is_of_cell(&summary->rows[cell], sample))
                    break;
        if (cell == capacity) {
            capacity = capacity == 0 ? 64 : 2 * capacity;
            void *grown = reallocarray(summary->rows, capacity, sizeof *summary->rows);
            if (grown == NULL)
                return -ENOMEM;
            summary->rows = grown;
        }
        if (cell == summary->count)
            summary->rows[summary->count++] = empty_cell(sample);
        cells[i] = cell;
    }
    return 0;
}

/* Counts a row of the cell, whatever became of it. A failure outranks a skip, and that a retry. */
static void count_row(struct summary *cell, const struct sample *sample, bool *wrong)
{
    bool skipped = starts_with(sample->status, "skip");
    bool failed = !skipped && !summary_counts(sample);
    if (failed && cell->failed == 0)
        cell->status = has_run(sample) ? "wrong: a result was not verified" : sample->status;
    else if (skipped && cell->failed == 0 && cell->skipped == 0)
        cell->status = sample->status;
    else if (was_retried(sample) && strcmp(cell->status, "ok") == 0)
        cell->status = sample->status;
    cell->failed += failed;
    cell->skipped += skipped;
    cell->samples += summary_counts(sample);
    cell->retried += summary_counts(sample) && was_retried(sample);
    if (*cell->settings == '\0' && sample->settings != NULL)
        cell->settings = sample->settings;
    if (sample->warmups > cell->warmups)
        cell->warmups = sample->warmups;
    *wrong |= (has_run(sample) && sample->verified != 1) || starts_with(sample->status, "wrong");
}

/* Lists the cell's samples and its baseline's, and counts the cell's rows. */
static void list_samples(struct making *making, const struct summary_table *summary, size_t index)
{
    struct summary *cell = &summary->rows[index];
    bool wrong = false;
    making->own.count = making->serial.count = 0;
    for (size_t i = 0; i < making->samples->count; i++) {
        const struct sample *sample = &making->samples->rows[i];
        const struct summary *of = &summary->rows[making->cells[i]];
        if (of == cell)
            count_row(cell, sample, &wrong);
        if (!summary_counts(sample))
            continue;
        if (of == cell)
            making->own.samples[making->own.count++] = sample;
        if (is_baseline(of) && same_work(of, cell))
            making->serial.samples[making->serial.count++] = sample;
    }
    cell->verified = cell->samples > 0 && !wrong;
}

/* Sorts one field of the cell's samples into values[]; returns how many. */
static size_t sort_field(const struct sample_list *list, size_t offset, double values[])
{
    for (size_t i = 0; i < list->count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)list->samples[i] + offset, sizeof value);
        values[i] = (double)value;
    }
    statistics_sort(values, list->count);
    return list->count;
}

/* The quantile q of one field of the samples; values[] is scratch. */
static double field_quantile(const struct sample_list *list, size_t offset, double q,
                             double values[])
{
    return statistics_quantile(values, sort_field(list, offset, values), q);
}

static double median_cpu_ns(const struct sample_list *list, double values[])
{
    for (size_t i = 0; i < list->count; i++)
        values[i] = (double)list->samples[i]->cpu_user_ns + (double)list->samples[i]->cpu_sys_ns;
    statistics_sort(values, list->count);
    return statistics_quantile(values, list->count, 0.5);
}

/* The figures of a cell alone. */
static void describe(struct summary *cell, const struct sample_list *own, double values[])
{
    size_t count = sort_field(own, offsetof(struct sample, wall_ns), values);
    struct estimate median = statistics_median(values, count, &cell->ci_coverage);
    cell->median_ns = median.value;
    cell->ci_low_ns = median.low;
    cell->ci_high_ns = median.high;
    cell->noisy = median.high - median.low > SUMMARY_NOISY * median.value;
    cell->min_ns = statistics_quantile(values, count, 0.0);
    cell->p90_ns = statistics_quantile(values, count, 0.9);
    cell->max_ns = statistics_quantile(values, count, 1.0);
    cell->least_tasks = field_quantile(own, offsetof(struct sample, least_tasks), 0.0, values);
    cell->most_tasks = field_quantile(own, offsetof(struct sample, most_tasks), 1.0, values);
    cell->peak_rss_kib = field_quantile(own, offsetof(struct sample, peak_rss_kib), 1.0, values);
    cell->cpu_ns = median_cpu_ns(own, values);
    for (size_t i = 0; i < sizeof medians / sizeof medians[0]; i++) {
        double value = field_quantile(own, medians[i].sample, 0.5, values);
        memcpy((char *)cell + medians[i].summary, &value, sizeof value);
    }
}

static int prepare(struct making *making)
{
    size_t room = making->samples->count + 1; /* never nothing */
    making->cells = calloc(room, sizeof *making->cells);
    making->own.samples = calloc(room, sizeof *making->own.samples);
    making->serial.samples = calloc(room, sizeof *making->serial.samples);
    making->values = calloc(room, sizeof *making->values);
    return making->cells == NULL || making->own.samples == NULL || making->serial.samples == NULL ||
                   making->values == NULL
               ? -ENOMEM
               : 0;
}

int summary_make(const struct sample_table *samples, unsigned cores, struct summary_table *summary)
{
    struct making making = {.samples = samples};
    *summary = (struct summary_table){0};
    int error = prepare(&making);
    if (error == 0)
        error = find_cells(samples, making.cells, summary);
    for (size_t i = 0; error == 0 && i < summary->count; i++) {
        struct summary *cell = &summary->rows[i];
        list_samples(&making, summary, i);
        describe(cell, &making.own, making.values);
        cell->oversubscribed = cell->workers > cores;
        error = baseline_compare(cell, &making.own, &making.serial, cores);
    }
    if (error != 0)
        summary_free(summary);
    free(making.values);
    free(making.serial.samples);
    free(making.own.samples);
    free(making.cells);
    return error;
}
