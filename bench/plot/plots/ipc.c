/* Round trip and bandwidth of each transport by payload; where it can have many messages in flight,
 * the bandwidth of windows has a line of its own. Only one placement is drawn: two cores
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
    double unit;        /* of the column in one of the plot */
    const char *suffix; /* of a line's name, behind the transport's */
    const struct quantity *beside; /* another one, with lines of its own; or NULL */
};

static const struct quantity latency = {
    "round_trip_ns", "round_trip_low_ns", "round_trip_high_ns", 1e3, "", NULL};
static const struct quantity windows = {"window_bytes_per_s",
                                        "window_low_bytes_per_s",
                                        "window_high_bytes_per_s",
                                        1e9,
                                        " in windows",
                                        NULL};
static const struct quantity chains = {
    "chain_bytes_per_s", "chain_low_bytes_per_s", "chain_high_bytes_per_s", 1e9, "", &windows};

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
        char name[2 * LINE_NAME_BYTES];
        const bool figure_there = has_figure(csv, row, quantity);
        if (*quantity->suffix != '\0' && !figure_there)
            continue;
        /* Other lines are counted in all rows, so that a transport looks the same in both plots. */
        snprintf(name, sizeof name, "%.*s%s", LINE_NAME_BYTES, csv_table_text(csv, row, "transport"),
                 quantity->suffix);
        int line = lines_find(lines, name);
        if (line < 0 || !is(csv, row, "placement", placement) || !figure_there)
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

static void collect_all(struct lines *lines, const struct csv_table *csv,
                        const struct quantity *quantity, const char *placement)
{
    for (; quantity != NULL; quantity = quantity->beside)
        collect(lines, csv, quantity, placement);
}

static int collect_placed(struct lines *lines, const struct csv_table *csv,
                          const struct quantity *quantity)
{
    int error = lines_open(lines, 2 * csv->rows, 0);
    if (error != 0)
        return error;
    lines->log_y = true;
    lines->caption = "bytes of a message; the two sides on different cores";
    collect_all(lines, csv, quantity, "different");
    if (lines->count > 0)
        return 0;
    lines->caption = "bytes of a message; the two sides where the kernel puts them";
    collect_all(lines, csv, quantity, "free");
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
    return write_quantity(out, csv, &chains, title_bandwidth, picture->title);
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
    .about = "bandwidth of each transport, by payload, in chains of sends and in windows",
    .file = "ipc.csv",
    .command = "bench ipc -o DIR",
    .write = write_bandwidth,
};
