#include "bench/command/listing.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bench/data/columns_json.h"
#include "bench/present/grid.h"

#define COLUMNS_MAX 8
#define LINE_BYTES  512

#define HEADING_COLUMNS 3 /* that make the heading of a group */

static const char *entry_text(const struct listing *listing, size_t index, size_t column,
                              char *number, size_t bytes)
{
    const char *field = (const char *)listing->entries + index * listing->entry_bytes +
                        listing->columns[column].offset;
    const char *text;
    uint64_t count;
    if (listing->columns[column].kind == COLUMN_TEXT) {
        memcpy(&text, field, sizeof text);
        return text;
    }
    memcpy(&count, field, sizeof count);
    snprintf(number, bytes, "%" PRIu64, count);
    return number;
}

/* Begins a group at the first entry, and wherever the heading changes. */
static void begin_group(struct grid *grid, const struct listing *listing, size_t index)
{
    char details[LINE_BYTES], unused[24];
    const char *name = entry_text(listing, index, 0, unused, sizeof unused);
    if (listing->option != NULL) {
        if (index == 0)
            grid_group(grid, listing->option, listing->meaning);
        return;
    }
    if (index > 0 && entry_text(listing, index - 1, 0, unused, sizeof unused) == name)
        return;
    const char *lecture = entry_text(listing, index, 2, unused, sizeof unused);
    snprintf(details, sizeof details, "%s%s%s%s",
             entry_text(listing, index, 1, unused, sizeof unused),
             lecture[0] != '\0' ? " (lecture " : "", lecture, lecture[0] != '\0' ? ")" : "");
    grid_group(grid, name, details);
}

static int print_grid(FILE *out, const struct listing *listing, enum table_format format)
{
    struct grid_column columns[COLUMNS_MAX];
    struct grid grid;
    const size_t first = listing->option != NULL ? 0 : HEADING_COLUMNS;
    const size_t shown = listing->column_count - first;
    char number[24];
    for (size_t i = 0; i < shown; i++) {
        const struct column *column = &listing->columns[first + i];
        columns[i] =
            (struct grid_column){.title = column->name, .right = column->kind != COLUMN_TEXT};
    }
    grid_open(&grid, columns, shown);
    for (size_t index = 0; index < listing->count; index++) {
        begin_group(&grid, listing, index);
        grid_row(&grid, GRID_PLAIN);
        for (size_t i = 0; i < shown; i++)
            grid_set(&grid, i, "%s", entry_text(listing, index, first + i, number, sizeof number));
    }
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(out, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(out, &grid)
                                         : grid_print_terminal(out, &grid);
    grid_close(&grid);
    return error;
}

static int print_json(FILE *out, const struct listing *listing)
{
    const struct column_rows rows = {listing->columns, listing->column_count, listing->entries,
                                     listing->entry_bytes, listing->count};
    return columns_write_json(out, &rows);
}

int listing_print(FILE *out, const struct listing *listing, enum table_format format)
{
    if (format == TABLE_JSON)
        return print_json(out, listing);
    if (format != TABLE_CSV)
        return print_grid(out, listing, format);
    columns_write_header(out, listing->columns, listing->column_count);
    for (size_t i = 0; i < listing->count; i++)
        columns_write_row(out, listing->columns, listing->column_count,
                          (const char *)listing->entries + i * listing->entry_bytes);
    return 0;
}
