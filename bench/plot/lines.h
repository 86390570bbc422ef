/*
 * lines.h - the table of a plot that has many lines, each named at its end.
 *
 * A key of 17 entries beside 17 lines is a puzzle; names at the lines' ends are not, but lines end
 * close to each other. So the names stand in the right margin in the order of the ends, pushed
 * apart just as far as they need, and a leader goes from each end to its name.
 *
 * The table that lines.gp reads, fields separated by tabs:
 *   a block with a row a line: line (from 0), its last x and y, its name's height (0 .. 1 of the
 *   plot), name, x from, x to, y from, y to, caption of the x axis (ranges and caption are the same
 *   in each row)
 *   a block of marks: line, x, y, low and high x; or one row of NaN
 *   a block for each line: line, x, y, low, high
 */
#ifndef PARBENCH_BENCH_PLOT_LINES_H
#define PARBENCH_BENCH_PLOT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LINES_MAX       36 /* more names than that cannot be read */
#define LINE_NAME_BYTES 32 /* what fits beside the plot */

struct line_point {
    int line;     /* below LINES_MAX; it keeps its colour and marker through all plots of a file */
    double order; /* the place along the line; mostly x */
    double x, y;  /* x above 0 */
    double low, high; /* of y */
};

struct line_mark {
    int line;
    double x, y, low, high; /* of x */
};

struct lines {
    struct line_point *points; /* [count]; sorted by lines_write */
    size_t count;
    struct line_mark *marks; /* [mark_count]; may be NULL */
    size_t mark_count;
    char names[LINES_MAX][LINE_NAME_BYTES];
    int line_count;
    bool log_y;          /* then y above 0 */
    double y_most;       /* intervals beyond it are cut off; 0: none are */
    const char *caption; /* of the x axis */
};

/* Space for the points and marks of so many rows. Returns 0 or -ENOMEM. */
int lines_open(struct lines *lines, size_t points, size_t marks);
void lines_close(struct lines *lines);

/* The number of the line with this name (cut to what fits), which is new if need be; -1: too many
 * lines. */
int lines_find(struct lines *lines, const char *name);

/* Writes the table. Returns the rows that the picture needs; 0 if no line has a point. */
int lines_write(FILE *out, struct lines *lines);

#endif
