/*
 * table.h - what the rules of plots share: fields of the table for gnuplot, and jobs.
 *
 * A job is a suite, a workload and its parameters: what may be compared. csv stays the caller's.
 */
#ifndef PARBENCH_BENCH_PLOT_TABLE_H
#define PARBENCH_BENCH_PLOT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/plot/plots.h"

/* Writes a text as one field, so that gnuplot shows it as it is. */
void plot_put_text(FILE *out, const char *text);

/* A bound of an interval, or the figure itself where there is none. */
double plot_bound(const struct csv_table *csv, size_t row, const char *column, double figure);

/* The same for a logarithmic axis, where a bound of 0 or less has no place: it counts as missing.
 */
double plot_log_bound(const struct csv_table *csv, size_t row, const char *column, double figure);

/* Two digits and zeros: what a title may say of a ratio. x above 0. */
double plot_two_digits(double x);

bool plot_same_job(const struct csv_table *csv, size_t a, size_t b);

/* Whether other programs disturbed this row of a summary.csv, or its baseline: it is drawn, but no
 * title says anything of it. */
bool plot_is_disturbed(const struct csv_table *csv, size_t row);

/* Appends to a title how many cells it is not about; where these are all, that becomes the title. */
void plot_title_disturbed(char *title, size_t disturbed, size_t cells);

/* Calls put with the first row of each job that `has` lets in, the jobs of one workload in a row so
 * that its sizes stand side by side, and parts their tables by two empty lines, as gnuplot's blocks
 * are. put returns the rows it wrote. Sets picture->panels to the number of jobs and returns the
 * most rows of one. */
int plot_each_job(FILE *out, const struct csv_table *csv, struct picture *picture,
                  bool (*has)(const struct csv_table *csv, size_t row),
                  int (*put)(FILE *out, const struct csv_table *csv, size_t first, void *state),
                  void *state);

/* Writes "backend xworkers", and the schedule where that is not the usual one, as a field. */
void plot_put_cell(FILE *out, const struct csv_table *csv, size_t row);

/* Writes the job's heading as a field: workload and parameters, cut to what fits above a panel. */
void plot_put_job(FILE *out, const struct csv_table *csv, size_t row);

#endif
