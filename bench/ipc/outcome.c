#include "bench/ipc/outcome.h"

#include <errno.h>
#include <string.h>

#include "bench/data/columns_json.h"
#include "bench/present/figures.h"
#include "bench/present/grid.h"
#include "bench/survey/survey.h"

static const struct column columns[] = {
    COLUMN(outcome, subject, COLUMN_TEXT),
    COLUMN(outcome, placement, COLUMN_TEXT),
    COLUMN(outcome, bytes, COLUMN_COUNT),
    COLUMN(outcome, rounds, COLUMN_COUNT),
    COLUMN(outcome, own_ns, COLUMN_REAL),
    COLUMN(outcome, reference, COLUMN_TEXT),
    COLUMN(outcome, reference_ns, COLUMN_REAL),
    COLUMN(outcome, difference_percent, COLUMN_REAL),
    COLUMN(outcome, difference_low_percent, COLUMN_REAL),
    COLUMN(outcome, difference_high_percent, COLUMN_REAL),
    COLUMN(outcome, status, COLUMN_TEXT),
};

#define COLUMNS (sizeof columns / sizeof columns[0])

bool outcome_is_failure(const struct outcome *outcome)
{
    return survey_is_failure(outcome->status);
}

static void add_row(struct grid *grid, const struct outcome *row)
{
    char text[FIGURE_BYTES];
    bool ok = strcmp(row->status, "ok") == 0;
    grid_row(grid, ok ? GRID_PLAIN : outcome_is_failure(row) ? GRID_FAILURE : GRID_WARNING);
    grid_set(grid, 0, "%s", row->subject);
    grid_set(grid, 1, "%s", row->placement);
    grid_set(grid, 3, "%s", row->reference);
    grid_set(grid, 7, "%s", ok ? "" : row->status);
    if (row->rounds == 0)
        return;
    grid_set(grid, 2, "%s", figure_number(row->own_ns / 1e3, text, sizeof text));
    grid_set(grid, 4, "%s", figure_number(row->reference_ns / 1e3, text, sizeof text));
    grid_set(grid, 5, "%+.1f %%", row->difference_percent);
    grid_set(grid, 6, "%+.1f .. %+.1f %%", row->difference_low_percent,
             row->difference_high_percent);
}

static int print_table(const struct outcome outcomes[], size_t count, enum table_format format)
{
    static const struct grid_column titles[] = {
        {"figure", false, 0},       {"core", false, 0},   {"us", true, 0},
        {"reference", false, 0},    {"us", true, 0},      {"difference", true, 0},
        {"95 % interval", true, 1}, {"status", false, 0},
    };
    struct grid grid;
    grid_open(&grid, titles, sizeof titles / sizeof titles[0]);
    grid_group(&grid, "check", "our figures, and what other programs and plain loops find");
    for (size_t i = 0; i < count; i++)
        add_row(&grid, &outcomes[i]);
    grid_note(&grid, GRID_PLAIN,
              "free: the scheduler chooses the cores anew each time, and one core or two changes "
              "a pipe's figure several times over; same is what counts");
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(stdout, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(stdout, &grid)
                                         : grid_print_terminal(stdout, &grid);
    grid_close(&grid);
    return error;
}

int outcomes_print(const struct outcome outcomes[], size_t count, enum table_format format)
{
    if (format == TABLE_JSON)
        return columns_write_json(
            stdout, &(struct column_rows){columns, COLUMNS, outcomes, sizeof *outcomes, count});
    if (format != TABLE_CSV)
        return print_table(outcomes, count, format);
    columns_write_header(stdout, columns, COLUMNS);
    for (size_t i = 0; i < count; i++)
        columns_write_row(stdout, columns, COLUMNS, &outcomes[i]);
    return ferror(stdout) ? -EIO : 0;
}
