/*
 * summary.h - from samples to cells: one row of summary.csv for each cell.
 *
 * A cell is what suite, workload, parameters, backend, schedule, chunk, workers and the sizes name;
 * its rows may come from many rounds. Only rows that are "ok" or "retried: ..." and verified enter
 * a figure; all others are counted. A figure that cannot be had is NaN: an empty field in CSV,
 * null in JSON, "-" in tables.
 *
 * The baseline of a cell are the rows of backend "serial" with its suite, workload and parameters.
 *
 *   speedup              serial's wall / this cell's wall, within rounds (statistics_ratio)
 *   efficiency           speedup / workers
 *   capacity             probe_calls_per_s beside this cell / beside serial, within rounds: how
 *                        many cores' worth of compute the machine gave to that many workers
 *   capacity_efficiency  speedup / capacity, within rounds and sample by sample: a sample's
 *                        wall_ns * probe_calls_per_s is what the machine could have computed in
 *                        its time, and this is serial's such figure / this cell's
 *   dispatch_ns_per_task median_ns * (1 - capacity_efficiency) / tasks, at least 0: the wall time
 *                        that the machine's capacity did not spend in kernels, spread over the
 *                        tasks. It equals (median - serial's median / capacity) / tasks where the
 *                        machine does not drift. For tiny tasks it is the price of handing out one;
 *                        for large ones it is mostly imbalance, and the difference of two noisy
 *                        figures. Without a probe, min(workers, cores) stands in for capacity.
 *
 * A serial row has speedup, efficiency, capacity and capacity_efficiency 1 by definition.
 */
#ifndef PARBENCH_BENCH_DATA_SUMMARY_H
#define PARBENCH_BENCH_DATA_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/data/sample.h"

#define SUMMARY_NOISY 0.10 /* noisy: an interval wider than this share of its median */

struct summary {
    /* the cell's keys; text is borrowed from the sample table */
    const char *suite, *workload, *parameters, *backend, *schedule;
    uint64_t chunk, workers, tasks, task_bytes, result_bytes;

    uint64_t samples;  /* rows that enter the figures */
    uint64_t rounds;   /* in which both this cell and serial have such rows */
    uint64_t retried;  /* of the samples, those that a worker's death made run again */
    uint64_t failed;   /* rows that failed, timed out, were wrong or not verified */
    uint64_t skipped;  /* rows "skip: ..." */
    uint64_t verified; /* 1: there are samples, and no row is wrong or not verified */
    uint64_t warmups;  /* the most of any row */

    double median_ns, min_ns, max_ns, p90_ns;  /* of wall_ns */
    double ci_low_ns, ci_high_ns, ci_coverage; /* of the median; 0.95 or more from 6 samples */
    double speedup, speedup_low, speedup_high;
    double efficiency;
    double capacity, capacity_low, capacity_high;
    double capacity_efficiency, capacity_efficiency_low, capacity_efficiency_high;
    double dispatch_ns_per_task;
    double least_tasks, most_tasks; /* run by one worker in any sample */

    double start_ns, send_ns, compute_ns, collect_ns, stop_ns; /* medians, from here on */
    double cpu_ns, cpu_user_ns, cpu_sys_ns;
    double voluntary_switches, involuntary_switches, minor_faults;
    double peak_rss_kib; /* the greatest */
    double bytes_sent, bytes_received, messages;
    double probe_calls_per_s;

    uint64_t oversubscribed; /* 1: more workers than cores */
    uint64_t noisy;          /* 1: the interval is wider than SUMMARY_NOISY */
    const char *settings;    /* as in samples, of the first row that has some; "": none */
    const char *status;      /* "ok", or the first failure, else the first skip, else retry */
};

struct summary_table {
    struct summary *rows; /* rows[count], in order of their cells' first appearance */
    size_t count;
};

#define SUMMARY_COLUMNS 57

extern const struct column summary_columns[SUMMARY_COLUMNS];

/* Makes the summary of all samples; cores is how many this process may use. The sample table must
 * outlive the summary. Returns 0 with *summary owned by the caller, or -ENOMEM. */
int summary_make(const struct sample_table *samples, unsigned cores, struct summary_table *summary);

/* Whether a row enters figures: it ran to its end and was verified. */
bool summary_counts(const struct sample *sample);

void summary_free(struct summary_table *summary);

/* Writes summary.csv: a header and one row for each cell. */
void summary_write_csv(FILE *out, const struct summary_table *summary);

/* Writes the same as a JSON array of objects, with a newline. Returns 0, -ENOMEM or -EIO. */
int summary_write_json(FILE *out, const struct summary_table *summary);

#endif
