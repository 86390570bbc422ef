#include "bench/plot/lines.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"
#include "bench/plot/table.h"

#define ROWS_MIN  16 /* a picture of few lines is this high all the same */
#define ROWS_BASE 4  /* height of the plot beside its rows, about (plot.c) */

struct range {
    double from, to;
};

/* A name at the end of its line. */
struct end {
    const struct line_point *point;
    double place; /* of the name, 0 .. 1 of the plot's height */
};

int lines_open(struct lines *lines, size_t points, size_t marks)
{
    *lines = (struct lines){.points = calloc(points + 1, sizeof *lines->points),
                            .marks = calloc(marks + 1, sizeof *lines->marks)};
    if (lines->points != NULL && lines->marks != NULL)
        return 0;
    lines_close(lines);
    return -ENOMEM;
}

void lines_close(struct lines *lines)
{
    free(lines->points);
    free(lines->marks);
    *lines = (struct lines){.points = NULL};
}

int lines_find(struct lines *lines, const char *name)
{
    char shown[LINE_NAME_BYTES];
    text_brief(name, shown, sizeof shown);
    for (int i = 0; i < lines->line_count; i++)
        if (strcmp(lines->names[i], shown) == 0)
            return i;
    if (lines->line_count == LINES_MAX)
        return -1;
    memcpy(lines->names[lines->line_count], shown, sizeof shown);
    return lines->line_count++;
}

static int by_line(const void *left, const void *right)
{
    const struct line_point *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int by_place(const void *left, const void *right)
{
    double a = ((const struct end *)left)->place, b = ((const struct end *)right)->place;
    return (a > b) - (a < b);
}

static void widen(struct range *range, double value)
{
    range->from = fmin(range->from, value);
    range->to = fmax(range->to, value);
}

/* A little air on both sides of what was seen, on a logarithmic scale. */
static void air(struct range *range)
{
    double factor = fmax(pow(range->to / range->from, 0.03), 1.05);
    range->from /= factor;
    range->to *= factor;
}

static void find_ranges(const struct lines *lines, struct range *x, struct range *y)
{
    *x = (struct range){INFINITY, 0};
    *y = lines->log_y ? (struct range){INFINITY, 0} : (struct range){0, 1};
    for (size_t i = 0; i < lines->count; i++) {
        widen(x, lines->points[i].x);
        widen(y, lines->points[i].low);
        widen(y, lines->points[i].high);
    }
    for (size_t i = 0; i < lines->mark_count; i++)
        widen(x, lines->marks[i].x);
    air(x);
    if (lines->log_y)
        air(y);
    else
        y->to *= 1.05;
    if (lines->y_most > 0)
        y->to = fmin(y->to, lines->y_most);
}

static double height(const struct lines *lines, const struct range *y, double value)
{
    if (lines->log_y)
        return log(value / y->from) / log(y->to / y->from);
    return (value - y->from) / (y->to - y->from);
}

/* Up from the lowest until each keeps the gap to the one below it; then, where that led above the
 * top, down again from the top. They fit: the picture has a row for each (lines_write). */
static void push_apart(struct end ends[], int count, double gap)
{
    for (int i = 1; i < count; i++)
        ends[i].place = fmax(ends[i].place, ends[i - 1].place + gap);
    for (int i = count - 1; i >= 0; i--)
        ends[i].place = fmin(ends[i].place, i == count - 1 ? 1 : ends[i + 1].place - gap);
}

static bool is_last(const struct lines *lines, size_t i)
{
    return i + 1 == lines->count || lines->points[i + 1].line != lines->points[i].line;
}

/* Returns how many lines have points. */
static int find_ends(const struct lines *lines, const struct range *y, struct end ends[LINES_MAX])
{
    int count = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (is_last(lines, i))
            ends[count++] = (struct end){&lines->points[i], height(lines, y, lines->points[i].y)};
    return count;
}

static void put_ends(FILE *out, const struct lines *lines, const struct range *x,
                     const struct range *y, const struct end ends[], int count)
{
    for (int i = 0; i < count; i++) {
        const struct line_point *point = ends[i].point;
        fprintf(out, "%d\t%g\t%g\t%g\t", point->line, point->x, fmin(point->y, y->to),
                ends[i].place);
        plot_put_text(out, lines->names[point->line]);
        fprintf(out, "\t%g\t%g\t%g\t%g\t", x->from, x->to, y->from, y->to);
        plot_put_text(out, lines->caption);
        fputc('\n', out);
    }
}

/* Two empty lines part the blocks; a block cannot be empty. */
static void put_marks(FILE *out, const struct lines *lines)
{
    fprintf(out, "\n\n");
    if (lines->mark_count == 0)
        fprintf(out, "0\tNaN\tNaN\tNaN\tNaN\n");
    for (size_t i = 0; i < lines->mark_count; i++)
        fprintf(out, "%d\t%g\t%g\t%g\t%g\n", lines->marks[i].line, lines->marks[i].x,
                lines->marks[i].y, lines->marks[i].low, lines->marks[i].high);
}

static void put_points(FILE *out, const struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        const struct line_point *point = &lines->points[i];
        if (i == 0 || is_last(lines, i - 1))
            fprintf(out, "\n\n");
        fprintf(out, "%d\t%g\t%g\t%g\t%g\n", point->line, point->x, point->y, point->low,
                point->high);
    }
}

int lines_write(FILE *out, struct lines *lines)
{
    struct end ends[LINES_MAX];
    struct range x, y;
    if (lines->count == 0)
        return 0;
    qsort(lines->points, lines->count, sizeof *lines->points, by_line);
    find_ranges(lines, &x, &y);
    int count = find_ends(lines, &y, ends);
    int rows = count > ROWS_MIN ? count : ROWS_MIN;
    qsort(ends, (size_t)count, sizeof *ends, by_place);
    push_apart(ends, count, 1.0 / (rows + ROWS_BASE));
    put_ends(out, lines, &x, &y, ends, count);
    put_marks(out, lines);
    put_points(out, lines);
    return rows;
}
