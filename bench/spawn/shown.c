#include "bench/spawn/shown.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/present/figures.h"
#include "bench/spawn/row.h"

#define KIB_PER_MIB 1024.0

enum { CONDITION, SAMPLES, START, JOIN, TOTAL, INTERVAL, SPREAD, MODES, PSS, USS, STATUS, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
    [CONDITION] = {"condition", false, 0}, [SAMPLES] = {"samples", true, 3},
    [START] = {"start", true, 0},          [JOIN] = {"join", true, 0},
    [TOTAL] = {"total", true, 0},          [INTERVAL] = {"starts, 95 %", true, 2},
    [SPREAD] = {"in a start", true, 4},    [MODES] = {"modes", false, 3},
    [PSS] = {"idle PSS", true, 1},         [USS] = {"idle USS", true, 1},
    [STATUS] = {"status", false, 0},
};

static void set_time(struct grid *grid, size_t column, double ns)
{
    char text[FIGURE_BYTES];
    grid_set(grid, column, "%s", figure_time(ns, text, sizeof text));
}

static void set_memory(struct grid *grid, size_t column, double kib)
{
    char text[FIGURE_BYTES];
    bool large = kib >= KIB_PER_MIB;
    if (!isnan(kib))
        grid_set(grid, column, "%s %s",
                 figure_number(large ? kib / KIB_PER_MIB : kib, text, sizeof text),
                 large ? "MiB" : "KiB");
}

/* The interval between starts, the spread within one, and the modes of starts if there are two. */
static void set_widths(struct grid *grid, const struct spawn_row *row)
{
    char low[FIGURE_BYTES], high[FIGURE_BYTES];
    if (!isnan(row->total_low_ns))
        grid_set(grid, INTERVAL, "%s .. %s", figure_time(row->total_low_ns, low, sizeof low),
                 figure_time(row->total_high_ns, high, sizeof high));
    grid_set(grid, SPREAD, "%s",
             figure_percent(row->total_spread_ns / row->total_ns, low, sizeof low));
    if (row->low_mode_starts > 0)
        grid_set(grid, MODES, "%" PRIu64 " x %s, %" PRIu64 " x %s", row->low_mode_starts,
                 figure_time(row->low_mode_ns, low, sizeof low), row->high_mode_starts,
                 figure_time(row->high_mode_ns, high, sizeof high));
}

static void add_row(struct grid *grid, const struct spawn_row *row)
{
    bool ok = strcmp(row->status, "ok") == 0;
    grid_row(grid, ok ? GRID_PLAIN : survey_is_failure(row->status) ? GRID_FAILURE : GRID_WARNING);
    grid_set(grid, CONDITION, "%s", row->condition);
    if (row->samples > 0)
        grid_set(grid, SAMPLES, "%" PRIu64, row->samples);
    set_time(grid, START, row->start_ns);
    set_time(grid, JOIN, row->join_ns);
    set_time(grid, TOTAL, row->total_ns);
    set_widths(grid, row);
    set_memory(grid, PSS, row->idle_pss_kib);
    set_memory(grid, USS, row->idle_uss_kib);
    grid_set(grid, STATUS, "%s", ok ? "" : row->status);
}

/* That of the row with the fewest starts; NaN: none has any. */
static double rows_coverage(const struct spawn_row rows[], size_t count)
{
    double least = NAN;
    for (size_t i = 0; i < count; i++)
        least = fmin(least, rows[i].coverage);
    return least;
}

static void fill(struct grid *grid, const void *records, size_t count)
{
    const struct spawn_row *rows = records;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(rows[i].mechanism, rows[i - 1].mechanism) != 0)
            grid_group(grid, rows[i].mechanism, "");
        add_row(grid, &rows[i]);
    }
    survey_explain(grid, rows_coverage(rows, count));
}

const struct survey_table spawn_table = {
    .file = "spawn.csv",
    .columns = spawn_columns,
    .column_count = SPAWN_COLUMNS,
    .record_bytes = sizeof(struct spawn_row),
    .start_file = "spawn_starts.csv",
    .start_columns = spawn_start_columns,
    .start_column_count = SPAWN_START_COLUMNS,
    .shown = columns,
    .shown_count = COLUMNS,
    .fill = fill,
};
