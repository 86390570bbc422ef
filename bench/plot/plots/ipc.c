/* Round trip and bandwidth of each transport by payload. Only one placement is drawn: two cores
 * ("different") where the file has such rows, else wherever the kernel put the sides ("free"); one
 * core is another question. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/plot/lines.h"
#include "bench/plot/plots.h"
#include "bench/plot/table.h"

struct quantity {
    const char *column, *low, *high;
    double unit; /* of the column in one of the plot */
};

static const struct quantity latency = {"round_trip_ns", "round_trip_low_ns", "round_trip_high_ns",
                                        1e3};
static const struct quantity bandwidth = {"bandwidth_bytes_per_s", "bandwidth_low_bytes_per_s",
                                          "bandwidth_high_bytes_per_s", 1e9};

static bool is(const struct csv_table *csv, size_t row, const char *column, const char *text)
{
    return strcmp(csv_table_text(csv, row, column), text) == 0;
}

static bool has_figure(const struct csv_table *csv, size_t row, const struct quantity *quantity)
{
    return is(csv, row, "status", "ok") && csv_table_number(csv, row, "verified") == 1 &&
           csv_table_number(csv, row, "bytes") > 0 &&
           csv_table_number(csv, row, quantity->column) > 0;
}

static void collect(struct lines *lines, const struct csv_table *csv,
                    const struct quantity *quantity, const char *placement)
{
    for (size_t row = 0; row < csv->rows; row++) {
        /* Lines are counted in all rows, so that a transport looks the same in both plots. */
        int line = lines_find(lines, csv_table_text(csv, row, "transport"));
        if (line < 0 || !is(csv, row, "placement", placement) || !has_figure(csv, row, quantity))
            continue;
        double bytes = csv_table_number(csv, row, "bytes");
        double figure = csv_table_number(csv, row, quantity->column), unit = quantity->unit;
        lines->points[lines->count++] =
            (struct line_point){.line = line,
                                .order = bytes,
                                .x = bytes,
                                .y = figure / unit,
                                .low = plot_log_bound(csv, row, quantity->low, figure) / unit,
                                .high = plot_log_bound(csv, row, quantity->high, figure) / unit};
    }
}

static int collect_placed(struct lines *lines, const struct csv_table *csv,
                          const struct quantity *quantity)
{
    int error = lines_open(lines, csv->rows, 0);
    if (error != 0)
        return error;
    lines->log_y = true;
    lines->caption = "bytes of a message; the two sides on different cores";
    collect(lines, csv, quantity, "different");
    if (lines->count > 0)
        return 0;
    lines->caption = "bytes of a message; the two sides where the kernel puts them";
    collect(lines, csv, quantity, "free");
    return 0;
}

/* "8 bytes and back: spin 0.1 us, pipe 46 us": the fastest and the slowest with the least
 * payload. */
static void title_latency(const struct lines *lines, char *title)
{
    const struct line_point *fast = &lines->points[0], *slow = fast;
    for (size_t i = 1; i < lines->count; i++) {
        const struct line_point *point = &lines->points[i];
        if (point->x < fast->x || (point->x == fast->x && point->y < fast->y))
            fast = point;
        if (point->x < slow->x || (point->x == slow->x && point->y > slow->y))
            slow = point;
    }
    int length = snprintf(title, PLOT_TITLE_BYTES, "%g byte%s and back: %s %.2g us", fast->x,
                          fast->x == 1 ? "" : "s", lines->names[fast->line], fast->y);
    if (slow != fast)
        snprintf(title + length, PLOT_TITLE_BYTES - (size_t)length, ", %s %.*f us",
                 lines->names[slow->line], slow->y < 10 ? 1 : 0, slow->y);
}

/* The best of each transport at any payload; of these the highest and the lowest. */
static void title_bandwidth(const struct lines *lines, char *title)
{
    double best[LINES_MAX] = {0};
    int high = lines->points[0].line, low = high;
    for (size_t i = 0; i < lines->count; i++)
        best[lines->points[i].line] = fmax(best[lines->points[i].line], lines->points[i].y);
    for (int line = 0; line < lines->line_count; line++) {
        if (best[line] > best[high])
            high = line;
        if (best[line] > 0 && best[line] < best[low])
            low = line;
    }
    int length = snprintf(title, PLOT_TITLE_BYTES, "At its best size: %s %.2g GB/s",
                          lines->names[high], best[high]);
    if (low != high)
        snprintf(title + length, PLOT_TITLE_BYTES - (size_t)length, ", %s %.2g GB/s",
                 lines->names[low], best[low]);
}

static int write_quantity(FILE *out, const struct csv_table *csv, const struct quantity *quantity,
                          void (*name)(const struct lines *lines, char *title), char *title)
{
    struct lines lines;
    int rows = collect_placed(&lines, csv, quantity);
    if (rows == 0)
        rows = lines_write(out, &lines);
    if (rows > 0)
        name(&lines, title);
    lines_close(&lines);
    return rows;
}

static int write_latency(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    return write_quantity(out, csv, &latency, title_latency, picture->title);
}

static int write_bandwidth(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    return write_quantity(out, csv, &bandwidth, title_bandwidth, picture->title);
}

const struct plot ipc_latency_plot = {
    .name = "ipc-latency",
    .about = "round trip of each transport, by payload",
    .file = "ipc.csv",
    .command = "bench ipc -o DIR",
    .write = write_latency,
};

const struct plot ipc_bandwidth_plot = {
    .name = "ipc-bandwidth",
    .about = "bandwidth of each transport, by payload",
    .file = "ipc.csv",
    .command = "bench ipc -o DIR",
    .write = write_bandwidth,
};
