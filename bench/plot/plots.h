/*
 * plots.h - which plots there are: the file each is made from, and the rule for its table and
 * title.
 *
 * A rule writes the plain table that the script of the same name reads (fields separated by tabs),
 * and a title that states what the figures say. Only rows that are verified and have a figure
 * enter; an interval that is missing collapses to its figure. Nothing is added that is not in the
 * CSV.
 */
#ifndef PARBENCH_BENCH_PLOT_PLOTS_H
#define PARBENCH_BENCH_PLOT_PLOTS_H

#include <stdio.h>

#include "bench/data/csv_table.h"

#define PLOT_TITLE_BYTES 256

struct plot_rule {
    const char *name;    /* of the script and of the picture */
    const char *file;    /* in the run's directory */
    const char *command; /* that makes this file, for the line where it is missing */
    /* Writes the table to out and the title. Returns the number of rows of the picture (0: no row
     * has a figure), or a negative errno; *panels is how many pictures stand in it. */
    int (*write)(FILE *out, const struct csv_table *csv, char *title, size_t *panels);
};

extern const struct plot_rule plot_rules[]; /* ends with a name of NULL */

#endif
