/*
 * summary.h - from samples to cells: one row of summary.csv for each cell.
 *
 * A cell is what suite, workload, parameters, backend, schedule, asked_chunk, workers, the sizes
 * and pin name: what was asked for; chunk is what was used, the most of any row. Its rows may come
 * from many rounds. Only rows that are "ok" or "retried: ..." and verified enter a figure; all
 * others are counted. A figure that cannot be had is NaN: an empty field in CSV, null in JSON, "-"
 * in tables.
 *
 * Rounds are fresh processes, whose samples resemble each other: a median is the one over rounds of
 * each round's median, and intervals are between rounds (statistics_clustered). min, p90, max and
 * the greatest are over all samples.
 *
 * The baseline of a cell are the rows of backend "serial" with its suite, workload and parameters.
 *
 *   speedup              serial's wall / this cell's wall, within rounds (statistics_ratio)
 *   efficiency           speedup / workers
 *   capacity             the median over rounds of what the machine could do for that many workers
 *                        around this cell's samples, in cores (bench/cell/probe.h)
 *   capacity_efficiency  speedup * capacity of serial / capacity: how much of it became speedup.
 *                        Serial has a capacity, too: 1.00 unless others took part of its core
 *   dispatch_ns_per_task median_ns * (1 - capacity_efficiency) / tasks: the wall time that the
 *                        machine's capacity did not spend in kernels, spread over the tasks; with
 *                        the interval that capacity_efficiency's gives. It equals (median -
 * serial's median / capacity) / tasks where the machine does not drift. For tiny tasks it is the
 * price of handing out one; for large ones it is mostly imbalance, and the difference of two noisy
 * figures, which may be below 0. Without a probe, min(workers, cores) stands in for capacity.
 *   floor_ns_per_task    how much of that is our own book-keeping (bench/cell/floor.h)
 *
 * A serial row has speedup, efficiency and capacity_efficiency 1 by definition.
 */
#ifndef PARBENCH_BENCH_DATA_SUMMARY_H
#define PARBENCH_BENCH_DATA_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/data/sample.h"

#define SUMMARY_NOISY 0.10 /* noisy: an interval wider than this share of its median */

/* A cell is disturbed if more than this share of its samples were: fewer hardly move a median,
 * which at a quarter is the 67 % quantile of the others (docs/measuring.md has the experiment). */
#define SUMMARY_DISTURBED 0.25

struct summary {
    /* the cell's keys; text is borrowed from the sample table */
    const char *suite, *workload, *parameters, *backend, *schedule, *pin;
    uint64_t asked_chunk, workers, tasks, task_bytes, result_bytes;
    uint64_t chunk; /* the most tasks handed out together in any row */

    uint64_t samples;    /* rows that enter the figures */
    uint64_t rounds;     /* in which both this cell and serial have such rows */
    uint64_t retried;    /* of the samples, those that a worker's death made run again */
    uint64_t failed;     /* rows that failed, timed out, were wrong or not verified */
    uint64_t skipped;    /* rows "skip: ..." */
    uint64_t disturbed;  /* of the samples, those from which others took more than a twentieth */
    uint64_t remeasured; /* rows that were disturbed and measured again: in no figure */
    uint64_t verified;   /* 1: there are samples, and no row is wrong or not verified */
    uint64_t warmups;    /* the most of any row */

    double median_ns, min_ns, max_ns, p90_ns; /* of wall_ns */
    double ci_low_ns, ci_high_ns;             /* of the median */
    double ci_coverage; /* what every interval of this row covers at least: 0.95 from 6 rounds on,
                           0.75 of 3; 0 of one, whose intervals know of no other */
    double speedup, speedup_low, speedup_high;
    double efficiency;
    double capacity, capacity_low, capacity_high;
    double capacity_efficiency, capacity_efficiency_low, capacity_efficiency_high;
    double dispatch_ns_per_task, dispatch_low, dispatch_high;
    double least_tasks, most_tasks; /* run by one worker in any sample */

    double start_ns, send_ns, compute_ns, collect_ns, stop_ns; /* medians, from here on */
    double cpu_ns, cpu_user_ns, cpu_sys_ns;
    double voluntary_switches, involuntary_switches, minor_faults;
    double peak_rss_kib; /* the greatest */
    double bytes_sent, bytes_received, messages;
    double floor_ns_per_task;
    double
        capacity_cpu; /* of the probe's processes: processor time that the kernel gave, in cores */
    double cores;     /* the least that this cell might use; NaN: not known */

    uint64_t impossible;       /* 1: all of capacity's interval lies above workers or cores */
    uint64_t oversubscribed;   /* 1: more workers than cores */
    uint64_t noisy;            /* 1: the median's interval is wider than SUMMARY_NOISY of it */
    uint64_t serial_disturbed; /* 1: its baseline is disturbed, and so are all figures against it */
    const char *settings;      /* as in samples, of the first row that has some; "": none */
    const char *status;        /* "ok", or the first failure, else the first skip, else retry */
};

struct summary_table {
    struct summary *rows; /* rows[count], in order of their cells' first appearance */
    size_t count;
};

#define SUMMARY_COLUMNS 67

extern const struct column summary_columns[SUMMARY_COLUMNS];

/* Makes the summary of all samples; cores is how many this process may use. The sample table must
 * outlive the summary. Returns 0 with *summary owned by the caller, or -ENOMEM. */
int summary_make(const struct sample_table *samples, unsigned cores, struct summary_table *summary);

/* Whether a row enters figures: it ran to its end and was verified. */
bool summary_counts(const struct sample *sample);

/* Whether so many disturbed samples of all are too many to conclude from. */
bool summary_too_disturbed(uint64_t disturbed, uint64_t samples);

/* Whether nothing is to be concluded from a cell: its own samples, or its baseline's, were
 * disturbed. */
bool summary_is_disturbed(const struct summary *cell);

void summary_free(struct summary_table *summary);

/* Writes summary.csv: a header and one row for each cell. */
void summary_write_csv(FILE *out, const struct summary_table *summary);

/* Writes the same as a JSON array of objects, with a newline. Returns 0, -ENOMEM or -EIO. */
int summary_write_json(FILE *out, const struct summary_table *summary);

#endif
