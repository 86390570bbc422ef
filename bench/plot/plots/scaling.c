/*
 * scaling - speedup and efficiency by the number of workers: a pair of panels for each job, a line
 * for each backend of C: with Python's as well, no eye could tell them apart. Only where a job has
 * at least two numbers of workers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"
#include "bench/plot/table.h"

#define NAME_BYTES 32

/* serial is the ideal's begin, not a line. */
static bool has_figure(const struct csv_table *csv, size_t row)
{
    return csv_table_number(csv, row, "speedup") > 0 && csv_table_number(csv, row, "workers") > 0 &&
           csv_table_number(csv, row, "verified") == 1 &&
           strcmp(csv_table_text(csv, row, "backend"), "serial") != 0 &&
           strncmp(csv_table_text(csv, row, "backend"), "python-", 7) != 0;
}

static bool same_line(const struct csv_table *csv, size_t a, size_t b)
{
    static const char *const columns[] = {"backend",
                                          "schedule"}; /* its chunk follows the workers */
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(csv_table_text(csv, a, columns[i]), csv_table_text(csv, b, columns[i])) != 0)
            return false;
    return true;
}

static bool scales(const struct csv_table *csv, size_t row)
{
    if (!has_figure(csv, row))
        return false;
    for (size_t other = 0; other < csv->rows; other++)
        if (has_figure(csv, other) && plot_same_job(csv, row, other) &&
            csv_table_number(csv, other, "workers") != csv_table_number(csv, row, "workers"))
            return true;
    return false;
}

/* The lines of all jobs, so that a backend looks alike in each panel. */
struct lines {
    bool *scales;  /* scales[rows]; owned, */
    size_t *first; /* first[count]: a row of each line; as well */
    size_t count;
    double best; /* the greatest speedup of all */
    size_t best_row;
    size_t cells, disturbed;
};

static int find_lines(const struct csv_table *csv, struct lines *lines)
{
    *lines = (struct lines){.scales = calloc(csv->rows + 1, sizeof *lines->scales),
                            .first = calloc(csv->rows + 1, sizeof *lines->first)};
    if (lines->scales == NULL || lines->first == NULL)
        return -ENOMEM;
    for (size_t row = 0; row < csv->rows; row++) {
        size_t line = 0;
        lines->scales[row] = scales(csv, row); /* looks at all rows: asked once */
        while (line < lines->count && !same_line(csv, lines->first[line], row))
            line++;
        if (lines->scales[row] && line == lines->count)
            lines->first[lines->count++] = row;
    }
    return 0;
}

/* Cut to what fits into a column of the key. */
static void put_name(FILE *out, const struct csv_table *csv, size_t row)
{
    char shown[NAME_BYTES];
    plot_put_text(out, text_brief(csv_table_text(csv, row, "backend"), shown, sizeof shown));
}

/* Data: workers, speedup, low, high, efficiency, low, high, capacity, label, heading. */
static void put_point(FILE *out, const struct csv_table *csv, size_t row)
{
    double speedup = csv_table_number(csv, row, "speedup");
    double workers = csv_table_number(csv, row, "workers");
    double low = plot_bound(csv, row, "speedup_low", speedup);
    double high = plot_bound(csv, row, "speedup_high", speedup);
    fprintf(out, "%g\t%g\t%g\t%g\t%g\t%g\t%g\t%g\t", workers, speedup, low, high, speedup / workers,
            low / workers, high / workers, csv_table_number(csv, row, "capacity"));
    put_name(out, csv, row);
    fputc('\t', out);
    plot_put_job(out, csv, row);
    fputc('\n', out);
}

/* The points of one line in one job, by rising number of workers; a NaN alone if it has none. */
static void put_line(FILE *out, const struct csv_table *csv, const struct lines *lines,
                     size_t first, size_t line)
{
    double last = 0;
    for (size_t next = csv->rows;; next = csv->rows) {
        for (size_t row = 0; row < csv->rows; row++) {
            double workers = csv_table_number(csv, row, "workers");
            if (lines->scales[row] && plot_same_job(csv, first, row) && same_line(csv, line, row) &&
                workers > last &&
                (next == csv->rows || workers < csv_table_number(csv, next, "workers")))
                next = row;
        }
        if (next == csv->rows)
            break;
        put_point(out, csv, next);
        last = csv_table_number(csv, next, "workers");
    }
    if (last > 0)
        return;
    fprintf(out, "NaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\t");
    put_name(out, csv, line);
    fputc('\t', out);
    plot_put_job(out, csv, first);
    fputc('\n', out);
}

static int put_job(FILE *out, const struct csv_table *csv, size_t first, void *state)
{
    struct lines *lines = state;
    for (size_t i = 0; i < lines->count; i++) {
        if (i > 0)
            fprintf(out, "\n\n");
        put_line(out, csv, lines, first, lines->first[i]);
    }
    for (size_t row = 0; row < csv->rows; row++) {
        if (!lines->scales[row] || !plot_same_job(csv, first, row))
            continue;
        bool disturbed = plot_is_disturbed(csv, row);
        lines->cells++;
        lines->disturbed += disturbed;
        if (!disturbed && csv_table_number(csv, row, "speedup") > lines->best) {
            lines->best = csv_table_number(csv, row, "speedup");
            lines->best_row = row;
        }
    }
    return (int)lines->count;
}

static int write_scaling(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct lines lines;
    int rows = find_lines(csv, &lines);
    if (rows == 0)
        rows = plot_each_job(out, csv, picture, scales, put_job, &lines);
    if (rows > 0 && lines.disturbed < lines.cells)
        snprintf(picture->title, PLOT_TITLE_BYTES,
                 "The greatest median speedup: %.2f times, by %.40s x%.10s in %.40s", lines.best,
                 csv_table_text(csv, lines.best_row, "backend"),
                 csv_table_text(csv, lines.best_row, "workers"),
                 csv_table_text(csv, lines.best_row, "workload"));
    if (rows > 0)
        plot_title_disturbed(picture->title, lines.disturbed, lines.cells);
    free(lines.scales);
    free(lines.first);
    picture->width = 900;
    picture->height = 80 + 18 * ((rows + 4) / 3) + (int)picture->panels * 300;
    return rows;
}

const struct plot scaling_plot = {
    .name = "scaling",
    .about = "speedup and efficiency by workers, beside the ideal and the capacity",
    .file = "summary.csv",
    .command = "bench --backend all --workload all --workers 1,2,4 -o DIR",
    .write = write_scaling,
};
