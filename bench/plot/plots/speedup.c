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
    plot_put_text(out, csv_table_text(csv, row, "backend"));
    fprintf(out, " x");
    plot_put_text(out, csv_table_text(csv, row, "workers"));
    fputc(' ', out);
    plot_put_text(out, csv_table_text(csv, row, "schedule"));
    fprintf(out, "\t%g\t%g\t%g\t", speedup, plot_bound(csv, row, "speedup_low", speedup),
            plot_bound(csv, row, "speedup_high", speedup));
    fprintf(out, "%g\t", csv_table_number(csv, row, "capacity"));
    plot_put_job(out, csv, row);
    fputc('\n', out);
}

/* The block of row's job; *won: the interval of one of its cells lies above 1. Returns its rows. */
static int put_job(FILE *out, const struct csv_table *csv, size_t first, bool *won)
{
    int rows = 0;
    for (size_t row = first; row < csv->rows; row++) {
        if (!has_speedup(csv, row) || !plot_same_job(csv, first, row))
            continue;
        put_speedup(out, csv, row, ++rows);
        *won |= csv_table_number(csv, row, "speedup_low") > 1;
    }
    return rows;
}

static bool seen_before(const struct csv_table *csv, size_t row)
{
    for (size_t other = 0; other < row; other++)
        if (has_speedup(csv, other) && plot_same_job(csv, other, row))
            return true;
    return false;
}

/* "Surely" is an interval above 1; a cell without an interval proves nothing. */
static int write_speedup(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    size_t won = 0;
    int rows = 0, most = 0;
    picture->panels = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        bool wins = false;
        if (!has_speedup(csv, row) || seen_before(csv, row))
            continue;
        if (picture->panels++ > 0)
            fprintf(out, "\n\n");
        rows = put_job(out, csv, row, &wins);
        most = rows > most ? rows : most;
        won += wins;
    }
    if (won == 0)
        snprintf(picture->title, PLOT_TITLE_BYTES, "No backend is surely faster than the loop");
    else
        snprintf(picture->title, PLOT_TITLE_BYTES,
                 "Surely faster than the loop: in %zu of %zu jobs", won, picture->panels);
    return most;
}

const struct plot speedup_plot = {
    .name = "speedup",
    .about = "of each cell against the loop, with intervals and the machine's capacity",
    .file = "summary.csv",
    .command = "bench --backend all --workload all -o DIR",
    .write = write_speedup,
};
