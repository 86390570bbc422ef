#include "bench/plot/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/summary.h"
#include "bench/data/text.h"

#define LABEL_BYTES 36 /* what fits beside a panel */

/* In a table gnuplot takes a double quote for the begin of a field, and a backslash for that of an
 * escape; tabs are gone (text_clean). For LaTeX it takes a text that begins with { or [ for LaTeX;
 * a no-break space before it stays, where an ordinary one would be skipped. */
void plot_put_text(FILE *out, const char *text)
{
    if (*text == '{' || *text == '[')
        fputs("\xc2\xa0", out);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputc('\\', out);
        fputc(*text == '"' ? '\'' : *text, out);
    }
}

double plot_bound(const struct csv_table *csv, size_t row, const char *column, double figure)
{
    double value = csv_table_number(csv, row, column);
    return isnan(value) ? figure : value;
}

double plot_log_bound(const struct csv_table *csv, size_t row, const char *column, double figure)
{
    double value = csv_table_number(csv, row, column);
    return value > 0 ? value : figure;
}

double plot_two_digits(double x)
{
    double unit = pow(10, floor(log10(x)) - 1);
    return round(x / unit) * unit;
}

bool plot_is_disturbed(const struct csv_table *csv, size_t row)
{
    double disturbed = csv_table_number(csv, row, "disturbed");
    return disturbed > SUMMARY_DISTURBED * csv_table_number(csv, row, "samples") ||
           csv_table_number(csv, row, "serial_disturbed") > 0;
}

void plot_title_disturbed(char *title, size_t disturbed, size_t cells)
{
    size_t length = strlen(title);
    if (disturbed == 0)
        return;
    if (disturbed == cells)
        snprintf(title, PLOT_TITLE_BYTES, "Other programs disturbed all cells: no finding");
    else
        snprintf(title + length, PLOT_TITLE_BYTES - length, " (%zu of %zu disturbed, left out)",
                 disturbed, cells);
}

static bool same(const struct csv_table *csv, size_t a, size_t b, const char *column)
{
    return strcmp(csv_table_text(csv, a, column), csv_table_text(csv, b, column)) == 0;
}

bool plot_same_job(const struct csv_table *csv, size_t a, size_t b)
{
    return same(csv, a, b, "suite") && same(csv, a, b, "workload") && same(csv, a, b, "parameters");
}

static bool same_workload(const struct csv_table *csv, size_t a, size_t b)
{
    return same(csv, a, b, "suite") && same(csv, a, b, "workload");
}

/* The first rows of jobs, in the order in which they are drawn. */
struct jobs {
    size_t *first; /* first[count]; owned */
    size_t count;
};

static bool is_new(const struct csv_table *csv, const struct jobs *jobs, size_t row)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (plot_same_job(csv, jobs->first[i], row))
            return false;
    return true;
}

/* Behind the last job of its workload. */
static void insert(const struct csv_table *csv, struct jobs *jobs, size_t row)
{
    size_t place = jobs->count;
    for (size_t i = 0; i < jobs->count; i++)
        if (same_workload(csv, jobs->first[i], row))
            place = i + 1;
    memmove(&jobs->first[place + 1], &jobs->first[place],
            (jobs->count - place) * sizeof jobs->first[0]);
    jobs->first[place] = row;
    jobs->count++;
}

int plot_each_job(FILE *out, const struct csv_table *csv, struct picture *picture,
                  bool (*has)(const struct csv_table *csv, size_t row),
                  int (*put)(FILE *out, const struct csv_table *csv, size_t first, void *state),
                  void *state)
{
    struct jobs jobs = {.first = calloc(csv->rows + 1, sizeof *jobs.first)};
    int most = 0;
    if (jobs.first == NULL)
        return -ENOMEM;
    for (size_t row = 0; row < csv->rows; row++)
        if (has(csv, row) && is_new(csv, &jobs, row))
            insert(csv, &jobs, row);
    for (size_t i = 0; i < jobs.count; i++) {
        if (i > 0)
            fprintf(out, "\n\n");
        int rows = put(out, csv, jobs.first[i], state);
        most = rows > most ? rows : most;
    }
    picture->panels = jobs.count;
    free(jobs.first);
    return most;
}

void plot_put_cell(FILE *out, const struct csv_table *csv, size_t row)
{
    const char *schedule = csv_table_text(csv, row, "schedule");
    const char *shown_schedule = strcmp(schedule, "dynamic") != 0 ? schedule : "";
    char label[512], shown[LABEL_BYTES];
    snprintf(label, sizeof label, "%s x%s%s%s", csv_table_text(csv, row, "backend"),
             csv_table_text(csv, row, "workers"), *shown_schedule != '\0' ? " " : "",
             shown_schedule);
    plot_put_text(out, text_brief(label, shown, sizeof shown));
}

void plot_put_job(FILE *out, const struct csv_table *csv, size_t row)
{
    char heading[512], shown[44];
    snprintf(heading, sizeof heading, "%s %s", csv_table_text(csv, row, "workload"),
             csv_table_text(csv, row, "parameters"));
    plot_put_text(out, text_brief(heading, shown, sizeof shown));
}
