#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "bench/present/grid.h"
#include "bench/present/screen.h"

#define TEXT_LEAST 14 /* what a column of words may be wrapped to */

/* How out is to be written to. */
struct view {
    FILE *out;
    bool colours;
    size_t width;     /* 0: as wide as needed */
    size_t separator; /* spaces between columns */
    bool *shown;      /* shown[column]; owned */
};

static const char *const styles[] = {
    [GRID_PLAIN] = "", [GRID_WARNING] = "\033[33m", [GRID_FAILURE] = "\033[31m"};

/* Text in a colour or style given by its control sequence. */
static void put_styled(const struct view *view, const char *style, const char *text)
{
    if (view->colours && *style != '\0')
        fprintf(view->out, "%s%s\033[0m", style, text);
    else
        fputs(text, view->out);
}

/* --- which columns fit ---------------------------------------------------------------------------
 */

/* Words may be wrapped, but names, which stand first, and numbers may not. */
static bool may_wrap(const struct grid *grid, size_t column)
{
    return column > 0 && !grid->columns[column].right;
}

/* What a column takes at the least. */
static size_t column_width(const struct grid *grid, size_t column)
{
    size_t width = strlen(grid->columns[column].title);
    for (size_t i = 0; i < grid->group_count; i++)
        for (size_t j = 0; j < grid->groups[i].row_count; j++) {
            size_t bytes = strlen(grid->groups[i].rows[j].cells[column]);
            width = bytes > width ? bytes : width;
        }
    return may_wrap(grid, column) && width > TEXT_LEAST ? TEXT_LEAST : width;
}

static size_t table_width(const struct view *view, const struct grid *grid)
{
    size_t width = 0;
    for (size_t i = 0; i < grid->column_count; i++)
        if (view->shown[i])
            width += column_width(grid, i) + (width > 0 ? view->separator : 0);
    return width;
}

/* The shown column that is missed least; column_count: none can be missed. */
static size_t most_expendable(const struct view *view, const struct grid *grid)
{
    size_t found = grid->column_count;
    for (size_t i = 0; i < grid->column_count; i++)
        if (view->shown[i] && grid->columns[i].expendable > 0 &&
            (found == grid->column_count ||
             grid->columns[i].expendable > grid->columns[found].expendable))
            found = i;
    return found;
}

/* Chooses columns. Returns whether rows fit into lines at all. */
static bool fit(struct view *view, const struct grid *grid)
{
    view->separator = 2;
    for (size_t i = 0; i < grid->column_count; i++)
        view->shown[i] = grid_is_used(grid, i);
    if (view->width == 0 || table_width(view, grid) <= view->width)
        return true;
    view->separator = 1;
    while (table_width(view, grid) > view->width) {
        size_t column = most_expendable(view, grid);
        if (column == grid->column_count)
            return false;
        view->shown[column] = false;
    }
    return true;
}

/* --- the table -----------------------------------------------------------------------------------
 */

static int add_columns(const struct view *view, struct libscols_table *table,
                       const struct grid *grid)
{
    for (size_t i = 0; i < grid->column_count; i++) {
        int flags = grid->columns[i].right ? SCOLS_FL_RIGHT : 0;
        if (may_wrap(grid, i))
            flags |= SCOLS_FL_WRAP;
        if (view->shown[i] &&
            scols_table_new_column(table, grid->columns[i].title, 0, flags) == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* A failure colours its whole row, a warning just the remark. */
static int set_tone(struct libscols_line *line, enum grid_tone tone, size_t columns)
{
    if (tone == GRID_FAILURE)
        return scols_line_set_color(line, "red");
    if (tone == GRID_WARNING && columns > 0)
        return scols_cell_set_color(scols_line_get_cell(line, columns - 1), "brown");
    return 0;
}

static int add_row(const struct view *view, struct libscols_table *table, const struct grid *grid,
                   const struct grid_row *row)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    int error = line == NULL ? -ENOMEM : 0;
    size_t column = 0;
    for (size_t i = 0; error == 0 && i < grid->column_count; i++)
        if (view->shown[i])
            error = scols_line_set_data(line, column++, row->cells[i]);
    return error != 0 ? error : set_tone(line, row->tone, column);
}

static int make_table(const struct view *view, const struct grid *grid,
                      struct libscols_table **table)
{
    *table = scols_new_table();
    int error = *table == NULL ? -ENOMEM : add_columns(view, *table, grid);
    for (size_t i = 0; error == 0 && i < grid->group_count; i++)
        for (size_t j = 0; error == 0 && j < grid->groups[i].row_count; j++)
            error = add_row(view, *table, grid, &grid->groups[i].rows[j]);
    if (error != 0)
        return error;
    scols_table_set_column_separator(*table, view->separator == 2 ? "  " : " ");
    scols_table_enable_colors(*table, view->colours);
    scols_table_set_termforce(*table,
                              view->width > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    if (view->width > 0)
        scols_table_set_termwidth(*table, view->width);
    return 0;
}

static void put_group_heading(const struct view *view, const struct grid_group *group)
{
    put_styled(view, "\033[1m", group->name);
    fprintf(view->out, "%s%s\n", group->details[0] == '\0' ? "" : "  ", group->details);
}

static void put_notes(const struct view *view, const struct grid_group *group)
{
    for (size_t i = 0; i < group->note_count; i++) {
        const struct grid_note *note = &group->notes[i];
        fputs("  ", view->out);
        put_styled(view, styles[note->tone], note->text);
        fputc('\n', view->out);
    }
}

/* Prints rows first .. first+count-1 of the table, which has one width for all groups. The titles
 * come with row 0; they go above the first group's heading. */
static int put_group(const struct view *view, struct libscols_table *table,
                     const struct grid_group *group, size_t first)
{
    char *text = NULL, *rows;
    if (group->row_count > 0 &&
        scols_table_print_range_to_string(table, scols_table_get_line(table, first),
                                          scols_table_get_line(table, first + group->row_count - 1),
                                          &text) != 0)
        return -ENOMEM;
    rows = text == NULL ? "" : text;
    if (first == 0 && strchr(rows, '\n') != NULL) {
        char *end = strchr(rows, '\n') + 1;
        fwrite(rows, 1, (size_t)(end - rows), view->out);
        rows = end;
    }
    fputc('\n', view->out);
    put_group_heading(view, group);
    fputs(rows, view->out);
    if (*rows != '\0' && rows[strlen(rows) - 1] != '\n')
        fputc('\n', view->out); /* the library ends only some ranges by itself */
    put_notes(view, group);
    free(text);
    return 0;
}

static void put_missing(const struct view *view, const struct grid *grid)
{
    const char *before = "\n(the terminal is too narrow for: ";
    for (size_t i = 0; i < grid->column_count; i++)
        if (!view->shown[i] && grid_is_used(grid, i)) {
            fprintf(view->out, "%s%s", before, grid->columns[i].title);
            before = ", ";
        }
    if (before[0] == ',')
        fputs(")\n", view->out);
}

static int put_table(const struct view *view, const struct grid *grid)
{
    struct libscols_table *table = NULL;
    size_t first = 0;
    int error = make_table(view, grid, &table);
    for (size_t i = 0; error == 0 && i < grid->group_count; i++) {
        error = put_group(view, table, &grid->groups[i], first);
        first += grid->groups[i].row_count;
    }
    if (error == 0)
        put_missing(view, grid);
    scols_unref_table(table);
    return error;
}

/* --- where lines are too short for a table: a block for each row
 * -------------------------------------
 */

static void put_record(const struct view *view, const struct grid *grid, const struct grid_row *row)
{
    put_styled(view, styles[row->tone], row->cells[0]);
    fputc('\n', view->out);
    for (size_t i = 1; i < grid->column_count; i++)
        if (row->cells[i][0] != '\0')
            fprintf(view->out, "  %s: %s\n", grid->columns[i].title, row->cells[i]);
}

static void put_records(const struct view *view, const struct grid *grid)
{
    for (size_t i = 0; i < grid->group_count; i++) {
        const struct grid_group *group = &grid->groups[i];
        fputc('\n', view->out);
        put_group_heading(view, group);
        for (size_t j = 0; j < group->row_count; j++)
            put_record(view, grid, &group->rows[j]);
        put_notes(view, group);
    }
}

int grid_print_terminal(FILE *out, const struct grid *grid)
{
    if (grid->error != 0)
        return grid->error;
    struct view view = {.out = out, .colours = screen_has_colours(out), .width = screen_width(out)};
    int error = 0;
    view.shown = calloc(grid->column_count + 1, sizeof *view.shown);
    if (view.shown == NULL)
        return -ENOMEM;
    if (fit(&view, grid))
        error = put_table(&view, grid);
    else
        put_records(&view, grid);
    free(view.shown);
    return error == 0 && ferror(out) ? -EIO : error;
}
