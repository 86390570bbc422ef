#include "bench/plot/laps.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot/table.h"

static bool same_cell(const struct csv_table *csv, size_t a, size_t b)
{
    static const char *const columns[] = {"backend", "schedule", "chunk", "workers"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(csv_table_text(csv, a, columns[i]), csv_table_text(csv, b, columns[i])) != 0)
            return false;
    return plot_same_job(csv, a, b);
}

static size_t find_job(const struct csv_table *csv, struct laps *laps, size_t row)
{
    for (size_t i = 0; i < laps->cell_count; i++)
        if (plot_same_job(csv, laps->cells[i].row, row))
            return laps->cells[i].job;
    return laps->jobs++;
}

static bool is_full(const struct laps *laps, int workers)
{
    for (size_t i = 0; i < laps->cell_count; i++)
        workers += laps->cells[i].workers;
    return laps->cell_count == LAPS_CELLS_MAX || workers > LAPS_WORKERS_MAX;
}

/* The cell of a row, a new one if need be; NULL: it is left out. Rows of a cell mostly come
 * together, so the last one is looked at first. */
static struct lap_cell *find_cell(const struct csv_table *csv, struct laps *laps, size_t row)
{
    int workers = (int)csv_table_number(csv, row, "workers");
    for (size_t i = laps->cell_count; i-- > 0;)
        if (same_cell(csv, laps->cells[i].row, row))
            return &laps->cells[i];
    laps->more |= is_full(laps, workers);
    if (laps->more)
        return NULL;
    size_t job = find_job(csv, laps, row);
    laps->cells[laps->cell_count] = (struct lap_cell){.row = row, .job = job, .workers = workers};
    return &laps->cells[laps->cell_count++];
}

static bool read_lap(const struct csv_table *csv, size_t row, struct lap *lap)
{
    double workers = csv_table_number(csv, row, "workers");
    double worker = csv_table_number(csv, row, "worker");
    *lap = (struct lap){.task = csv_table_number(csv, row, "task"),
                        .begin_ns = csv_table_number(csv, row, "begin_ns"),
                        .end_ns = csv_table_number(csv, row, "end_ns")};
    if (!(workers < INT_MAX && worker >= 0 && worker < workers && worker == floor(worker)))
        return false;
    lap->worker = (int)worker;
    return lap->task >= 0 && lap->begin_ns >= 0 && lap->end_ns > lap->begin_ns;
}

static int by_cell_worker_begin(const void *left, const void *right)
{
    const struct lap *a = left, *b = right;
    if (a->cell != b->cell)
        return a->cell < b->cell ? -1 : 1;
    if (a->worker != b->worker)
        return a->worker < b->worker ? -1 : 1;
    return (a->begin_ns > b->begin_ns) - (a->begin_ns < b->begin_ns);
}

static int by_job_and_end(const void *left, const void *right)
{
    const struct lap_cell *a = left, *b = right;
    if (a->job != b->job)
        return a->job < b->job ? -1 : 1;
    return (a->end_ns > b->end_ns) - (a->end_ns < b->end_ns);
}

static void add_lap(struct laps *laps, struct lap_cell *cell, const struct lap *lap)
{
    cell->end_ns = fmax(cell->end_ns, lap->end_ns);
    cell->busy_ns += lap->end_ns - lap->begin_ns;
    cell->count++;
    laps->laps[laps->count] = *lap;
    laps->laps[laps->count++].cell = (size_t)(cell - laps->cells);
}

int laps_read(const struct csv_table *csv, struct laps *laps)
{
    *laps = (struct laps){.laps = calloc(csv->rows + 1, sizeof *laps->laps)};
    if (laps->laps == NULL)
        return -ENOMEM;
    for (size_t row = 0; row < csv->rows; row++) {
        struct lap lap;
        struct lap_cell *cell = read_lap(csv, row, &lap) ? find_cell(csv, laps, row) : NULL;
        if (cell != NULL)
            add_lap(laps, cell, &lap);
    }
    qsort(laps->laps, laps->count, sizeof *laps->laps, by_cell_worker_begin);
    const struct lap *next = laps->laps;
    for (size_t i = 0; i < laps->cell_count; next += laps->cells[i++].count)
        laps->cells[i].laps = next;
    qsort(laps->cells, laps->cell_count, sizeof laps->cells[0], by_job_and_end);
    return 0;
}

void laps_close(struct laps *laps)
{
    free(laps->laps);
    *laps = (struct laps){.laps = NULL};
}
