#include "bench/data/sample.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The columns of samples.csv, in their order; sample_read.c reads by the same table. */
const struct column sample_columns[SAMPLE_COLUMNS] = {
    COLUMN(sample, suite, COLUMN_TEXT),
    COLUMN(sample, workload, COLUMN_TEXT),
    COLUMN(sample, parameters, COLUMN_TEXT),
    COLUMN(sample, backend, COLUMN_TEXT),
    COLUMN(sample, schedule, COLUMN_TEXT),
    COLUMN(sample, chunk, COLUMN_COUNT),
    COLUMN(sample, workers, COLUMN_COUNT),
    COLUMN(sample, tasks, COLUMN_COUNT),
    COLUMN(sample, task_bytes, COLUMN_COUNT),
    COLUMN(sample, result_bytes, COLUMN_COUNT),
    COLUMN(sample, round, COLUMN_COUNT),
    COLUMN(sample, repetition, COLUMN_COUNT),
    COLUMN(sample, wall_ns, COLUMN_COUNT),
    COLUMN(sample, start_ns, COLUMN_COUNT),
    COLUMN(sample, send_ns, COLUMN_COUNT),
    COLUMN(sample, compute_ns, COLUMN_COUNT),
    COLUMN(sample, collect_ns, COLUMN_COUNT),
    COLUMN(sample, stop_ns, COLUMN_COUNT),
    COLUMN(sample, cpu_user_ns, COLUMN_COUNT),
    COLUMN(sample, cpu_sys_ns, COLUMN_COUNT),
    COLUMN(sample, voluntary_switches, COLUMN_COUNT),
    COLUMN(sample, involuntary_switches, COLUMN_COUNT),
    COLUMN(sample, minor_faults, COLUMN_COUNT),
    COLUMN(sample, peak_rss_kib, COLUMN_COUNT),
    COLUMN(sample, bytes_sent, COLUMN_COUNT),
    COLUMN(sample, bytes_received, COLUMN_COUNT),
    COLUMN(sample, messages, COLUMN_COUNT),
    COLUMN(sample, least_tasks, COLUMN_COUNT),
    COLUMN(sample, most_tasks, COLUMN_COUNT),
    COLUMN(sample, status, COLUMN_TEXT),
    COLUMN(sample, verified, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, warmups, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, capacity, COLUMN_REAL),
    COLUMN_OPTIONAL(sample, capacity_cpu, COLUMN_REAL),
    COLUMN_OPTIONAL(sample, cores, COLUMN_REAL),
    COLUMN_OPTIONAL(sample, floor_ns, COLUMN_REAL),
    COLUMN_OPTIONAL(sample, pin, COLUMN_TEXT),
    COLUMN_OPTIONAL(sample, asked_chunk, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, delay_ns, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, others_ns, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, disturbed, COLUMN_COUNT),
    COLUMN_OPTIONAL(sample, settings, COLUMN_TEXT),
};

const char *sample_pin(const struct sample *sample)
{
    return sample->pin == NULL || *sample->pin == '\0' ? "none" : sample->pin;
}

void sample_write_header(FILE *out)
{
    columns_write_header(out, sample_columns, SAMPLE_COLUMNS);
}

void sample_write(FILE *out, const struct sample *sample)
{
    columns_write_row(out, sample_columns, SAMPLE_COLUMNS, sample);
}

/* Moves from's items behind those of *items. */
static int append(void **items, size_t *count, const void *from, size_t from_count, size_t bytes)
{
    if (from_count == 0)
        return 0;
    void *grown = reallocarray(*items, *count + from_count, bytes);
    if (grown == NULL)
        return -ENOMEM;
    memcpy((char *)grown + *count * bytes, from, from_count * bytes);
    *items = grown;
    *count += from_count;
    return 0;
}

int sample_table_append(struct sample_table *into, struct sample_table *from)
{
    void *rows = into->rows, *texts = into->texts;
    size_t count = into->count;
    int error = append(&rows, &count, from->rows, from->count, sizeof *into->rows);
    into->rows = rows; /* grown or not, it is valid; the count says what belongs to it */
    if (error == 0)
        error = append(&texts, &into->text_count, from->texts, from->text_count, sizeof(char *));
    into->texts = texts;
    if (error != 0)
        return error;
    into->count = count;
    free(from->rows);
    free(from->texts);
    *from = (struct sample_table){0};
    return 0;
}

int sample_table_restate(struct sample_table *table, size_t row, const char *status)
{
    char *copy = strdup(status);
    void *texts = table->texts;
    int error =
        copy == NULL ? -ENOMEM : append(&texts, &table->text_count, &copy, 1, sizeof(char *));
    table->texts = texts;
    if (error == 0)
        table->rows[row].status = copy;
    else
        free(copy);
    return error;
}

void sample_table_free(struct sample_table *table)
{
    for (size_t i = 0; i < table->text_count; i++)
        free(table->texts[i]);
    free(table->texts);
    free(table->rows);
    *table = (struct sample_table){0};
}
