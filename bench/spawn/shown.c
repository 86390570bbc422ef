#include "bench/spawn/shown.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/present/figures.h"
#include "bench/spawn/row.h"

#define KIB_PER_MIB 1024.0

enum { CONDITION, SAMPLES, START, JOIN, TOTAL, INTERVAL, PSS, USS, STATUS, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
    [CONDITION] = {"condition", false, 0}, [SAMPLES] = {"samples", true, 3},
    [START] = {"start", true, 0},          [JOIN] = {"join", true, 0},
    [TOTAL] = {"total", true, 0},          [INTERVAL] = {"95 % interval", true, 2},
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

static void add_row(struct grid *grid, const struct spawn_row *row)
{
    char low[FIGURE_BYTES], high[FIGURE_BYTES];
    bool ok = strcmp(row->status, "ok") == 0;
    grid_row(grid, ok ? GRID_PLAIN : survey_is_failure(row->status) ? GRID_FAILURE : GRID_WARNING);
    grid_set(grid, CONDITION, "%s", row->condition);
    if (row->samples > 0)
        grid_set(grid, SAMPLES, "%" PRIu64, row->samples);
    set_time(grid, START, row->start_ns);
    set_time(grid, JOIN, row->join_ns);
    set_time(grid, TOTAL, row->total_ns);
    if (!isnan(row->total_low_ns))
        grid_set(grid, INTERVAL, "%s .. %s", figure_time(row->total_low_ns, low, sizeof low),
                 figure_time(row->total_high_ns, high, sizeof high));
    set_memory(grid, PSS, row->idle_pss_kib);
    set_memory(grid, USS, row->idle_uss_kib);
    grid_set(grid, STATUS, "%s", ok ? "" : row->status);
}

static void fill(struct grid *grid, const void *records, size_t count)
{
    const struct spawn_row *rows = records;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(rows[i].mechanism, rows[i - 1].mechanism) != 0)
            grid_group(grid, rows[i].mechanism, "");
        add_row(grid, &rows[i]);
    }
}

const struct survey_table spawn_table = {
    .file = "spawn.csv",
    .columns = spawn_columns,
    .column_count = SPAWN_COLUMNS,
    .record_bytes = sizeof(struct spawn_row),
    .shown = columns,
    .shown_count = COLUMNS,
    .fill = fill,
};
