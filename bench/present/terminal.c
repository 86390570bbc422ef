#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/present/grid.h"

#define LAST_COLUMN_LEAST 14 /* what the last column may be wrapped to */

/* How out is to be written to. */
struct screen {
    FILE *out;
    bool colours;
    size_t width;     /* 0: as wide as needed */
    size_t separator; /* spaces between columns */
    bool *shown;      /* shown[column]; owned */
};

static struct screen look_at(FILE *out)
{
    struct screen screen = {.out = out};
    struct winsize size;
    const char *no_colour = getenv("NO_COLOR"), *kind = getenv("TERM");
    if (!isatty(fileno(out)))
        return screen;
    screen.colours =
        (no_colour == NULL || *no_colour == '\0') && kind != NULL && strcmp(kind, "dumb") != 0;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        screen.width = size.ws_col;
    return screen;
}

/* Text in a colour or style given by its control sequence. */
static void put_styled(const struct screen *screen, const char *style, const char *text)
{
    if (screen->colours)
        fprintf(screen->out, "%s%s\033[0m", style, text);
    else
        fputs(text, screen->out);
}

/* --- which columns fit ---------------------------------------------------------------------------
 */

static size_t column_width(const struct grid *grid, size_t column)
{
    size_t width = strlen(grid->columns[column].title);
    for (size_t i = 0; i < grid->group_count; i++)
        for (size_t j = 0; j < grid->groups[i].row_count; j++) {
            size_t bytes = strlen(grid->groups[i].rows[j].cells[column]);
            width = bytes > width ? bytes : width;
        }
    return column == grid->column_count - 1 && width > LAST_COLUMN_LEAST ? LAST_COLUMN_LEAST
                                                                         : width;
}

static size_t table_width(const struct screen *screen, const struct grid *grid)
{
    size_t width = 0;
    for (size_t i = 0; i < grid->column_count; i++)
        if (screen->shown[i])
            width += column_width(grid, i) + (width > 0 ? screen->separator : 0);
    return width;
}

/* The shown column that is missed least; column_count: none can be missed. */
static size_t most_expendable(const struct screen *screen, const struct grid *grid)
{
    size_t found = grid->column_count;
    for (size_t i = 0; i < grid->column_count; i++)
        if (screen->shown[i] && grid->columns[i].expendable > 0 &&
            (found == grid->column_count ||
             grid->columns[i].expendable > grid->columns[found].expendable))
            found = i;
    return found;
}

static void fit(struct screen *screen, const struct grid *grid)
{
    screen->separator = 2;
    for (size_t i = 0; i < grid->column_count; i++)
        screen->shown[i] = grid_is_used(grid, i);
    if (screen->width == 0 || table_width(screen, grid) <= screen->width)
        return;
    screen->separator = 1;
    while (table_width(screen, grid) > screen->width) {
        size_t column = most_expendable(screen, grid);
        if (column == grid->column_count)
            return;
        screen->shown[column] = false;
    }
}

/* --- the table -----------------------------------------------------------------------------------
 */

static int add_columns(const struct screen *screen, struct libscols_table *table,
                       const struct grid *grid)
{
    for (size_t i = 0; i < grid->column_count; i++) {
        int flags = grid->columns[i].right ? SCOLS_FL_RIGHT : 0;
        if (i == grid->column_count - 1)
            flags |= SCOLS_FL_WRAP; /* remarks stand last, and are the longest */
        if (screen->shown[i] &&
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

static int add_row(const struct screen *screen, struct libscols_table *table,
                   const struct grid *grid, const struct grid_row *row)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    int error = line == NULL ? -ENOMEM : 0;
    size_t column = 0;
    for (size_t i = 0; error == 0 && i < grid->column_count; i++)
        if (screen->shown[i])
            error = scols_line_set_data(line, column++, row->cells[i]);
    return error != 0 ? error : set_tone(line, row->tone, column);
}

static int make_table(const struct screen *screen, const struct grid *grid,
                      struct libscols_table **table)
{
    *table = scols_new_table();
    int error = *table == NULL ? -ENOMEM : add_columns(screen, *table, grid);
    for (size_t i = 0; error == 0 && i < grid->group_count; i++)
        for (size_t j = 0; error == 0 && j < grid->groups[i].row_count; j++)
            error = add_row(screen, *table, grid, &grid->groups[i].rows[j]);
    if (error != 0)
        return error;
    scols_table_set_column_separator(*table, screen->separator == 2 ? "  " : " ");
    scols_table_enable_colors(*table, screen->colours);
    scols_table_set_termforce(*table,
                              screen->width > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    if (screen->width > 0)
        scols_table_set_termwidth(*table, screen->width);
    return 0;
}

static void put_group_heading(const struct screen *screen, const struct grid_group *group)
{
    put_styled(screen, "\033[1m", group->name);
    fprintf(screen->out, "%s%s\n", group->details[0] == '\0' ? "" : "  ", group->details);
}

static void put_notes(const struct screen *screen, const struct grid_group *group)
{
    for (size_t i = 0; i < group->note_count; i++) {
        const struct grid_note *note = &group->notes[i];
        fputs("  ", screen->out);
        if (note->tone == GRID_PLAIN)
            fputs(note->text, screen->out);
        else
            put_styled(screen, note->tone == GRID_FAILURE ? "\033[31m" : "\033[33m", note->text);
        fputc('\n', screen->out);
    }
}

/* Prints rows first .. first+count-1 of the table, which has one width for all groups. The titles
 * come with row 0; they go above the first group's heading. */
static int put_group(const struct screen *screen, struct libscols_table *table,
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
        fwrite(rows, 1, (size_t)(end - rows), screen->out);
        rows = end;
    }
    fputc('\n', screen->out);
    put_group_heading(screen, group);
    fputs(rows, screen->out);
    if (*rows != '\0' && rows[strlen(rows) - 1] != '\n')
        fputc('\n', screen->out); /* the library ends only some ranges by itself */
    put_notes(screen, group);
    free(text);
    return 0;
}

static void put_missing(const struct screen *screen, const struct grid *grid)
{
    const char *before = "\n(the terminal is too narrow for: ";
    for (size_t i = 0; i < grid->column_count; i++)
        if (!screen->shown[i] && grid_is_used(grid, i)) {
            fprintf(screen->out, "%s%s", before, grid->columns[i].title);
            before = ", ";
        }
    if (before[0] == ',')
        fputs(")\n", screen->out);
}

int grid_print_terminal(FILE *out, const struct grid *grid)
{
    if (grid->error != 0)
        return grid->error;
    struct screen screen = look_at(out);
    struct libscols_table *table = NULL;
    size_t first = 0;
    screen.shown = calloc(grid->column_count + 1, sizeof *screen.shown);
    if (screen.shown == NULL)
        return -ENOMEM;
    fit(&screen, grid);
    int error = make_table(&screen, grid, &table);
    for (size_t i = 0; error == 0 && i < grid->group_count; i++) {
        error = put_group(&screen, table, &grid->groups[i], first);
        first += grid->groups[i].row_count;
    }
    if (error == 0)
        put_missing(&screen, grid);
    scols_unref_table(table);
    free(screen.shown);
    return error == 0 && ferror(out) ? -EIO : error;
}
