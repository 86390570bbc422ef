/*
 * table.h - a summary for people: aligned on a terminal, or as Markdown, LaTeX, CSV, JSON.
 *
 * CSV and JSON hold every column of the summary in base units (summary.h). The others hold what a
 * reader compares, in units chosen for each value, grouped by workload; parameters which all cells
 * of a group share stand once, in its heading. The columns of those:
 *
 *   median, +-     of the wall time; half of its 95 % interval's width
 *   speedup, +-    against serial, within rounds
 *   capacity       cores' worth of compute that the machine gave to so many workers
 *   used           capacity_efficiency: how much of that the cell turned into speedup
 *   dispatch       dispatch_ns_per_task
 *   tasks          run by one worker, least..most
 *   notes          failed, skipped, retried, oversubscribed, noisy; "+- covers 75 %" or "1 round"
 *                  where rounds are too few for intervals of 95 %; disturbed: others took too much of
 *                  the machine to conclude anything from the row; serial disturbed: of the loop's
 *                  time, so not from its speedup either; impossible capacity: more than workers or
 *                  cores, so the probe is not to be believed; NAME=value: a variable that a user
 *                  has set, and that the figures may depend on
 */
#ifndef PARBENCH_BENCH_PRESENT_TABLE_H
#define PARBENCH_BENCH_PRESENT_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "bench/data/summary.h"

enum table_format {
    TABLE_TERMINAL, /* "table": as wide as the terminal if out is one, else as wide as needed */
    TABLE_CSV,      /* "csv" */
    TABLE_JSON,     /* "json" */
    TABLE_MARKDOWN, /* "markdown" */
    TABLE_LATEX,    /* "latex": a tabular for the package booktabs */
    TABLE_HTML      /* "html": tables to be put into a page */
};

/* Reads the name of the format that standard output is to have. Returns 0, or -EINVAL with one line
 * in message[bytes]. */
int table_format_parse(const char *text, enum table_format *format, char *message, size_t bytes);

/* Prints the summary. Colours as in screen.h. Returns 0,
 * -ENOMEM or -EIO. */
int table_print(FILE *out, const struct summary_table *summary, enum table_format format);

#endif
