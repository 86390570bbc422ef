#include "bench/plot/plots.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"

/* In a table gnuplot takes a double quote for the begin of a field, and a backslash for that of an
 * escape; tabs are gone (text_clean). */
static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputc('\\', out);
        fputc(*text == '"' ? '\'' : *text, out);
    }
}

/* A bound of an interval, or the figure itself where there is none. */
static double bound(const struct csv_table *csv, size_t row, const char *column, double figure)
{
    double value = csv_table_number(csv, row, column);
    return isnan(value) ? figure : value;
}

/* ---- speedup ----------------------------------------------------------------------------------
 */

static const char *job(const struct csv_table *csv, size_t row, const char *column)
{
    return csv_table_text(csv, row, column);
}

static bool same_job(const struct csv_table *csv, size_t a, size_t b)
{
    return strcmp(job(csv, a, "suite"), job(csv, b, "suite")) == 0 &&
           strcmp(job(csv, a, "workload"), job(csv, b, "workload")) == 0 &&
           strcmp(job(csv, a, "parameters"), job(csv, b, "parameters")) == 0;
}

/* serial is the line at 1; what failed at least once keeps its place in the table, not here. */
static bool has_speedup(const struct csv_table *csv, size_t row)
{
    return csv_table_number(csv, row, "speedup") > 0 &&
           csv_table_number(csv, row, "verified") == 1 &&
           strcmp(csv_table_text(csv, row, "backend"), "serial") != 0;
}

static void put_speedup(FILE *out, const struct csv_table *csv, size_t row, int place)
{
    char heading[512], shown[44]; /* what fits above a panel */
    double speedup = csv_table_number(csv, row, "speedup");
    fprintf(out, "%d\t", place);
    put_text(out, csv_table_text(csv, row, "backend"));
    fprintf(out, " x");
    put_text(out, csv_table_text(csv, row, "workers"));
    fputc(' ', out);
    put_text(out, csv_table_text(csv, row, "schedule"));
    fprintf(out, "\t%g\t%g\t%g\t", speedup, bound(csv, row, "speedup_low", speedup),
            bound(csv, row, "speedup_high", speedup));
    fprintf(out, "%g\t", csv_table_number(csv, row, "capacity"));
    snprintf(heading, sizeof heading, "%s %s", csv_table_text(csv, row, "workload"),
             csv_table_text(csv, row, "parameters"));
    put_text(out, text_brief(heading, shown, sizeof shown));
    fputc('\n', out);
}

/* The block of row's job; *won: the interval of one of its cells lies above 1. Returns its rows. */
static int put_job(FILE *out, const struct csv_table *csv, size_t first, bool *won)
{
    int rows = 0;
    for (size_t row = first; row < csv->rows; row++) {
        if (!has_speedup(csv, row) || !same_job(csv, first, row))
            continue;
        put_speedup(out, csv, row, ++rows);
        *won |= csv_table_number(csv, row, "speedup_low") > 1;
    }
    return rows;
}

static bool seen_before(const struct csv_table *csv, size_t row)
{
    for (size_t other = 0; other < row; other++)
        if (has_speedup(csv, other) && same_job(csv, other, row))
            return true;
    return false;
}

/* "Surely" is an interval above 1; a cell without an interval proves nothing. */
static int write_speedup(FILE *out, const struct csv_table *csv, char *title, size_t *panels)
{
    size_t won = 0;
    int rows = 0, most = 0;
    *panels = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        bool wins = false;
        if (!has_speedup(csv, row) || seen_before(csv, row))
            continue;
        if ((*panels)++ > 0)
            fprintf(out, "\n\n");
        rows = put_job(out, csv, row, &wins);
        most = rows > most ? rows : most;
        won += wins;
    }
    if (won == 0)
        snprintf(title, PLOT_TITLE_BYTES, "No backend is surely faster than the loop");
    else
        snprintf(title, PLOT_TITLE_BYTES, "Surely faster than the loop: in %zu of %zu jobs", won,
                 *panels);
    return most;
}

/* ---- start-up costs ---------------------------------------------------------------------------
 */

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
    put_text(out, csv_table_text(csv, start->row, "mechanism"));
    fputc(' ', out);
    put_text(out, csv_table_text(csv, start->row, "condition"));
    fprintf(out, "\t%g\t%g\t%g\n", start->total_ns / 1e3,
            bound(csv, start->row, "total_low_ns", start->total_ns) / 1e3,
            bound(csv, start->row, "total_high_ns", start->total_ns) / 1e3);
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

static int write_spawn(FILE *out, const struct csv_table *csv, char *title, size_t *panels)
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
        title_starts(starts, count, title);
    free(starts);
    *panels = 1;
    return count;
}

const struct plot_rule plot_rules[] = {
    {"speedup", "summary.csv", "bench --backend all --workload all -o DIR", write_speedup},
    {"spawn", "spawn.csv", "bench spawn -o DIR", write_spawn},
    {NULL, NULL, NULL, NULL},
};
