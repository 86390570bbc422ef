#include <errno.h>

#include "bench/present/grid.h"
#include "bench/present/tex.h"

static size_t used_columns(const struct grid *grid)
{
    size_t used = 0;
    for (size_t i = 0; i < grid->column_count; i++)
        used += grid_is_used(grid, i);
    return used > 0 ? used : 1;
}

/* A row of cells, or of titles where cells is NULL. */
static void put_row(FILE *out, const struct grid *grid, char *const *cells)
{
    const char *between = "";
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i)) {
            fputs(between, out);
            tex_text(out, cells == NULL ? grid->columns[i].title : cells[i]);
            between = " & ";
        }
    fputs(" \\\\\n", out);
}

static void put_group(FILE *out, const struct grid *grid, const struct grid_group *group)
{
    fprintf(out, "\\midrule\n\\multicolumn{%zu}{l}{\\textbf{", used_columns(grid));
    tex_text(out, group->name);
    fputs("} ", out);
    tex_text(out, group->details);
    fputs("} \\\\\n", out);
    for (size_t i = 0; i < group->row_count; i++)
        put_row(out, grid, group->rows[i].cells);
    for (size_t i = 0; i < group->note_count; i++) {
        fprintf(out, "\\multicolumn{%zu}{l}{\\footnotesize ", used_columns(grid));
        tex_text(out, group->notes[i].text);
        fputs("} \\\\\n", out);
    }
}

int grid_print_latex(FILE *out, const struct grid *grid)
{
    if (grid->error != 0)
        return grid->error;
    fputs("% needs \\usepackage{booktabs} and \\usepackage[T1]{fontenc}\n\\begin{tabular}{", out);
    for (size_t i = 0; i < grid->column_count; i++)
        if (grid_is_used(grid, i))
            fputc(grid->columns[i].right ? 'r' : 'l', out);
    fputs(grid->group_count > 0 ? "}\n\\toprule\n" : "l}\n\\toprule\n", out);
    put_row(out, grid, NULL);
    for (size_t i = 0; i < grid->group_count; i++)
        put_group(out, grid, &grid->groups[i]);
    fputs("\\bottomrule\n\\end{tabular}\n", out);
    return ferror(out) ? -EIO : 0;
}
