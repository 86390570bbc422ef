/*
 * spawn - what starting and ending one worker costs, by mechanism: the cheapest first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot/table.h"

struct start {
    const struct csv_table *csv;
    size_t row;
    double total_ns;
};

static int by_total(const void *left, const void *right)
{
    double a = ((const struct start *)left)->total_ns, b = ((const struct start *)right)->total_ns;
    return (a > b) - (a < b);
}

static void put_start(FILE *out, const struct start *start, int place)
{
    const struct csv_table *csv = start->csv;
    fprintf(out, "%d\t", place);
    plot_put_text(out, csv_table_text(csv, start->row, "mechanism"));
    fputc(' ', out);
    plot_put_text(out, csv_table_text(csv, start->row, "condition"));
    fprintf(out, "\t%g\t%g\t%g\n", start->total_ns / 1e3,
            plot_bound(csv, start->row, "total_low_ns", start->total_ns) / 1e3,
            plot_bound(csv, start->row, "total_high_ns", start->total_ns) / 1e3);
}

static void title_starts(const struct start starts[], int count, char *title)
{
    const struct start *last = &starts[count - 1];
    if (count < 2)
        snprintf(title, PLOT_TITLE_BYTES, "What starting a worker costs");
    else
        snprintf(title, PLOT_TITLE_BYTES,
                 "Starting a worker by %.40s costs %.0f times as much as by %.40s",
                 csv_table_text(last->csv, last->row, "mechanism"),
                 last->total_ns / starts[0].total_ns,
                 csv_table_text(starts[0].csv, starts[0].row, "mechanism"));
}

static int write_spawn(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct start *starts = calloc(csv->rows + 1, sizeof *starts);
    int count = 0;
    if (starts == NULL)
        return -ENOMEM;
    for (size_t row = 0; row < csv->rows; row++) {
        double total_ns = csv_table_number(csv, row, "total_ns");
        if (total_ns > 0 && strcmp(csv_table_text(csv, row, "status"), "ok") == 0)
            starts[count++] = (struct start){csv, row, total_ns};
    }
    qsort(starts, (size_t)count, sizeof *starts, by_total);
    for (int i = 0; i < count; i++)
        put_start(out, &starts[i], i + 1);
    if (count > 0)
        title_starts(starts, count, picture->title);
    free(starts);
    return count;
}

const struct plot spawn_plot = {
    .name = "spawn",
    .about = "what starting and ending a worker costs",
    .file = "spawn.csv",
    .command = "bench spawn -o DIR",
    .write = write_spawn,
};
