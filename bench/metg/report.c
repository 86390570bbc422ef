#include "bench/metg/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/cores.h"
#include "bench/data/columns_json.h"
#include "bench/present/figures.h"
#include "bench/present/grid.h"

#define TITLE_BYTES 32

/* Columns before and behind those of the shares, of which each has two. */
enum { BACKEND, SCHEDULE, WORKERS, SHARES };
enum {
    FLOOR,
    MAP,
    MAP_INTERVAL,
    TASK,
    TASK_INTERVAL,
    PLACEMENT,
    PLACEMENT_INTERVAL,
    SPREAD,
    LAST_COLUMNS
};

#define COLUMNS_MAX (SHARES + 2 * CURVE_SHARES_MAX + LAST_COLUMNS)

/* What is to be shown: a row for each curve and share. */
struct report {
    const struct metg *metg;
    struct curve_metg *rows; /* rows[curve_count * shares], curve by curve */
    size_t count;
};

static int read_curves(const struct metg *metg, struct report *report)
{
    const size_t shares = metg->shares->count;
    *report = (struct report){.metg = metg};
    report->rows = calloc(metg->matrix.count * shares, sizeof *report->rows);
    if (report->rows == NULL)
        return -ENOMEM;
    int error = 0;
    for (size_t i = 1; i < metg->matrix.count && error == 0; i++, report->count += shares)
        error = curve_read(&metg->curves[i], metg->shares, &report->rows[report->count]);
    if (error != 0)
        free(report->rows);
    return error;
}

/* ---- files --------------------------------------------------------------------------------------
 */

static void write_metg(FILE *out, const struct report *report)
{
    columns_write_header(out, curve_metg_columns, CURVE_METG_COLUMNS);
    for (size_t i = 0; i < report->count; i++)
        columns_write_row(out, curve_metg_columns, CURVE_METG_COLUMNS, &report->rows[i]);
}

static void write_curves(FILE *out, const struct report *report)
{
    const struct metg *metg = report->metg;
    columns_write_header(out, curve_columns, CURVE_COLUMNS);
    for (size_t i = 1; i < metg->matrix.count; i++)
        for (size_t p = 0; p < metg->curves[i].count; p++)
            columns_write_row(out, curve_columns, CURVE_COLUMNS, &metg->curves[i].points[p]);
}

static int write_file(struct metg *metg, const char *name, const struct report *report,
                      void (*write)(FILE *out, const struct report *report))
{
    FILE *file = output_create(metg->options->output, name, metg->message, sizeof metg->message);
    if (file == NULL)
        return -EACCES;
    write(file, report);
    return output_finish(file, metg->options->output, name, 0, metg->message, sizeof metg->message);
}

static int write_files(struct metg *metg, const struct report *report)
{
    struct summary_table summary = {0};
    if (metg->options->output == NULL)
        return 0;
    int error = write_file(metg, "metg.csv", report, write_metg);
    if (error == 0)
        error = write_file(metg, "metg_curve.csv", report, write_curves);
    int second = summary_make(&metg->samples, cores_usable(), &summary);
    if (second == 0)
        second = output_close(&metg->runner.output, &summary, metg->message, sizeof metg->message);
    summary_free(&summary);
    return error != 0 ? error : second;
}

/* ---- the table ----------------------------------------------------------------------------------
 */

static size_t make_columns(const struct curve_shares *shares, struct grid_column columns[],
                           char titles[][TITLE_BYTES])
{
    char share[FIGURE_BYTES];
    columns[BACKEND] = (struct grid_column){.title = "backend"};
    columns[SCHEDULE] = (struct grid_column){.title = "schedule"};
    columns[WORKERS] = (struct grid_column){.title = "workers", .right = true};
    for (size_t s = 0; s < shares->count; s++) {
        snprintf(titles[s], TITLE_BYTES, "METG(%s)",
                 figure_percent(shares->values[s], share, sizeof share));
        columns[SHARES + 2 * s] = (struct grid_column){.title = titles[s], .right = true};
        columns[SHARES + 2 * s + 1] =
            (struct grid_column){.title = "95 %", .right = true, .expendable = 2};
    }
    struct grid_column *last = &columns[SHARES + 2 * shares->count];
    last[FLOOR] = (struct grid_column){.title = "floor", .right = true, .expendable = 1};
    last[MAP] = (struct grid_column){.title = "a/map", .right = true, .expendable = 1};
    last[MAP_INTERVAL] = (struct grid_column){.title = "95 %", .right = true, .expendable = 3};
    last[TASK] = (struct grid_column){.title = "c/task", .right = true};
    last[TASK_INTERVAL] = (struct grid_column){.title = "95 %", .right = true, .expendable = 2};
    last[PLACEMENT] = (struct grid_column){.title = "b/time", .right = true, .expendable = 1};
    last[PLACEMENT_INTERVAL] =
        (struct grid_column){.title = "95 %", .right = true, .expendable = 3};
    last[SPREAD] = (struct grid_column){.title = "starts", .right = true, .expendable = 1};
    return SHARES + 2 * shares->count + LAST_COLUMNS;
}

/* A time that may be below 0, where it is smaller than its noise. */
static const char *signed_time(double ns, char text[FIGURE_BYTES + 1])
{
    *text = '-';
    figure_time(fabs(ns), text + 1, FIGURE_BYTES);
    return ns < 0 ? text : text + 1;
}

/* An interval, of which an end that lies outside of the curve is left open. */
static void set_times(struct grid *grid, size_t column, double low_ns, double high_ns)
{
    char low[FIGURE_BYTES + 1] = "", high[FIGURE_BYTES + 1] = "";
    if (isnan(low_ns) && isnan(high_ns))
        return;
    grid_set(grid, column, "%s..%s", isnan(low_ns) ? "" : signed_time(low_ns, low),
             isnan(high_ns) ? "" : signed_time(high_ns, high));
}

/* The costs behind METG, of which all shares have the same. */
static void set_costs(struct grid *grid, size_t first, const struct curve_metg *row)
{
    char text[FIGURE_BYTES + 1];
    grid_set(grid, first + FLOOR, "%s", figure_time(row->floor_ns, text, sizeof text));
    if (isnan(row->task_ns))
        return;
    grid_set(grid, first + MAP, "%s", signed_time(row->map_ns, text));
    set_times(grid, first + MAP_INTERVAL, row->map_low_ns, row->map_high_ns);
    grid_set(grid, first + TASK, "%s", signed_time(row->task_ns, text));
    set_times(grid, first + TASK_INTERVAL, row->task_low_ns, row->task_high_ns);
    grid_set(grid, first + PLACEMENT, "%.0f %%", 100 * row->placement);
    if (!isnan(row->placement_low))
        grid_set(grid, first + PLACEMENT_INTERVAL, "%.0f..%.0f %%", 100 * row->placement_low,
                 100 * row->placement_high);
    if (!isnan(row->start_spread))
        grid_set(grid, first + SPREAD, "x%.2f", row->start_spread);
}

static bool is_figure(const struct curve_metg *row)
{
    return strcmp(row->status, "ok") == 0;
}

static void add_row(struct grid *grid, const struct curve_metg rows[], size_t shares)
{
    char text[FIGURE_BYTES];
    bool complete = true;
    for (size_t s = 0; s < shares; s++)
        complete = complete && is_figure(&rows[s]);
    grid_row(grid, complete ? GRID_PLAIN : GRID_WARNING);
    grid_set(grid, BACKEND, "%s", rows->backend);
    if (rows->chunk > 0)
        grid_set(grid, SCHEDULE, "%s:%llu", rows->schedule, (unsigned long long)rows->chunk);
    else
        grid_set(grid, SCHEDULE, "%s", rows->schedule);
    grid_set(grid, WORKERS, "%llu", (unsigned long long)rows->workers);
    for (size_t s = 0; s < shares; s++) {
        grid_set(grid, SHARES + 2 * s, "%s", figure_time(rows[s].metg_ns, text, sizeof text));
        set_times(grid, SHARES + 2 * s + 1, rows[s].metg_low_ns, rows[s].metg_high_ns);
    }
    set_costs(grid, SHARES + 2 * shares, rows);
}

/* Why there is no figure, below the rows; a reason that all shares have in common only once. */
static void add_notes(struct grid *grid, const struct curve_metg rows[], size_t shares)
{
    char share[FIGURE_BYTES];
    for (size_t s = 0; s < shares; s++) {
        bool told = s > 0 && strcmp(rows[s].status, rows[s - 1].status) == 0;
        bool alike = s + 1 < shares && strcmp(rows[s].status, rows[s + 1].status) == 0;
        if (is_figure(&rows[s]) || told)
            continue;
        bool failed = strncmp(rows[s].status, "failed", 6) == 0 ||
                      strncmp(rows[s].status, "timeout", 7) == 0 ||
                      strncmp(rows[s].status, "wrong", 5) == 0;
        grid_note(grid, failed ? GRID_FAILURE : GRID_WARNING, "%s %s%s, %llu workers%s%s: %s",
                  rows[s].backend, rows[s].schedule, rows[s].chunk == 1 ? ":1" : "",
                  (unsigned long long)rows[s].workers, alike ? "" : ", ",
                  alike ? "" : figure_percent(rows[s].efficiency, share, sizeof share),
                  rows[s].status);
    }
}

static int print_table(const struct report *report, enum table_format format)
{
    const struct metg *metg = report->metg;
    const size_t shares = metg->shares->count;
    struct grid_column columns[COLUMNS_MAX];
    char titles[CURVE_SHARES_MAX][TITLE_BYTES];
    struct grid grid;
    grid_open(&grid, columns, make_columns(metg->shares, columns, titles));
    grid_group(&grid, "metg",
               "the smallest wall x cores / tasks at which so much of the machine computes");
    for (size_t i = 0; i < report->count; i += shares)
        add_row(&grid, &report->rows[i], shares);
    for (size_t i = 0; i < report->count; i += shares)
        add_notes(&grid, &report->rows[i], shares);
    grid_note(&grid, GRID_PLAIN, "cores are those that the machine really gave (capacity)");
    grid_note(
        &grid, GRID_PLAIN,
        "wall = a + n (c + (1 + b) t / cores) for n tasks of length t; METG is for maps so long "
        "that a is nothing");
    grid_note(
        &grid, GRID_PLAIN,
        "intervals are between process starts; starts: how far the middle 80 %% of them differ");
    grid_note_span(&grid, metg->options->rounds > 1 ? metg->span_ns : 0);
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(stdout, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(stdout, &grid)
                                         : grid_print_terminal(stdout, &grid);
    grid_close(&grid);
    return error;
}

static int print_json(const struct report *report)
{
    const struct column_rows rows = {curve_metg_columns, CURVE_METG_COLUMNS, report->rows,
                                     sizeof *report->rows, report->count};
    return columns_write_json(stdout, &rows);
}

static int print(const struct report *report, enum table_format format)
{
    if (format == TABLE_JSON)
        return print_json(report);
    if (format != TABLE_CSV)
        return print_table(report, format);
    write_metg(stdout, report);
    return ferror(stdout) ? -EIO : 0;
}

int metg_report(struct metg *metg)
{
    struct report report;
    int error = read_curves(metg, &report);
    if (error != 0)
        return error;
    error = write_files(metg, &report);
    int second = print(&report, metg->options->format);
    if (error == 0 && !ferror(stdout)) /* of which main takes care */
        error = second;
    free(report.rows);
    return error;
}
