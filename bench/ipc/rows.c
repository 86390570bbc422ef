#include "bench/ipc/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/present/figures.h"
#include "bench/present/grid.h"

#define NS_PER_US_REAL 1e3
#define BYTES_PER_GB   1e9

int ipc_rows_add(struct ipc_rows *rows, const struct ipc_row *row)
{
    struct ipc_row *grown = reallocarray(rows->rows, rows->count + 1, sizeof *grown);
    if (grown == NULL)
        return -ENOMEM;
    rows->rows = grown;
    struct ipc_row *copy = &grown[rows->count++];
    *copy = *row;
    copy->transport = strdup(row->transport);
    copy->between = strdup(row->between);
    copy->placement = strdup(row->placement);
    copy->status = strdup(row->status);
    return copy->transport && copy->between && copy->placement && copy->status ? 0 : -ENOMEM;
}

void ipc_rows_free(struct ipc_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free((char *)rows->rows[i].transport);
        free((char *)rows->rows[i].between);
        free((char *)rows->rows[i].placement);
        free((char *)rows->rows[i].status);
    }
    free(rows->rows);
    *rows = (struct ipc_rows){0};
}

/* ---- the table ------------------------------------------------------------------------------ */

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
    grid_row(grid, ok ? GRID_PLAIN : ipc_row_failed(row) ? GRID_FAILURE : GRID_WARNING);
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
    char details[64];
    snprintf(details, sizeof details, "%s, %s%s", row->between,
             strcmp(row->placement, "free") == 0 ? "placed by the scheduler" : row->placement,
             strcmp(row->placement, "same") == 0        ? " core"
             : strcmp(row->placement, "different") == 0 ? " cores"
                                                        : "");
    grid_group(grid, row->transport, details);
}

static int print_grid(FILE *out, const struct ipc_rows *rows, enum table_format format)
{
    struct grid grid;
    grid_open(&grid, columns, COLUMNS);
    for (size_t i = 0; i < rows->count; i++) {
        const struct ipc_row *row = &rows->rows[i];
        if (i == 0 || strcmp(row->transport, row[-1].transport) != 0 ||
            strcmp(row->placement, row[-1].placement) != 0)
            add_group(&grid, row);
        add_row(&grid, row);
    }
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(out, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(out, &grid)
                                         : grid_print_terminal(out, &grid);
    grid_close(&grid);
    return error;
}

/* ---- for programs --------------------------------------------------------------------------- */

static int print_csv(FILE *out, const struct ipc_rows *rows)
{
    columns_write_header(out, ipc_columns, IPC_COLUMNS);
    for (size_t i = 0; i < rows->count; i++)
        columns_write_row(out, ipc_columns, IPC_COLUMNS, &rows->rows[i]);
    return ferror(out) ? -EIO : 0;
}

static int print_json(FILE *out, const struct ipc_rows *rows)
{
    json_t *array = json_array();
    int error = array == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < rows->count && error == 0; i++)
        if (json_array_append_new(array, columns_json(ipc_columns, IPC_COLUMNS, &rows->rows[i])) !=
            0)
            error = -ENOMEM;
    if (error == 0 && json_dumpf(array, out, JSON_INDENT(2)) != 0)
        error = -EIO;
    json_decref(array);
    fputc('\n', out);
    return error;
}

int ipc_rows_print(FILE *out, const struct ipc_rows *rows, enum table_format format)
{
    if (format == TABLE_CSV)
        return print_csv(out, rows);
    return format == TABLE_JSON ? print_json(out, rows) : print_grid(out, rows, format);
}
