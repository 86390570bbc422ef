#include "bench/present/grid.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"
#include "common/check.h"
#include "common/clock.h"

#define SHORT_SPAN_NS                                                                              \
    (27 * NS_PER_S) /* less than the 30 s of bench ipc's and bench spawn's --spread */

/* Makes room for one zeroed item more at the end of items[count] and counts it; returns the new
 * array, or NULL with the error remembered. */
static void *add_item(struct grid *grid, void *items, size_t *count, size_t bytes)
{
    char *grown = grid->error != 0 ? NULL : reallocarray(items, *count + 1, bytes);
    if (grown == NULL) {
        grid->error = -ENOMEM;
        return NULL;
    }
    memset(grown + *count * bytes, 0, bytes);
    ++*count;
    return grown;
}

/* Puts a harmless copy of text in *place. */
static void keep(struct grid *grid, char **place, const char *text)
{
    char *copy = text_copy(text);
    if (copy == NULL) {
        grid->error = -ENOMEM;
        return;
    }
    free(*place);
    *place = copy;
}

static void keep_format(struct grid *grid, char **place, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0) {
        grid->error = -ENOMEM;
        return;
    }
    keep(grid, place, text);
    free(text);
}

static struct grid_group *last_group(struct grid *grid)
{
    CHECK(grid->group_count > 0);
    return &grid->groups[grid->group_count - 1];
}

void grid_open(struct grid *grid, const struct grid_column columns[], size_t count)
{
    *grid = (struct grid){.columns = columns, .column_count = count};
}

void grid_group(struct grid *grid, const char *name, const char *details)
{
    void *groups = add_item(grid, grid->groups, &grid->group_count, sizeof *grid->groups);
    if (groups == NULL)
        return;
    grid->groups = groups;
    keep(grid, &last_group(grid)->name, name);
    keep(grid, &last_group(grid)->details, details);
}

void grid_row(struct grid *grid, enum grid_tone tone)
{
    if (grid->error != 0)
        return;
    struct grid_group *group = last_group(grid);
    void *rows = add_item(grid, group->rows, &group->row_count, sizeof *group->rows);
    if (rows == NULL)
        return;
    group->rows = rows;
    struct grid_row *row = &group->rows[group->row_count - 1];
    row->tone = tone;
    row->cells = calloc(grid->column_count, sizeof *row->cells);
    if (row->cells == NULL) {
        grid->error = -ENOMEM;
        group->row_count--;
        return;
    }
    for (size_t i = 0; i < grid->column_count; i++)
        keep(grid, &row->cells[i], "");
}

void grid_set(struct grid *grid, size_t column, const char *format, ...)
{
    if (grid->error != 0)
        return;
    struct grid_group *group = last_group(grid);
    CHECK(column < grid->column_count && group->row_count > 0);
    va_list arguments;
    va_start(arguments, format);
    keep_format(grid, &group->rows[group->row_count - 1].cells[column], format, arguments);
    va_end(arguments);
}

void grid_note(struct grid *grid, enum grid_tone tone, const char *format, ...)
{
    if (grid->error != 0)
        return;
    struct grid_group *group = last_group(grid);
    void *notes = add_item(grid, group->notes, &group->note_count, sizeof *group->notes);
    if (notes == NULL)
        return;
    group->notes = notes;
    struct grid_note *note = &group->notes[group->note_count - 1];
    note->tone = tone;
    va_list arguments;
    va_start(arguments, format);
    keep_format(grid, &note->text, format, arguments);
    va_end(arguments);
}

void grid_note_span(struct grid *grid, uint64_t span_ns)
{
    if (span_ns > 0 && span_ns < SHORT_SPAN_NS)
        grid_note(grid, GRID_WARNING,
                  "all starts lie within %.1f s and know one state of the machine: another run may "
                  "differ by more than these intervals",
                  (double)span_ns / (double)NS_PER_S);
}

bool grid_is_used(const struct grid *grid, size_t column)
{
    for (size_t i = 0; i < grid->group_count; i++) {
        const struct grid_group *group = &grid->groups[i];
        for (size_t j = 0; j < group->row_count; j++) {
            const char *text = group->rows[j].cells[column];
            if (text[0] != '\0' && strcmp(text, "-") != 0)
                return true;
        }
    }
    return false;
}

void grid_close(struct grid *grid)
{
    for (size_t i = 0; i < grid->group_count; i++) {
        struct grid_group *group = &grid->groups[i];
        for (size_t j = 0; j < group->row_count; j++) {
            for (size_t k = 0; k < grid->column_count; k++)
                free(group->rows[j].cells[k]);
            free(group->rows[j].cells);
        }
        for (size_t j = 0; j < group->note_count; j++)
            free(group->notes[j].text);
        free(group->rows);
        free(group->notes);
        free(group->name);
        free(group->details);
    }
    free(grid->groups);
    *grid = (struct grid){0};
}
