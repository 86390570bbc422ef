/*
 * Comparisons as a table for people, or with all their figures as CSV and JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench/compare/pairs.h"
#include "bench/data/columns_json.h"
#include "bench/present/figures.h"
#include "bench/present/html.h"

static const struct column columns[] = {
    COLUMN(comparison, workload, COLUMN_TEXT),
    COLUMN(comparison, parameters, COLUMN_TEXT),
    COLUMN(comparison, backend, COLUMN_TEXT),
    COLUMN(comparison, schedule, COLUMN_TEXT),
    COLUMN(comparison, chunk, COLUMN_COUNT),
    COLUMN(comparison, workers, COLUMN_COUNT),
    COLUMN(comparison, pin, COLUMN_TEXT),
    COLUMN(comparison, asked_chunk, COLUMN_COUNT),
    COLUMN(comparison, a_settings, COLUMN_TEXT),
    COLUMN(comparison, b_settings, COLUMN_TEXT),
    COLUMN(comparison, a, COLUMN_TEXT),
    COLUMN(comparison, b, COLUMN_TEXT),
    COLUMN(comparison, a_samples, COLUMN_COUNT),
    COLUMN(comparison, b_samples, COLUMN_COUNT),
    COLUMN(comparison, a_left_out, COLUMN_COUNT),
    COLUMN(comparison, b_left_out, COLUMN_COUNT),
    COLUMN(comparison, a_disturbed, COLUMN_COUNT),
    COLUMN(comparison, b_disturbed, COLUMN_COUNT),
    COLUMN(comparison, rounds, COLUMN_COUNT),
    COLUMN(comparison, a_rounds, COLUMN_COUNT),
    COLUMN(comparison, b_rounds, COLUMN_COUNT),
    COLUMN(comparison, interleaved, COLUMN_COUNT),
    COLUMN(comparison, a_median_ns, COLUMN_REAL),
    COLUMN(comparison, b_median_ns, COLUMN_REAL),
    COLUMN(comparison, ratio, COLUMN_REAL),
    COLUMN(comparison, ratio_low, COLUMN_REAL),
    COLUMN(comparison, ratio_high, COLUMN_REAL),
    COLUMN(comparison, mann_whitney_p, COLUMN_REAL),
    COLUMN(comparison, signed_rank_p, COLUMN_REAL),
    COLUMN(comparison, least_ratio, COLUMN_REAL),
    COLUMN(comparison, least_low, COLUMN_REAL),
    COLUMN(comparison, least_high, COLUMN_REAL),
    COLUMN(comparison, least_p, COLUMN_REAL),
    COLUMN(comparison, p, COLUMN_REAL),
};
#define COLUMNS (sizeof columns / sizeof columns[0])

/* The verdict's text lies in the record itself, so it is written from a row of its own. */
struct row {
    struct comparison comparison;
    const char *verdict;
};

static const struct column verdict_column = {
    .name = "verdict", .offset = offsetof(struct row, verdict), .kind = COLUMN_TEXT};

static void all_columns(struct column all[COLUMNS + 1])
{
    memcpy(all, columns, sizeof columns);
    all[COLUMNS] = verdict_column;
}

static int print_csv(FILE *out, const struct pairs *pairs)
{
    struct column all[COLUMNS + 1];
    all_columns(all);
    columns_write_header(out, all, COLUMNS + 1);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct row row = {pairs->comparisons[i], pairs->comparisons[i].verdict};
        columns_write_row(out, all, COLUMNS + 1, &row);
    }
    return ferror(out) ? -EIO : 0;
}

static int print_json(FILE *out, const struct pairs *pairs)
{
    struct column all[COLUMNS + 1];
    json_t *array = json_array();
    int error = array == NULL ? -ENOMEM : 0;
    all_columns(all);
    for (size_t i = 0; i < pairs->count && error == 0; i++) {
        const struct row row = {pairs->comparisons[i], pairs->comparisons[i].verdict};
        if (json_array_append_new(array, columns_json(all, COLUMNS + 1, &row)) != 0)
            error = -ENOMEM;
    }
    if (error == 0 && (json_dumpf(array, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF))
        error = -EIO;
    json_decref(array);
    return error;
}

enum { BACKEND, SCHEDULE, WORKERS, A, B, RATIO, P, VERDICT, GRID_COLUMNS };

static const struct grid_column grid_columns[GRID_COLUMNS] = {
    [BACKEND] = {"backend", false, 0},
    [SCHEDULE] = {"schedule", false, 1},
    [WORKERS] = {"workers", true, 2},
    [A] = {"A", true, 3},
    [B] = {"B", true, 3},
    [RATIO] = {"B / A", true, 0},
    [P] = {"p", true, 4},
    [VERDICT] = {"verdict", false, 0},
};

static void add_row(struct grid *grid, const struct comparison *made)
{
    char text[FIGURE_BYTES];
    bool differs = made->kind == VERDICT_SLOWER || made->kind == VERDICT_FASTER;
    const double p = made->p;
    grid_row(grid, differs ? GRID_WARNING : GRID_PLAIN);
    grid_set(grid, BACKEND, "%s", made->backend);
    const struct figure_chunks chunks = {made->asked_chunk, made->chunk, 0};
    grid_set(grid, SCHEDULE, "%s", figure_schedule(made->schedule, &chunks, text, sizeof text));
    grid_set(grid, WORKERS, "%" PRIu64, made->workers);
    grid_set(grid, A, "%s", figure_time(made->a_median_ns, text, sizeof text));
    grid_set(grid, B, "%s", figure_time(made->b_median_ns, text, sizeof text));
    if (isnan(made->ratio))
        grid_set(grid, RATIO, "-");
    else
        grid_set(grid, RATIO, "%.3f", made->ratio);
    if (isnan(p))
        grid_set(grid, P, "-");
    else
        grid_set(grid, P, p < 0.001 ? "< 0.001" : "%.3f", p);
    grid_set(grid, VERDICT, "%s", made->verdict);
}

static bool same_work(const struct comparison *one, const struct comparison *other)
{
    return strcmp(one->workload, other->workload) == 0 &&
           strcmp(one->parameters, other->parameters) == 0;
}

static int print_grid(FILE *out, const struct pairs *pairs, enum table_format format)
{
    struct grid grid;
    grid_open(&grid, grid_columns, GRID_COLUMNS);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct comparison *made = &pairs->comparisons[i];
        if (i == 0 || !same_work(made, made - 1))
            grid_group(&grid, made->workload, made->parameters);
        add_row(&grid, made);
        if (made->a_left_out + made->b_left_out > 0)
            grid_note(&grid, GRID_WARNING,
                      "%s: left out as failed, not verified or measured again: %" PRIu64
                      " of A, %" PRIu64 " of B",
                      made->backend, made->a_left_out, made->b_left_out);
        if (made->other_settings)
            grid_note(&grid, GRID_WARNING, "%s: under other settings: A had '%s', B '%s'",
                      made->backend, made->a_settings, made->b_settings);
    }
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(out, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(out, &grid)
                : format == TABLE_HTML   ? grid_print_html(out, &grid)
                                         : grid_print_terminal(out, &grid);
    grid_close(&grid);
    return error;
}

int pairs_print(FILE *out, const struct pairs *pairs, enum table_format format)
{
    if (format == TABLE_CSV)
        return print_csv(out, pairs);
    return format == TABLE_JSON ? print_json(out, pairs) : print_grid(out, pairs, format);
}
