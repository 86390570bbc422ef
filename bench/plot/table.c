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

void plot_put_job(FILE *out, const struct csv_table *csv, size_t row)
{
    char heading[512], shown[44];
    snprintf(heading, sizeof heading, "%s %s", csv_table_text(csv, row, "workload"),
             csv_table_text(csv, row, "parameters"));
    plot_put_text(out, text_brief(heading, shown, sizeof shown));
}
