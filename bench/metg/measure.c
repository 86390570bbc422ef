#include "bench/metg/measure.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/choices.h"
#include "bench/command/cores.h"
#include "bench/command/environment.h"
#include "bench/data/baseline.h"

#define MAP_STEPS        5000000 /* of all tasks of a map, if short: some 6 ms of serial */
#define TASKS_MAX        262144  /* whose records are 10 MB */
#define TASKS_PER_WORKER 8       /* at least, so that one task more or less matters little */
#define LENGTHS_EXPECTED 12      /* of a curve, for the estimate of what is left */

/* ---- the length at hand -----------------------------------------------------------------------
 */

static unsigned most_workers(const struct options *options)
{
    unsigned most = 1;
    for (size_t i = 0; i < options->worker_count; i++)
        most = options->workers[i] > most ? options->workers[i] : most;
    return most;
}

/* Enough tasks for a map of some milliseconds, and a multiple that every worker shares in alike. */
static uint64_t count_tasks(uint64_t steps, unsigned workers)
{
    uint64_t share = (uint64_t)workers * TASKS_PER_WORKER, tasks = MAP_STEPS / steps;
    tasks = tasks < TASKS_MAX ? tasks : TASKS_MAX;
    return (tasks + share - 1) / share * share + (tasks == 0 ? share : 0);
}

/* Makes this place of the grid the one workload of the options, and the cells anew. */
static int set_length(struct metg *metg, size_t grid)
{
    struct options *options = metg->options;
    uint64_t steps = curve_steps(grid);
    char text[128];
    if (options->workload_count > 0)
        free(options->workloads[--options->workload_count]);
    snprintf(text, sizeof text, "spin:tasks=%llu,us=%llu.%03llu",
             (unsigned long long)count_tasks(steps, most_workers(options)),
             (unsigned long long)steps / 1000, (unsigned long long)steps % 1000);
    return choices_add_workloads(options, text, metg->message, sizeof metg->message);
}

/* ---- what a length showed ---------------------------------------------------------------------
 */

/* The replicates of the efficiency of own against serial. NULL: no memory. */
static double *redraw(const struct sample_table *own, const struct sample_table *serial,
                      uint64_t seed)
{
    struct sample_list lists[2] = {{NULL, 0}, {NULL, 0}};
    const struct sample_table *const tables[2] = {own, serial};
    double *replicates = calloc(STATISTICS_REPLICATES, sizeof *replicates);
    int error = replicates == NULL ? -ENOMEM : 0;
    for (size_t t = 0; t < 2 && error == 0; t++) {
        lists[t].samples = calloc(tables[t]->count + 1, sizeof *lists[t].samples);
        error = lists[t].samples == NULL ? -ENOMEM : 0;
        for (size_t i = 0; i < tables[t]->count && error == 0; i++)
            if (summary_counts(&tables[t]->rows[i]))
                lists[t].samples[lists[t].count++] = &tables[t]->rows[i];
    }
    if (error == 0)
        error = baseline_redraw(&lists[0], &lists[1], seed, replicates);
    free(lists[0].samples);
    free(lists[1].samples);
    if (error != 0) {
        free(replicates);
        return NULL;
    }
    return replicates;
}

static void fill_point(struct curve_point *point, const struct summary *cell,
                       const struct summary *serial)
{
    *point = (struct curve_point){
        .backend = cell->backend,
        .schedule = cell->schedule,
        .chunk = strcmp(cell->schedule, schedule_name(SCHEDULE_DYNAMIC)) == 0 ? cell->chunk : 0,
        .workers = cell->workers,
        .task_ns = serial->median_ns / (double)serial->tasks,
        .tasks = cell->tasks,
        .samples = cell->samples,
        .wall_ns = cell->median_ns,
        .granularity_ns = serial->median_ns / (double)serial->tasks / cell->capacity_efficiency,
        .efficiency = cell->capacity_efficiency,
        .efficiency_low = cell->capacity_efficiency_low,
        .efficiency_high = cell->capacity_efficiency_high,
        .status = cell->status,
        .worker_efficiency = cell->efficiency,
        .capacity = cell->capacity,
    };
    if (isnan(point->efficiency) && cell->samples > 0)
        point->status = serial->samples == 0 ? "failed: serial, which it is compared with, did"
                                             : "failed: no round has both it and serial";
}

/* Adds a point to the curve from its own rows and serial's at this length. */
static int add_point(struct curve *curve, size_t grid, uint64_t seed,
                     const struct sample_table *own, const struct sample_table *serial)
{
    struct curve_point point;
    struct summary_table summary;
    struct sample_table both = {.count = own->count + serial->count};
    if (own->count == 0 || serial->count == 0) /* a signal came before */
        return 0;
    both.rows = calloc(both.count, sizeof *both.rows);
    if (both.rows == NULL)
        return -ENOMEM;
    memcpy(both.rows, serial->rows, serial->count * sizeof *both.rows);
    memcpy(both.rows + serial->count, own->rows, own->count * sizeof *both.rows);
    int error = summary_make(&both, cores_usable(), &summary);
    if (error == 0) {
        fill_point(&point, &summary.rows[summary.count - 1], &summary.rows[0]);
        point.grid = grid;
        point.replicates = redraw(own, serial, seed);
        error = point.replicates == NULL ? -ENOMEM : 0;
        summary_free(&summary);
    }
    if (error == 0)
        curve_add(curve, &point);
    free(both.rows);
    return error;
}

/* ---- all lengths --------------------------------------------------------------------------------
 */

/* The longest length that a curve needs, so that they come together; CURVE_NONE: none does. */
static size_t choose_length(const struct metg *metg, size_t next[])
{
    size_t grid = CURVE_NONE;
    for (size_t i = 1; i < metg->matrix.count; i++) {
        next[i] = curve_next(&metg->curves[i], metg->shares);
        if (next[i] != CURVE_NONE && (grid == CURVE_NONE || next[i] > grid))
            grid = next[i];
    }
    return grid;
}

/* A guess at what is left, of which progress tells. */
static void expect_cells(struct metg *metg, const size_t next[])
{
    size_t cells = 0;
    for (size_t i = 1; i < metg->matrix.count; i++) {
        size_t count = metg->curves[i].count;
        if (next[i] != CURVE_NONE)
            cells += 1 + (count < LENGTHS_EXPECTED ? LENGTHS_EXPECTED - count : 0);
    }
    metg->runner.progress.total = metg->runner.progress.done + cells * metg->options->rounds;
}

static int measure_length(struct metg *metg, size_t grid, const bool wanted[],
                          struct sample_table rows[])
{
    const size_t count = metg->matrix.count;
    int error = set_length(metg, grid);
    if (error == 0)
        error = matrix_change(metg->options, &metg->matrix, metg->message, sizeof metg->message);
    for (uint64_t round = 0; round < metg->options->rounds && error == 0; round++)
        error = runner_measure(&metg->runner, &metg->matrix, wanted, round, rows);
    for (size_t i = 1; i < count && error == 0; i++)
        if (wanted[i])
            error = add_point(&metg->curves[i], grid, grid * count + i, &rows[i], &rows[0]);
    for (size_t i = 0; i < count; i++) {
        int second = sample_table_append(&metg->samples, &rows[i]);
        error = error != 0 ? error : second;
    }
    return error;
}

int metg_measure(struct metg *metg)
{
    const size_t count = metg->matrix.count;
    size_t *next = calloc(count, sizeof *next), grid;
    bool *wanted = calloc(count, sizeof *wanted);
    struct sample_table *rows = calloc(count, sizeof *rows);
    int error = next == NULL || wanted == NULL || rows == NULL ? -ENOMEM : 0;
    progress_start(&metg->runner.progress, 0, metg->options->quiet);
    while (error == 0 && metg->runner.signal == 0 &&
           (grid = choose_length(metg, next)) != CURVE_NONE) {
        wanted[0] = true;
        for (size_t i = 1; i < count; i++)
            wanted[i] = next[i] == grid;
        expect_cells(metg, next);
        error = measure_length(metg, grid, wanted, rows);
    }
    progress_stop(&metg->runner.progress);
    free(rows);
    free(wanted);
    free(next);
    return error;
}

int metg_open(struct metg *metg, struct options *options, const struct curve_shares *shares,
              int argc, char **argv)
{
    *metg =
        (struct metg){.options = options, .shares = shares, .runner = {.session = SESSION_NONE}};
    int error = set_length(metg, 0);
    if (error == 0)
        error = matrix_make(options, &metg->matrix, metg->message, sizeof metg->message);
    if (error != 0)
        return error;
    metg->curves = calloc(metg->matrix.count, sizeof *metg->curves);
    if (metg->curves == NULL)
        return -ENOMEM;
    for (size_t i = 1; i < metg->matrix.count; i++)
        metg->curves[i].cell = metg->matrix.cells[i];
    if (options->output != NULL)
        environment_keep(options->output, argc, argv);
    return runner_open(&metg->runner, options, "metg", NULL, argc, argv);
}

void metg_close(struct metg *metg)
{
    runner_close(&metg->runner);
    for (size_t i = 0; metg->curves != NULL && i < metg->matrix.count; i++)
        curve_free(&metg->curves[i]);
    free(metg->curves);
    sample_table_free(&metg->samples);
    matrix_free(&metg->matrix);
}
