/*
 * phases - where the time of a cold run goes: start, send, compute, collect and stop, as shares of
 * their sum, which is written beside. (send, compute and collect sum to the warm map.)
 */
#include <string.h>

#include "bench/plot/table.h"

#define PHASES 5

static const char *const phases[PHASES] = {"start_ns", "send_ns", "compute_ns", "collect_ns",
                                           "stop_ns"};

struct counts {
    size_t cells, computing; /* computing: kernels are the greater half */
    size_t disturbed;        /* in neither */
};

static double total_ns(const struct csv_table *csv, size_t row)
{
    double sum = 0;
    for (size_t i = 0; i < PHASES; i++)
        sum += csv_table_number(csv, row, phases[i]);
    return sum; /* NaN if one is missing */
}

static bool has_phases(const struct csv_table *csv, size_t row)
{
    return total_ns(csv, row) > 0 && csv_table_number(csv, row, "verified") == 1;
}

/* Four digits, in the unit that leaves at least one before the point. */
static void put_time(FILE *out, double ns)
{
    if (ns < 1e6)
        fprintf(out, "%.4g us", ns / 1e3);
    else if (ns < 1e9)
        fprintf(out, "%.4g ms", ns / 1e6);
    else
        fprintf(out, "%.4g s", ns / 1e9);
}

/* Data: row, label, the ends of the five shares in percent, total, heading. */
static int put_job(FILE *out, const struct csv_table *csv, size_t first, void *state)
{
    struct counts *counts = state;
    int rows = 0;
    for (size_t row = first; row < csv->rows; row++) {
        if (!has_phases(csv, row) || !plot_same_job(csv, first, row))
            continue;
        double total = total_ns(csv, row), end = 0;
        fprintf(out, "%d\t", ++rows);
        plot_put_cell(out, csv, row);
        for (size_t i = 0; i < PHASES; i++) {
            end += csv_table_number(csv, row, phases[i]);
            fprintf(out, "\t%.3f", 100 * end / total);
        }
        fputc('\t', out);
        put_time(out, total);
        fputc('\t', out);
        plot_put_job(out, csv, row);
        fputc('\n', out);
        if (plot_is_disturbed(csv, row)) {
            counts->disturbed++;
            continue;
        }
        counts->cells++;
        counts->computing += csv_table_number(csv, row, "compute_ns") > total / 2;
    }
    return rows;
}

static int write_phases(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct counts counts = {0, 0, 0};
    int rows = plot_each_job(out, csv, picture, has_phases, put_job, &counts);
    snprintf(picture->title, PLOT_TITLE_BYTES,
             "Kernels are the greater half of a cold run in %zu of %zu cells", counts.computing,
             counts.cells);
    plot_title_disturbed(picture->title, counts.disturbed, counts.disturbed + counts.cells);
    picture->height = 100 + (int)(picture->panels + 1) / 2 * (80 + 18 * rows);
    return rows;
}

const struct plot phases_plot = {
    .name = "phases",
    .about = "where the time of a run goes: start, send, compute, collect, stop",
    .file = "summary.csv",
    .command = "bench --backend all --workload all -o DIR",
    .write = write_phases,
};
