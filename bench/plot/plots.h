/*
 * plots.h - which plots there are: the file each is made from, and the rule for its table and
 * title. Each stands in a file of its own, plots/NAME.c, beside its script scripts/NAME.gp.
 *
 * A rule writes the plain table that the script of the same name reads (fields separated by tabs,
 * table.h), and a title that states what the figures say. Only rows that are verified and have a
 * figure enter; an interval that is missing collapses to its figure. Nothing is added that is not
 * in the CSV.
 */
#ifndef PARBENCH_BENCH_PLOT_PLOTS_H
#define PARBENCH_BENCH_PLOT_PLOTS_H

#include <stddef.h>
#include <stdio.h>

#include "bench/data/csv_table.h"

#define PLOT_TITLE_BYTES 256

/* What a rule says of its picture; at first: no title, one panel, no size. */
struct picture {
    char title[PLOT_TITLE_BYTES];
    size_t panels;     /* how many stand in it, two across */
    int width, height; /* pixels; 0: from the rows and panels */
};

struct plot {
    const char *name;    /* of the script and of the picture */
    const char *about;   /* for bench plot --help */
    const char *file;    /* in the run's directory */
    const char *beside;  /* another file there that adds to it, or NULL */
    const char *command; /* that makes this file, for the line where it is missing */
    /* Writes the table to out. csv[0] is the file, csv[1] the one beside it (empty if that is not
     * there). Returns the most rows of a panel (0: no row has a figure), or a
     * negative errno. */
    int (*write)(FILE *out, const struct csv_table *csv, struct picture *picture);
};

extern const struct plot ipc_bandwidth_plot;
extern const struct plot ipc_latency_plot;
extern const struct plot memory_plot;
extern const struct plot metg_plot;
extern const struct plot phases_plot;
extern const struct plot python_plot;
extern const struct plot scaling_plot;
extern const struct plot spawn_plot;
extern const struct plot speedup_plot;
extern const struct plot timeline_plot;

extern const struct plot *const plots[]; /* ends with NULL */

#endif
