/*
 * speedup - each cell against the serial loop: a panel for each job.
 */
#include <stdbool.h>
#include <string.h>

#include "bench/plot/table.h"

/* serial is the line at 1; what failed at least once keeps its place in the table, not here. */
static bool has_speedup(const struct csv_table *csv, size_t row)
{
    return csv_table_number(csv, row, "speedup") > 0 &&
           csv_table_number(csv, row, "verified") == 1 &&
           strcmp(csv_table_text(csv, row, "backend"), "serial") != 0;
}

static void put_speedup(FILE *out, const struct csv_table *csv, size_t row, int place)
{
    double speedup = csv_table_number(csv, row, "speedup");
    fprintf(out, "%d\t", place);
    plot_put_cell(out, csv, row);
    fprintf(out, "\t%g\t%g\t%g\t", speedup, plot_bound(csv, row, "speedup_low", speedup),
            plot_bound(csv, row, "speedup_high", speedup));
    fprintf(out, "%g\t", csv_table_number(csv, row, "capacity"));
    plot_put_job(out, csv, row);
    fputc('\n', out);
}

struct counts {
    size_t won; /* jobs in which the interval of a cell that was not disturbed lies above 1 */
    size_t cells, disturbed;
};

/* A job's block. */
static int put_job(FILE *out, const struct csv_table *csv, size_t first, void *state)
{
    struct counts *counts = state;
    bool wins = false;
    int rows = 0;
    for (size_t row = first; row < csv->rows; row++) {
        if (!has_speedup(csv, row) || !plot_same_job(csv, first, row))
            continue;
        put_speedup(out, csv, row, ++rows);
        counts->cells++;
        counts->disturbed += plot_is_disturbed(csv, row);
        wins |= csv_table_number(csv, row, "speedup_low") > 1 && !plot_is_disturbed(csv, row);
    }
    counts->won += wins;
    return rows;
}

/* "Surely" is an interval above 1; a cell without an interval proves nothing. */
static int write_speedup(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct counts counts = {0, 0, 0};
    int rows = plot_each_job(out, csv, picture, has_speedup, put_job, &counts);
    if (counts.won == 0)
        snprintf(picture->title, PLOT_TITLE_BYTES, "No backend is surely faster than the loop");
    else
        snprintf(picture->title, PLOT_TITLE_BYTES,
                 "Surely faster than the loop: in %zu of %zu jobs", counts.won,
                 picture->panels);
    plot_title_disturbed(picture->title, counts.disturbed, counts.cells);
    return rows;
}

const struct plot speedup_plot = {
    .name = "speedup",
    .about = "of each cell against the loop, with intervals and the machine's capacity",
    .file = "summary.csv",
    .command = "bench --backend all --workload all -o DIR",
    .write = write_speedup,
};
