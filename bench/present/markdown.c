#include <errno.h>
#include <string.h>

#include "bench/present/grid.h"

/* What GitHub's Markdown takes as special inside a line, and HTML within it, and formulas. */
static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '$')
            fputs("&#36;", out);
        else if (strchr("\\`*_[]|~", *text) != NULL)
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void put_head(FILE *out, const struct grid *grid)
{
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i)) {
            fputs("| ", out);
            put_text(out, grid->columns[i].title);
            fputc(' ', out);
        }
    fputs("|\n", out);
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i))
            fputs(grid->columns[i].right ? "| ---: " : "| --- ", out);
    fputs("|\n", out);
}

static void put_row(FILE *out, const struct grid *grid, const struct grid_row *row)
{
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i)) {
            fputs("| ", out);
            put_text(out, row->cells[i]);
            fputc(' ', out);
        }
    fputs("|\n", out);
}

static void put_notes(FILE *out, const struct grid_group *group)
{
    if (group->note_count > 0)
        fputc('\n', out);
    for (size_t i = 0; i < group->note_count; i++) {
        fputs("- ", out);
        put_text(out, group->notes[i].text);
        fputc('\n', out);
    }
}

int grid_print_markdown(FILE *out, const struct grid *grid)
{
    if (grid->error != 0)
        return grid->error;
    for (size_t i = 0; i < grid->group_count; i++) {
        const struct grid_group *group = &grid->groups[i];
        fputs(i > 0 ? "\n**" : "**", out);
        put_text(out, group->name);
        fputs("** ", out);
        put_text(out, group->details);
        fputs("\n\n", out);
        put_head(out, grid);
        for (size_t j = 0; j < group->row_count; j++)
            put_row(out, grid, &group->rows[j]);
        put_notes(out, group);
    }
    return ferror(out) ? -EIO : 0;
}
