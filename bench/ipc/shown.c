#include "bench/ipc/shown.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/ipc/row.h"
#include "bench/present/figures.h"

#define NS_PER_US_REAL 1e3
#define BYTES_PER_GB   1e9

enum { SIZE, TRIP, INTERVAL, P99, BANDWIDTH, STATUS, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
    [SIZE] = {"bytes", true, 0},
    [TRIP] = {"round trip us", true, 0},
    [INTERVAL] = {"95 % interval", true, 2},
    [P99] = {"p99 us", true, 1},
    [BANDWIDTH] = {"GB/s", true, 0},
    [STATUS] = {"status", false, 0},
};

static char *size_text(uint64_t bytes, char *text, size_t length)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    while (unit < 3 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, length, "%" PRIu64 " %s", bytes, units[unit]);
    return text;
}

static void add_row(struct grid *grid, const struct ipc_row *row)
{
    char text[FIGURE_BYTES], low[FIGURE_BYTES], high[FIGURE_BYTES];
    bool ok = strcmp(row->status, "ok") == 0;
    grid_row(grid, ok ? GRID_PLAIN : survey_is_failure(row->status) ? GRID_FAILURE : GRID_WARNING);
    grid_set(grid, SIZE, "%s", size_text(row->bytes, text, sizeof text));
    grid_set(grid, TRIP, "%s",
             figure_number(row->round_trip_ns / NS_PER_US_REAL, text, sizeof text));
    if (!isnan(row->round_trip_low_ns))
        grid_set(grid, INTERVAL, "%s .. %s",
                 figure_number(row->round_trip_low_ns / NS_PER_US_REAL, low, sizeof low),
                 figure_number(row->round_trip_high_ns / NS_PER_US_REAL, high, sizeof high));
    grid_set(grid, P99, "%s",
             figure_number(row->round_trip_p99_ns / NS_PER_US_REAL, text, sizeof text));
    grid_set(grid, BANDWIDTH, "%s",
             figure_number(row->bandwidth_bytes_per_s / BYTES_PER_GB, text, sizeof text));
    grid_set(grid, STATUS, "%s", ok ? "" : row->status);
}

static void add_group(struct grid *grid, const struct ipc_row *row)
{
    char details[128];
    snprintf(details, sizeof details, "%s, %s%s%s%s", row->between,
             strcmp(row->placement, "free") == 0 ? "placed by the scheduler" : row->placement,
             strcmp(row->placement, "same") == 0        ? " core"
             : strcmp(row->placement, "different") == 0 ? " cores"
                                                        : "",
             *row->settings != '\0' ? ", " : "", row->settings);
    grid_group(grid, row->transport, details);
}

static void fill(struct grid *grid, const void *records, size_t count)
{
    const struct ipc_row *rows = records;
    for (size_t i = 0; i < count; i++) {
        const struct ipc_row *row = &rows[i];
        if (i == 0 || strcmp(row->transport, row[-1].transport) != 0 ||
            strcmp(row->placement, row[-1].placement) != 0)
            add_group(grid, row);
        add_row(grid, row);
    }
}

const struct survey_table ipc_table = {
    .file = "ipc.csv",
    .columns = ipc_columns,
    .column_count = IPC_COLUMNS,
    .record_bytes = sizeof(struct ipc_row),
    .shown = columns,
    .shown_count = COLUMNS,
    .fill = fill,
};
