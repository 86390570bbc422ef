/*
 * A CSV of the price list as a table for people. Columns are read by their names' endings, which
 * are units: _ns, _kib, _bytes_per_s, bytes. A figure's interval stands in the columns with low and
 * high before the unit, and goes behind the figure.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/csv_read.h"
#include "bench/present/figures.h"
#include "bench/present/html.h"
#include "bench/report/page.h"

#define NAME_BYTES 64
#define TEXT_BYTES 96

static const char *const endings[] = {"_bytes_per_s", "_ns", "_kib", ""};

static const char *ending_of(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0;; i++) {
        size_t end = strlen(endings[i]);
        if (length > end && strcmp(name + length - end, endings[i]) == 0)
            return endings[i];
    }
}

/* The name of the column that holds this bound ("low", "high") of a figure's interval. */
static void bound_name(const char *name, const char *bound, char *text, size_t bytes)
{
    const char *ending = ending_of(name);
    snprintf(text, bytes, "%.*s_%s%s", (int)(strlen(name) - strlen(ending)), name, bound, ending);
}

static bool is_bound(const char *name)
{
    const char *ending = ending_of(name);
    size_t stem = strlen(name) - strlen(ending);
    return (stem > 4 && strncmp(name + stem - 4, "_low", 4) == 0) ||
           (stem > 5 && strncmp(name + stem - 5, "_high", 5) == 0);
}

/* A size in the largest unit that divides it. */
static char *size_text(double bytes_, char *text, size_t bytes)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    while (unit < 3 && bytes_ >= 1024 && fmod(bytes_, 1024) == 0) {
        bytes_ /= 1024;
        unit++;
    }
    snprintf(text, bytes, "%.6g %s", bytes_, names[unit]);
    return text;
}

static char *rate_text(double rate, char *text, size_t bytes)
{
    static const char *const names[] = {"B/s", "kB/s", "MB/s", "GB/s"};
    size_t unit = 0;
    for (; unit < 3 && rate >= 1000; unit++)
        rate /= 1000;
    snprintf(text, bytes, "%.3g %s", rate, names[unit]);
    return text;
}

/* A field by its column's unit; what is no number stands as it is. */
static void field_text(const struct csv_table *csv, size_t row, const char *name, char *text,
                       size_t bytes)
{
    double value = csv_table_number(csv, row, name);
    const char *ending = ending_of(name);
    if (isnan(value))
        snprintf(text, bytes, "%s", csv_table_text(csv, row, name));
    else if (strcmp(ending, "_ns") == 0)
        figure_time(value, text, bytes);
    else if (strcmp(ending, "_bytes_per_s") == 0)
        rate_text(value, text, bytes);
    else if (strcmp(ending, "_kib") == 0)
        size_text(value * 1024, text, bytes);
    else if (strcmp(name, "bytes") == 0)
        size_text(value, text, bytes);
    else if (strcmp(name, "efficiency") == 0 || strcmp(name, "coverage") == 0)
        figure_percent(value, text, bytes);
    else
        snprintf(text, bytes, "%s", csv_table_text(csv, row, name));
}

static void set_field(struct grid *grid, size_t column, const struct csv_table *csv, size_t row,
                      const char *name)
{
    char low[NAME_BYTES], high[NAME_BYTES], text[TEXT_BYTES], from[TEXT_BYTES], to[TEXT_BYTES];
    field_text(csv, row, name, text, sizeof text);
    bound_name(name, "low", low, sizeof low);
    bound_name(name, "high", high, sizeof high);
    if (isnan(csv_table_number(csv, row, low)) || isnan(csv_table_number(csv, row, high))) {
        grid_set(grid, column, "%s", *text != '\0' ? text : "-");
        return;
    }
    field_text(csv, row, low, from, sizeof from);
    field_text(csv, row, high, to, sizeof to);
    grid_set(grid, column, "%s (%s to %s)", text, from, to);
}

/* "round_trip_ns" is headed "round trip". */
static char *heading(const char *name)
{
    char *text = strndup(name, strlen(name) - strlen(ending_of(name)));
    for (char *c = text; c != NULL && *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

static bool is_shown(const char *name, const char *group)
{
    return !is_bound(name) && strcmp(name, "verified") != 0 && strcmp(name, "samples") != 0 &&
           strcmp(name, "round_trips") != 0 && strcmp(name, "transfers") != 0 &&
           strcmp(name, "in_flight") != 0 && strcmp(name, "low_mode_starts") != 0 &&
           strcmp(name, "high_mode_starts") != 0 &&
           (group == NULL || strcmp(name, group) != 0);
}

static bool has_numbers(const struct csv_table *csv, const char *name)
{
    for (size_t row = 0; row < csv->rows; row++)
        if (!isnan(csv_table_number(csv, row, name)))
            return true;
    return false;
}

static void fill(struct grid *grid, const struct csv_table *csv, const char *title,
                 const char *group, const char *const shown[], size_t count)
{
    char name[TEXT_BYTES];
    for (size_t row = 0; row < csv->rows; row++) {
        if (row == 0 || (group != NULL && strcmp(csv_table_text(csv, row, group),
                                                 csv_table_text(csv, row - 1, group)) != 0)) {
            if (group != NULL)
                field_text(csv, row, group, name, sizeof name);
            grid_group(grid, title, group != NULL ? name : "");
        }
        bool ok = strcmp(csv_table_text(csv, row, "status"), "ok") == 0;
        grid_row(grid, ok ? GRID_PLAIN : GRID_WARNING);
        for (size_t i = 0; i < count; i++)
            set_field(grid, i, csv, row, shown[i]);
    }
}

int page_price_table(FILE *out, const struct csv_table *csv, const char *title, const char *group)
{
    struct grid_column columns[CSV_FIELDS_MAX] = {{0}};
    const char *shown[CSV_FIELDS_MAX];
    size_t count = 0;
    struct grid grid;
    if (csv->rows == 0)
        return 0;
    for (size_t i = 0; i < csv->columns; i++) {
        const char *name = csv->fields[i];
        if (!is_shown(name, group))
            continue;
        shown[count] = name;
        columns[count++] = (struct grid_column){heading(name), has_numbers(csv, name), 0};
    }
    grid_open(&grid, columns, count);
    fill(&grid, csv, title, group, shown, count);
    int error = grid_print_html(out, &grid);
    grid_close(&grid);
    for (size_t i = 0; i < count; i++)
        free((char *)columns[i].title);
    return error;
}
