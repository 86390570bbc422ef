/*
 * grid.h - a table of text: columns, rows in groups, notes; printed in one of several markups.
 *
 * Whoever has something to show fills a grid once; the printers below know the markup and nothing
 * of what the cells mean. Cells hold plain text: each printer escapes what its markup takes as
 * special, and what is not printable was made harmless when it came in (text.h). A column in which
 * no row has anything ("" or "-") is not printed.
 *
 * Memory that runs out while a grid is filled is remembered and reported when it is printed, so
 * that filling needs no check after each cell.
 */
#ifndef PARBENCH_BENCH_PRESENT_GRID_H
#define PARBENCH_BENCH_PRESENT_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct grid_column {
    const char *title;
    bool right; /* aligned to the right: numbers */
    unsigned
        expendable; /* the higher, the sooner left out where a terminal is too narrow; 0: never */
};

enum grid_tone { GRID_PLAIN, GRID_WARNING, GRID_FAILURE }; /* a colour, where there are colours */

struct grid_row {
    enum grid_tone tone;
    char **cells; /* cells[columns], owned; "" where none was set */
};

struct grid_note {
    enum grid_tone tone;
    char *text; /* owned */
};

struct grid_group {
    char *name, *details;    /* the heading, in two parts; owned */
    struct grid_row *rows;   /* rows[row_count] */
    struct grid_note *notes; /* notes[note_count]: lines below the rows */
    size_t row_count, note_count;
};

struct grid {
    const struct grid_column *columns; /* columns[column_count], borrowed */
    size_t column_count;
    struct grid_group *groups; /* groups[group_count] */
    size_t group_count;
    int error; /* 0, or -ENOMEM: something is missing here */
};

/* Makes an empty grid in *grid; columns[count] must outlive it. */
void grid_open(struct grid *grid, const struct grid_column columns[], size_t count);

void grid_close(struct grid *grid);

/* Begins a group; every row belongs to the group begun last, and there must be one. */
void grid_group(struct grid *grid, const char *name, const char *details);

/* Adds a row of empty cells to the last group. */
void grid_row(struct grid *grid, enum grid_tone tone);

/* Sets one cell of the last row, by printf's rules. */
void grid_set(struct grid *grid, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a line below the last group's rows, by printf's rules. */
void grid_note(struct grid *grid, enum grid_tone tone, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Notes that all starts of what is shown lie within span_ns, if that is so short that they know one
 * state of the machine; 0: there are no several starts. */
void grid_note_span(struct grid *grid, uint64_t span_ns);

/* Whether any row of any group has something in this column. */
bool grid_is_used(const struct grid *grid, size_t column);

/* The printers. Each returns 0, -ENOMEM or -EIO. */

/* Aligned by libsmartcols: as wide as the terminal if out is one, else as wide as needed. Where the
 * terminal is too narrow, expendable columns are left out, a line at the end names them, and the
 * last column wraps. Colours only on a terminal, and not if NO_COLOR is set (no-color.org).
 * Characters outside ASCII are shown as such only if the program has set LC_CTYPE. */
int grid_print_terminal(FILE *out, const struct grid *grid);

/* A section with a table for each group, in GitHub's Markdown. */
int grid_print_markdown(FILE *out, const struct grid *grid);

/* One tabular for the package booktabs. */
int grid_print_latex(FILE *out, const struct grid *grid);

#endif
