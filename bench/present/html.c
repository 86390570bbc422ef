#include "bench/present/html.h"

#include <errno.h>

static const char *const tones[] = {
    [GRID_PLAIN] = "plain", [GRID_WARNING] = "warning", [GRID_FAILURE] = "failure"};

void html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if (*text == '\'')
            fputs("&#39;", out);
        else
            fputc(*text, out);
    }
}

static void put_cells(FILE *out, const struct grid *grid, const struct grid_row *row)
{
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i)) {
            fprintf(out, grid->columns[i].right ? "<td class=\"number\">" : "<td>");
            html_text(out, row->cells[i]);
            fputs("</td>", out);
        }
}

static void put_table(FILE *out, const struct grid *grid, const struct grid_group *group)
{
    fputs("<div class=\"wide\"><table class=\"sortable\">\n<thead><tr>", out);
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i)) {
            fprintf(out, grid->columns[i].right ? "<th class=\"number\" scope=\"col\">"
                                                : "<th scope=\"col\">");
            html_text(out, grid->columns[i].title);
            fputs("</th>", out);
        }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < group->row_count; i++) {
        fprintf(out, "<tr class=\"%s\">", tones[group->rows[i].tone]);
        put_cells(out, grid, &group->rows[i]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

int grid_print_html(FILE *out, const struct grid *grid)
{
    if (grid->error != 0)
        return grid->error;
    for (size_t i = 0; i < grid->group_count; i++) {
        const struct grid_group *group = &grid->groups[i];
        fputs("<h3>", out);
        html_text(out, group->name);
        fputs(" <small>", out);
        html_text(out, group->details);
        fputs("</small></h3>\n", out);
        put_table(out, grid, group);
        for (size_t j = 0; j < group->note_count; j++) {
            fprintf(out, "<p class=\"note %s\">", tones[group->notes[j].tone]);
            html_text(out, group->notes[j].text);
            fputs("</p>\n", out);
        }
    }
    return ferror(out) ? -EIO : 0;
}
