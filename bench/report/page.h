/*
 * page.h - the parts of the page that bench report writes. Each writes to out, escaped, and
 * returns 0 or a negative errno.
 */
#ifndef PARBENCH_BENCH_REPORT_PAGE_H
#define PARBENCH_BENCH_REPORT_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "bench/data/csv_table.h"
#include "bench/data/summary.h"

/* page.css and page.js. */
extern const char page_style[];
extern const char page_script[];

/* A table of a CSV of the price list: times, sizes and rates in units that fit, an interval behind
 * its figure. Rows are grouped by the column `group` (NULL: one group), which must be sorted. */
int page_price_table(FILE *out, const struct csv_table *csv, const char *title, const char *group);

/* Every plot of directory/plots that is an SVG, as a picture in the page: those of bench plot in
 * its order, then what else is there. *count is how many. */
int page_pictures(FILE *out, const char *directory, size_t *count);

/* What environment.json knows; NULL: nothing. */
int page_environment(FILE *out, const json_t *environment);

/* What this machine can't show, from its environment (may be NULL) and the figures themselves. */
int page_limits(FILE *out, const json_t *environment, const struct summary_table *summary);

#endif
