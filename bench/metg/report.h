/*
 * report.h - what the curves say: metg.csv, metg_curve.csv, and a table for people.
 */
#ifndef PARBENCH_BENCH_METG_REPORT_H
#define PARBENCH_BENCH_METG_REPORT_H

#include "bench/metg/measure.h"

/* Writes the files of -o (with the suite's own) and prints the table to standard output, of
 * whatever was measured. Returns 0 or a negative errno, with one line in metg->message. */
int metg_report(struct metg *metg);

#endif
