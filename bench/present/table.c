#include "bench/present/table.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/baseline.h"
#include "bench/data/text.h"
#include "bench/present/figures.h"
#include "bench/present/grid.h"
#include "bench/present/group.h"
#include "bench/present/html.h"
#include "bench/present/screen.h"

#define COVERED     0.95 /* what +- covers unless notes tell otherwise */
#define NOTES_BYTES 160

enum {
    BACKEND,
    SCHEDULE,
    WORKERS,
    MEDIAN,
    SPREAD,
    SPEEDUP,
    SPEEDUP_SPREAD,
    CAPACITY,
    USED,
    DISPATCH,
    TASKS,
    NOTES,
    COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
    [BACKEND] = {"backend", false, 0},  [SCHEDULE] = {"schedule", false, 0},
    [WORKERS] = {"workers", true, 0},   [MEDIAN] = {"median", true, 0},
    [SPREAD] = {"+-", true, 6},         [SPEEDUP] = {"speedup", true, 0},
    [SPEEDUP_SPREAD] = {"+-", true, 2}, [CAPACITY] = {"capacity", true, 5},
    [USED] = {"used", true, 1},         [DISPATCH] = {"dispatch", true, 3},
    [TASKS] = {"tasks", true, 4},       [NOTES] = {"notes", false, 0},
};

static const char *const format_names[] = {
    [TABLE_TERMINAL] = "table",    [TABLE_CSV] = "csv",     [TABLE_JSON] = "json",
    [TABLE_MARKDOWN] = "markdown", [TABLE_LATEX] = "latex", [TABLE_HTML] = "html",
};

#define FORMATS (sizeof format_names / sizeof format_names[0])

static enum grid_tone tone_of(const struct summary *cell)
{
    if (cell->failed > 0)
        return GRID_FAILURE;
    return cell->noisy || cell->retried > 0 || summary_is_disturbed(cell) ? GRID_WARNING : GRID_PLAIN;
}

/* Half of an interval's width, as a share of its value; one sample has none. */
static void set_spread(struct grid *grid, size_t column, double low, double high, double value)
{
    char text[FIGURE_BYTES];
    double spread = low < high ? (high - low) / 2 / value : NAN;
    grid_set(grid, column, "%s", figure_percent(spread, text, sizeof text));
}

static void set_tasks(struct grid *grid, const struct summary *cell)
{
    if (isnan(cell->least_tasks))
        grid_set(grid, TASKS, "-");
    else if (cell->least_tasks == cell->most_tasks)
        grid_set(grid, TASKS, "%.0f", cell->least_tasks);
    else
        grid_set(grid, TASKS, "%.0f..%.0f", cell->least_tasks, cell->most_tasks);
}

/* Appends a word to notes, with a number before it unless that is 0. */
static void append_note(char notes[NOTES_BYTES], uint64_t count, const char *word)
{
    size_t length = strlen(notes);
    const char *between = length == 0 ? "" : ", ";
    if (count == 0)
        snprintf(notes + length, NOTES_BYTES - length, "%s%s", between, word);
    else
        snprintf(notes + length, NOTES_BYTES - length, "%s%" PRIu64 " %s", between, count, word);
}

/* What MPI was told that is not what a reader would expect (bench/launch/mpirun.h), and, behind it,
 * variables that a user has set (bench/launch/variables.h). */
static void add_settings(char notes[NOTES_BYTES], const char *settings)
{
    const char *capital = settings != NULL ? strpbrk(settings, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : NULL;
    char variables[NOTES_BYTES / 2];
    if (settings != NULL && strstr(settings, "yield=1") != NULL)
        append_note(notes, 0, "ranks yield");
    if (settings != NULL && strstr(settings, "copy=none") != NULL)
        append_note(notes, 0, "no single copy");
    if (capital != NULL)
        append_note(notes, 0, text_brief(capital, variables, sizeof variables));
}

/* With few rounds intervals cover less than 95 %, and one says nothing about another. */
static void append_coverage(char notes[NOTES_BYTES], const struct summary *cell)
{
    char covers[40];
    if (cell->samples == 0 || !(cell->ci_coverage < COVERED))
        return;
    snprintf(covers, sizeof covers, "+- covers %.0f %%", 100 * cell->ci_coverage);
    append_note(notes, 0, cell->ci_coverage > 0 ? covers : "1 round");
}

/* What a reader must know before believing the figures. */
static void set_notes(struct grid *grid, const struct summary *cell, bool name_pin)
{
    char notes[NOTES_BYTES] = "", pin[NOTES_BYTES / 2];
    snprintf(pin, sizeof pin, "pin %.60s", cell->pin);
    if (name_pin)
        append_note(notes, 0, pin);
    if (cell->failed > 0)
        append_note(notes, cell->failed, "failed");
    if (cell->skipped > 0)
        append_note(notes, 0, "skipped");
    if (cell->retried > 0)
        append_note(notes, cell->retried, "retried");
    append_coverage(notes, cell);
    if (cell->oversubscribed)
        append_note(notes, 0, "oversubscribed");
    if (cell->impossible)
        append_note(notes, 0, "impossible capacity");
    if (cell->noisy)
        append_note(notes, 0, "noisy");
    if (summary_too_disturbed(cell->disturbed, cell->samples))
        append_note(notes, 0, "disturbed");
    if (cell->serial_disturbed && !is_baseline(cell))
        append_note(notes, 0, "serial disturbed");
    add_settings(notes, cell->settings);
    grid_set(grid, NOTES, "%s", notes);
}

static void set_schedule(struct grid *grid, const struct summary *cell)
{
    char text[FIGURE_BYTES];
    uint64_t share = cell->workers > 0 ? (cell->tasks + cell->workers - 1) / cell->workers : 0;
    struct figure_chunks chunks = {cell->asked_chunk, cell->chunk, share};
    if (is_baseline(cell)) /* a loop, whatever was asked for */
        chunks = (struct figure_chunks){0};
    grid_set(grid, SCHEDULE, "%s", figure_schedule(cell->schedule, &chunks, text, sizeof text));
}

static void add_row(struct grid *grid, const struct summary *cell, bool name_pin)
{
    char text[FIGURE_BYTES];
    grid_row(grid, tone_of(cell));
    grid_set(grid, BACKEND, "%s", cell->backend);
    set_schedule(grid, cell);
    grid_set(grid, WORKERS, "%" PRIu64, cell->workers);
    grid_set(grid, MEDIAN, "%s", figure_time(cell->median_ns, text, sizeof text));
    set_spread(grid, SPREAD, cell->ci_low_ns, cell->ci_high_ns, cell->median_ns);
    grid_set(grid, SPEEDUP, "%s", figure_number(cell->speedup, text, sizeof text));
    set_spread(grid, SPEEDUP_SPREAD, cell->speedup_low, cell->speedup_high, cell->speedup);
    grid_set(grid, CAPACITY, "%s", figure_number(cell->capacity, text, sizeof text));
    grid_set(grid, USED, "%s", figure_percent(cell->capacity_efficiency, text, sizeof text));
    grid_set(grid, DISPATCH, "%s",
             is_baseline(cell) ? "-" : figure_time(cell->dispatch_ns_per_task, text, sizeof text));
    set_tasks(grid, cell);
    set_notes(grid, cell, name_pin);
}

/* The first thing that went wrong in a cell, told in full below its group. */
static void add_status(struct grid *grid, const struct summary *cell)
{
    if (strcmp(cell->status, "ok") == 0)
        return;
    grid_note(grid, tone_of(cell), "%s %s, %" PRIu64 " %s: %s", cell->backend, cell->schedule,
              cell->workers, cell->workers == 1 ? "worker" : "workers", cell->status);
}

/* Whether its cells had their workers bound in more than one way. */
static bool has_pins(const struct group *group)
{
    for (size_t i = 1; i < group->count; i++)
        if (strcmp(group->cells[i]->pin, group->cells[0]->pin) != 0)
            return true;
    return false;
}

static int add_group(struct grid *grid, const struct summary_table *summary, size_t row,
                     bool name_suite)
{
    struct group group;
    int error = group_gather(summary, row, &group);
    if (error != 0)
        return error;
    char *details = group_details(&group, name_suite);
    grid_group(grid, summary->rows[row].workload, details);
    for (size_t i = 0; i < group.count; i++)
        add_row(grid, group.cells[i], has_pins(&group));
    for (size_t i = 0; i < group.count; i++)
        add_status(grid, group.cells[i]);
    if (details == NULL)
        error = -ENOMEM;
    free(details);
    free(group.cells);
    return error;
}

static bool has_suites(const struct summary_table *summary)
{
    for (size_t i = 1; i < summary->count; i++)
        if (strcmp(summary->rows[i].suite, summary->rows[0].suite) != 0)
            return true;
    return false;
}

static int print_grid(FILE *out, const struct grid *grid, enum table_format format)
{
    if (format == TABLE_MARKDOWN)
        return grid_print_markdown(out, grid);
    if (format == TABLE_LATEX)
        return grid_print_latex(out, grid);
    if (format == TABLE_HTML)
        return grid_print_html(out, grid);
    return grid_print_terminal(out, grid);
}

int table_format_parse(const char *text, enum table_format *format, char *message, size_t bytes)
{
    char brief[40];
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(text, format_names[i]) == 0) {
            *format = (enum table_format)i;
            if (*format != TABLE_TERMINAL)
                screen_verbatim();
            return 0;
        }
    snprintf(message, bytes,
             "no format \"%s\"; there are table, csv, json, markdown, latex and html",
             text_brief(text, brief, sizeof brief));
    return -EINVAL;
}

int table_print(FILE *out, const struct summary_table *summary, enum table_format format)
{
    if (format == TABLE_JSON)
        return summary_write_json(out, summary);
    if (format == TABLE_CSV) {
        summary_write_csv(out, summary);
        return ferror(out) ? -EIO : 0;
    }
    struct grid grid;
    int error = 0;
    grid_open(&grid, columns, COLUMNS);
    for (size_t i = 0; error == 0 && i < summary->count; i++)
        if (group_begins(summary, i))
            error = add_group(&grid, summary, i, has_suites(summary));
    if (error == 0)
        error = print_grid(out, &grid, format);
    grid_close(&grid);
    return error;
}
