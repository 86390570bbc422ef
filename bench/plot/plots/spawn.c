/*
 * spawn and memory - what starting and ending one worker costs, and what it holds while it is idle,
 * by mechanism: the cheapest first.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"
#include "bench/plot/table.h"

#define NAME_BYTES 32 /* what two of fit into a title */
#define SIZE_BYTES 32

struct start {
    const struct csv_table *csv;
    size_t row;
    double figure; /* what the rows are sorted by */
};

static int by_figure(const void *left, const void *right)
{
    double a = ((const struct start *)left)->figure, b = ((const struct start *)right)->figure;
    return (a > b) - (a < b);
}

static double number(const struct start *start, const char *column)
{
    return csv_table_number(start->csv, start->row, column);
}

static char *start_name(const struct start *start, char name[NAME_BYTES])
{
    const char *condition = csv_table_text(start->csv, start->row, "condition");
    char whole[256];
    snprintf(whole, sizeof whole, "%s%s%s", csv_table_text(start->csv, start->row, "mechanism"),
             *condition != '\0' ? " " : "", condition);
    return text_brief(whole, name, NAME_BYTES);
}

/* What has the figure, sorted by it; NULL: no memory. The caller frees it. */
static struct start *find_starts(const struct csv_table *csv, const char *column, int *count)
{
    struct start *starts = calloc(csv->rows + 1, sizeof *starts);
    *count = 0;
    if (starts == NULL)
        return NULL;
    for (size_t row = 0; row < csv->rows; row++) {
        double figure = csv_table_number(csv, row, column);
        if (figure > 0 && strcmp(csv_table_text(csv, row, "status"), "ok") == 0)
            starts[(*count)++] = (struct start){csv, row, figure};
    }
    qsort(starts, (size_t)*count, sizeof *starts, by_figure);
    return starts;
}

static void put_name(FILE *out, const struct start *start, int place)
{
    char name[NAME_BYTES];
    fprintf(out, "%d\t", place);
    plot_put_text(out, start_name(start, name));
}

/* Writes a row for each that has the figure of this column, and a title of them all. */
static int write_starts(FILE *out, const struct csv_table *csv, const char *column,
                        void (*put)(FILE *out, const struct start *start, int place),
                        void (*name)(const struct start starts[], int count, char *title),
                        char *title)
{
    int count;
    struct start *starts = find_starts(csv, column, &count);
    if (starts == NULL)
        return -ENOMEM;
    for (int i = 0; i < count; i++)
        put(out, &starts[i], i + 1);
    if (count > 0)
        name(starts, count, title);
    free(starts);
    return count;
}

/* ---- time -------------------------------------------------------------------------------------
 */

static void put_time(FILE *out, const struct start *start, int place)
{
    put_name(out, start, place);
    fprintf(out, "\t%g\t%g\t%g\n", start->figure / 1e3,
            plot_log_bound(start->csv, start->row, "total_low_ns", start->figure) / 1e3,
            plot_log_bound(start->csv, start->row, "total_high_ns", start->figure) / 1e3);
}

static void title_times(const struct start starts[], int count, char *title)
{
    char dear[NAME_BYTES], cheap[NAME_BYTES];
    const struct start *last = &starts[count - 1];
    const double times = plot_two_digits(last->figure / starts[0].figure);
    if (count < 2)
        snprintf(title, PLOT_TITLE_BYTES, "What starting a worker costs");
    else
        snprintf(title, PLOT_TITLE_BYTES, "Start by %s: %.*f times that by %s",
                 start_name(last, dear), times < 10 ? 1 : 0, times, start_name(&starts[0], cheap));
}

static int write_spawn(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    return write_starts(out, csv, "total_ns", put_time, title_times, picture->title);
}

const struct plot spawn_plot = {
    .name = "spawn",
    .about = "what starting and ending a worker costs",
    .file = "spawn.csv",
    .command = "bench spawn -o DIR",
    .write = write_spawn,
};

/* ---- memory -----------------------------------------------------------------------------------
 */

/* A process may well have no page of its own; that has no place on a logarithmic scale. */
static void put_memory(FILE *out, const struct start *start, int place)
{
    double own = number(start, "idle_uss_kib");
    put_name(out, start, place);
    fprintf(out, "\t%g\t%g\n", start->figure, own > 0 ? own : (double)NAN);
}

static char *size_text(double kib, char text[SIZE_BYTES])
{
    if (kib < 1024)
        snprintf(text, SIZE_BYTES, "%.3g KiB", kib);
    else
        snprintf(text, SIZE_BYTES, "%.3g MiB", kib / 1024);
    return text;
}

/* The least and the most that a worker has to itself. */
static void title_memory(const struct start starts[], int count, char *title)
{
    char few[SIZE_BYTES], many[SIZE_BYTES];
    const struct start *least = NULL, *most = NULL;
    for (int i = 0; i < count; i++) {
        double own = number(&starts[i], "idle_uss_kib");
        if (own > 0 && (least == NULL || own < number(least, "idle_uss_kib")))
            least = &starts[i];
        if (own > 0 && (most == NULL || own > number(most, "idle_uss_kib")))
            most = &starts[i];
    }
    if (least == NULL || most == NULL || least == most)
        snprintf(title, PLOT_TITLE_BYTES, "What an idle worker holds");
    else
        snprintf(title, PLOT_TITLE_BYTES, "An idle worker's own memory: %s (%.16s) to %s (%.16s)",
                 size_text(number(least, "idle_uss_kib"), few),
                 csv_table_text(least->csv, least->row, "mechanism"),
                 size_text(number(most, "idle_uss_kib"), many),
                 csv_table_text(most->csv, most->row, "mechanism"));
}

static int write_memory(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    int count = write_starts(out, csv, "idle_pss_kib", put_memory, title_memory, picture->title);
    picture->height = 190 + 18 * count; /* with a key */
    return count;
}

const struct plot memory_plot = {
    .name = "memory",
    .about = "what an idle worker holds: its share (PSS), and what is its own (USS)",
    .file = "spawn.csv",
    .command = "bench spawn -o DIR",
    .write = write_memory,
};
