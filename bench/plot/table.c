#include "bench/plot/table.h"

#include <math.h>
#include <string.h>

#include "bench/data/text.h"

/* In a table gnuplot takes a double quote for the begin of a field, and a backslash for that of an
 * escape; tabs are gone (text_clean). */
void plot_put_text(FILE *out, const char *text)
{
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

static bool same(const struct csv_table *csv, size_t a, size_t b, const char *column)
{
    return strcmp(csv_table_text(csv, a, column), csv_table_text(csv, b, column)) == 0;
}

bool plot_same_job(const struct csv_table *csv, size_t a, size_t b)
{
    return same(csv, a, b, "suite") && same(csv, a, b, "workload") && same(csv, a, b, "parameters");
}

static bool seen_before(const struct csv_table *csv, size_t row,
                        bool (*has)(const struct csv_table *csv, size_t row))
{
    for (size_t other = 0; other < row; other++)
        if (has(csv, other) && plot_same_job(csv, other, row))
            return true;
    return false;
}

int plot_each_job(FILE *out, const struct csv_table *csv, struct picture *picture,
                  bool (*has)(const struct csv_table *csv, size_t row),
                  int (*put)(FILE *out, const struct csv_table *csv, size_t first, void *state),
                  void *state)
{
    int most = 0;
    picture->panels = 0;
    for (size_t row = 0; row < csv->rows; row++) {
        if (!has(csv, row) || seen_before(csv, row, has))
            continue;
        if (picture->panels++ > 0)
            fprintf(out, "\n\n");
        int rows = put(out, csv, row, state);
        most = rows > most ? rows : most;
    }
    return most;
}

void plot_put_cell(FILE *out, const struct csv_table *csv, size_t row)
{
    const char *schedule = csv_table_text(csv, row, "schedule");
    plot_put_text(out, csv_table_text(csv, row, "backend"));
    fprintf(out, " x");
    plot_put_text(out, csv_table_text(csv, row, "workers"));
    if (strcmp(schedule, "dynamic") != 0 && schedule[0] != '\0') {
        fputc(' ', out);
        plot_put_text(out, schedule);
    }
}

void plot_put_job(FILE *out, const struct csv_table *csv, size_t row)
{
    char heading[512], shown[44];
    snprintf(heading, sizeof heading, "%s %s", csv_table_text(csv, row, "workload"),
             csv_table_text(csv, row, "parameters"));
    plot_put_text(out, text_brief(heading, shown, sizeof shown));
}
