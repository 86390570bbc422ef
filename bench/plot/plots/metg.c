/* Efficiency by granularity, a line a backend and schedule; where tasks were also handed out one by
 * one (dynamic:1) just those lines, for more can't be told apart; a cross, with its interval, where
 * metg.csv says that half of it is lost in long maps, and behind the name what a task and a map
 * cost. (METG: Slaughter et al., "Task Bench", SC 2020.) */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "bench/data/text.h"
#include "bench/plot/lines.h"
#include "bench/plot/plots.h"
#include "bench/plot/table.h"
#include "bench/present/figures.h"

#define NAME_BYTES 128
#define ONE_BY_ONE 1.0  /* the chunk of such a curve */
#define COSTS      ": " /* what follows a name */

static bool is_ok(const struct csv_table *csv, size_t row)
{
    return strcmp(csv_table_text(csv, row, "status"), "ok") == 0;
}

/* chunk 0 is the schedule's own choice, and has no name. */
static int find_line(struct lines *lines, const struct csv_table *csv, size_t row, double chunk)
{
    char name[NAME_BYTES], chosen[16] = "";
    if (chunk > 0)
        snprintf(chosen, sizeof chosen, ",%g", chunk);
    if (chunk == ONE_BY_ONE)
        snprintf(name, sizeof name, "%.32s", csv_table_text(csv, row, "backend"));
    else
        snprintf(name, sizeof name, "%.16s %.8s%.8s x%.4s", csv_table_text(csv, row, "backend"),
                 csv_table_text(csv, row, "schedule"), chosen, csv_table_text(csv, row, "workers"));
    return lines_find(lines, name);
}

static bool same(const struct csv_table *csv, size_t a, size_t b, const char *column)
{
    return strcmp(csv_table_text(csv, a, column), csv_table_text(csv, b, column)) == 0;
}

/* Whether a row belongs to the line: not what one start showed before the rounds, nor short maps.
 */
static bool is_drawn(const struct csv_table *csv, size_t row)
{
    return is_ok(csv, row) && strcmp(csv_table_text(csv, row, "map"), "scan") != 0 &&
           strcmp(csv_table_text(csv, row, "map"), "short") != 0;
}

/* The row behind the last of the curve that begins at first. A curve's tasks grow; the next curve
 * of the same backend and schedule, with another chunk, begins anew. *chunk is what all its rows
 * have; 0 if they differ, as they do where the schedule chose by the number of tasks. */
static size_t curve_end(const struct csv_table *csv, size_t first, double *chunk)
{
    size_t row = first + 1;
    *chunk = csv_table_number(csv, first, "chunk");
    for (; row < csv->rows; row++) {
        if (!same(csv, first, row, "backend") || !same(csv, first, row, "schedule") ||
            !same(csv, first, row, "workers") ||
            csv_table_number(csv, row, "task_ns") < csv_table_number(csv, row - 1, "task_ns"))
            break;
        if (!same(csv, first, row, "chunk"))
            *chunk = 0;
    }
    return row;
}

static void collect_curve(struct lines *lines, const struct csv_table *csv, size_t first,
                          size_t end, double chunk)
{
    for (size_t row = first; row < end; row++) {
        double grain = csv_table_number(csv, row, "granularity_ns") / 1e3;
        double share = csv_table_number(csv, row, "efficiency");
        if (!is_drawn(csv, row) || !(grain > 0) || !(share >= 0))
            continue;
        int line = find_line(lines, csv, row, chunk);
        if (line < 0)
            return;
        lines->points[lines->count++] =
            (struct line_point){.line = line,
                                .order = plot_bound(csv, row, "task_ns", grain),
                                .x = grain,
                                .y = share,
                                .low = plot_bound(csv, row, "efficiency_low", share),
                                .high = plot_bound(csv, row, "efficiency_high", share)};
    }
}

static bool has_one_by_one(const struct csv_table *csv)
{
    double chunk = 0;
    for (size_t row = 0; row < csv->rows && chunk != ONE_BY_ONE;)
        row = curve_end(csv, row, &chunk);
    return chunk == ONE_BY_ONE;
}

static void collect_points(struct lines *lines, const struct csv_table *csv, bool one_by_one)
{
    double chunk;
    for (size_t row = 0, end; row < csv->rows; row = end) {
        end = curve_end(csv, row, &chunk);
        if (!one_by_one || chunk == ONE_BY_ONE)
            collect_curve(lines, csv, row, end, chunk);
    }
}

/* Only the half: a second mark on each line would say little more. */
static void collect_marks(struct lines *lines, const struct csv_table *csv)
{
    for (size_t row = 0; row < csv->rows; row++) {
        double metg = csv_table_number(csv, row, "metg_ns") / 1e3;
        int drawn = lines->line_count;
        if (!is_ok(csv, row) || !(metg > 0) || csv_table_number(csv, row, "efficiency") != 0.5)
            continue;
        int line = find_line(lines, csv, row, csv_table_number(csv, row, "chunk"));
        lines->line_count = drawn; /* a mark without its line is none */
        if (line < 0 || line >= drawn)
            continue;
        lines->marks[lines->mark_count++] = (struct line_mark){
            line, metg, 0.5, plot_log_bound(csv, row, "metg_low_ns", metg * 1e3) / 1e3,
            plot_log_bound(csv, row, "metg_high_ns", metg * 1e3) / 1e3};
    }
}

/* "mpi: 834 ns + 0.4 ms/map": the costs behind a name, if they are known and there is room. */
static void add_costs(struct lines *lines, const struct csv_table *csv)
{
    char task[FIGURE_BYTES], map[FIGURE_BYTES], name[NAME_BYTES];
    for (size_t row = 0; row < csv->rows; row++) {
        double task_ns = csv_table_number(csv, row, "task_ns");
        double map_ns = csv_table_number(csv, row, "map_ns");
        int drawn = lines->line_count;
        if (!(task_ns >= 0) || !(map_ns >= 0))
            continue;
        int line = find_line(lines, csv, row, csv_table_number(csv, row, "chunk"));
        lines->line_count = drawn;
        if (line < 0 || line >= drawn) /* none, or it has its costs */
            continue;
        int length =
            snprintf(name, sizeof name, "%s" COSTS "%s + %s/map", lines->names[line],
                     figure_time(task_ns, task, sizeof task), figure_time(map_ns, map, sizeof map));
        if (length < LINE_NAME_BYTES)
            memcpy(lines->names[line], name, (size_t)length + 1);
    }
}

/* How much of a line's name is its own. */
static int own_length(const char *name)
{
    const char *costs = strstr(name, COSTS);
    return (int)(costs != NULL ? (size_t)(costs - name) : strlen(name));
}

/* "Half efficient from 0.1 us (openmp) to 15 us (pipes)": the marks furthest apart. Without marks
 * nothing is claimed: half may be passed below the shortest task. */
static void write_title(const struct lines *lines, bool one_by_one, char *title)
{
    const struct line_mark *most = lines->marks, *least = most;
    if (lines->mark_count == 0) {
        snprintf(title, PLOT_TITLE_BYTES, "Efficiency by granularity");
        return;
    }
    for (size_t i = 1; i < lines->mark_count; i++) {
        const struct line_mark *mark = &lines->marks[i];
        most = mark->x > most->x ? mark : most;
        least = mark->x < least->x ? mark : least;
    }
    const char *name = lines->names[least->line];
    int length = snprintf(title, PLOT_TITLE_BYTES, "%s from %.3g us (%.*s)",
                          one_by_one ? "One by one, half efficient" : "Half efficient", least->x,
                          own_length(name), name);
    name = lines->names[most->line];
    if (least != most)
        snprintf(title + length, PLOT_TITLE_BYTES - (size_t)length, " to %.3g us (%.*s)", most->x,
                 own_length(name), name);
}

static int write_metg(FILE *out, const struct csv_table *csv, struct picture *picture)
{
    struct lines lines;
    int rows = lines_open(&lines, csv[0].rows, csv[1].rows);
    if (rows != 0)
        return rows;
    lines.caption = "granularity (us): wall time x cores / tasks; cross: half efficient; names: "
                    "cost of a task + of a map";
    lines.y_most = 1.3; /* an interval that goes beyond is noise */
    const bool one_by_one = has_one_by_one(&csv[0]);
    collect_points(&lines, &csv[0], one_by_one);
    collect_marks(&lines, &csv[1]);
    add_costs(&lines, &csv[1]);
    rows = lines_write(out, &lines);
    if (rows > 0)
        write_title(&lines, one_by_one, picture->title);
    lines_close(&lines);
    return rows;
}

const struct plot metg_plot = {
    .name = "metg",
    .about = "efficiency by the length of tasks, and where half of it is lost",
    .file = "metg_curve.csv",
    .beside = "metg.csv",
    .command = "bench metg -o DIR",
    .write = write_metg,
};
