#include "bench/data/summary.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/data/columns_json.h"

/* The columns of summary.csv, in their order. */
const struct column summary_columns[SUMMARY_COLUMNS] = {
    COLUMN(summary, suite, COLUMN_TEXT),
    COLUMN(summary, workload, COLUMN_TEXT),
    COLUMN(summary, parameters, COLUMN_TEXT),
    COLUMN(summary, backend, COLUMN_TEXT),
    COLUMN(summary, schedule, COLUMN_TEXT),
    COLUMN(summary, chunk, COLUMN_COUNT),
    COLUMN(summary, workers, COLUMN_COUNT),
    COLUMN(summary, tasks, COLUMN_COUNT),
    COLUMN(summary, task_bytes, COLUMN_COUNT),
    COLUMN(summary, result_bytes, COLUMN_COUNT),
    COLUMN(summary, samples, COLUMN_COUNT),
    COLUMN(summary, rounds, COLUMN_COUNT),
    COLUMN(summary, retried, COLUMN_COUNT),
    COLUMN(summary, failed, COLUMN_COUNT),
    COLUMN(summary, skipped, COLUMN_COUNT),
    COLUMN(summary, verified, COLUMN_COUNT),
    COLUMN(summary, warmups, COLUMN_COUNT),
    COLUMN(summary, median_ns, COLUMN_REAL),
    COLUMN(summary, min_ns, COLUMN_REAL),
    COLUMN(summary, max_ns, COLUMN_REAL),
    COLUMN(summary, p90_ns, COLUMN_REAL),
    COLUMN(summary, ci_low_ns, COLUMN_REAL),
    COLUMN(summary, ci_high_ns, COLUMN_REAL),
    COLUMN(summary, ci_coverage, COLUMN_REAL),
    COLUMN(summary, speedup, COLUMN_REAL),
    COLUMN(summary, speedup_low, COLUMN_REAL),
    COLUMN(summary, speedup_high, COLUMN_REAL),
    COLUMN(summary, efficiency, COLUMN_REAL),
    COLUMN(summary, capacity, COLUMN_REAL),
    COLUMN(summary, capacity_low, COLUMN_REAL),
    COLUMN(summary, capacity_high, COLUMN_REAL),
    COLUMN(summary, capacity_efficiency, COLUMN_REAL),
    COLUMN(summary, capacity_efficiency_low, COLUMN_REAL),
    COLUMN(summary, capacity_efficiency_high, COLUMN_REAL),
    COLUMN(summary, dispatch_ns_per_task, COLUMN_REAL),
    COLUMN(summary, least_tasks, COLUMN_REAL),
    COLUMN(summary, most_tasks, COLUMN_REAL),
    COLUMN(summary, start_ns, COLUMN_REAL),
    COLUMN(summary, send_ns, COLUMN_REAL),
    COLUMN(summary, compute_ns, COLUMN_REAL),
    COLUMN(summary, collect_ns, COLUMN_REAL),
    COLUMN(summary, stop_ns, COLUMN_REAL),
    COLUMN(summary, cpu_ns, COLUMN_REAL),
    COLUMN(summary, cpu_user_ns, COLUMN_REAL),
    COLUMN(summary, cpu_sys_ns, COLUMN_REAL),
    COLUMN(summary, voluntary_switches, COLUMN_REAL),
    COLUMN(summary, involuntary_switches, COLUMN_REAL),
    COLUMN(summary, minor_faults, COLUMN_REAL),
    COLUMN(summary, peak_rss_kib, COLUMN_REAL),
    COLUMN(summary, bytes_sent, COLUMN_REAL),
    COLUMN(summary, bytes_received, COLUMN_REAL),
    COLUMN(summary, messages, COLUMN_REAL),
    COLUMN(summary, probe_calls_per_s, COLUMN_REAL),
    COLUMN(summary, oversubscribed, COLUMN_COUNT),
    COLUMN(summary, noisy, COLUMN_COUNT),
    COLUMN(summary, settings, COLUMN_TEXT),
    COLUMN(summary, status, COLUMN_TEXT),
};

void summary_write_csv(FILE *out, const struct summary_table *summary)
{
    columns_write_header(out, summary_columns, SUMMARY_COLUMNS);
    for (size_t i = 0; i < summary->count; i++)
        columns_write_row(out, summary_columns, SUMMARY_COLUMNS, &summary->rows[i]);
}

int summary_write_json(FILE *out, const struct summary_table *summary)
{
    const struct column_rows rows = {summary_columns, SUMMARY_COLUMNS, summary->rows,
                                     sizeof *summary->rows, summary->count};
    return columns_write_json(out, &rows);
}

void summary_free(struct summary_table *summary)
{
    free(summary->rows);
    *summary = (struct summary_table){0};
}
