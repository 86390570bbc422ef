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
#include "bench/data/columns.h"

/* Of all tasks of a map, if short. Long maps take serial some 11 ms, of which the cost of a map is
 * a small part for most; of short ones it is ten times as much. */
#define LONG_STEPS       10000000
#define SHORT_STEPS      1000000
#define TASKS_MAX        262144 /* whose records are 10 MB; short maps have as much less */
#define TASKS_PER_WORKER 8      /* at least, so that one task more or less matters little */
#define SCANS_EXPECTED   6      /* of a curve, for the estimate of what is left */

/* ---- the length at hand -----------------------------------------------------------------------
 */

static unsigned most_workers(const struct options *options)
{
    unsigned most = 1;
    for (size_t i = 0; i < options->worker_count; i++)
        most = options->workers[i] > most ? options->workers[i] : most;
    return most;
}

/* Enough tasks for such a map, and a multiple that every worker shares in alike. */
static uint64_t count_tasks(uint64_t steps, enum curve_map map, unsigned workers)
{
    const uint64_t all = map == CURVE_LONG ? LONG_STEPS : SHORT_STEPS;
    const uint64_t most = TASKS_MAX / (LONG_STEPS / all);
    uint64_t share = (uint64_t)workers * TASKS_PER_WORKER, tasks = all / steps;
    tasks = tasks < most ? tasks : most;
    return (tasks + share - 1) / share * share + (tasks == 0 ? share : 0);
}

/* Makes this place the one workload of the options. */
static int set_workload(struct metg *metg, const struct curve_place *place)
{
    struct options *options = metg->options;
    uint64_t steps = curve_steps(place->grid);
    char text[128];
    if (options->workload_count > 0)
        free(options->workloads[--options->workload_count]);
    snprintf(text, sizeof text, "spin:tasks=%llu,us=%llu.%03llu",
             (unsigned long long)count_tasks(steps, place->map, most_workers(options)),
             (unsigned long long)steps / 1000, (unsigned long long)steps % 1000);
    return choices_add_workloads(options, text, metg->message, sizeof metg->message);
}

/* ---- what a place showed ----------------------------------------------------------------------
 */

/* The rows that count. NULL: no memory. */
static const struct sample **list_rows(const struct sample_table *table, struct sample_list *list)
{
    *list = (struct sample_list){calloc(table->count + 1, sizeof *list->samples), 0};
    for (size_t i = 0; list->samples != NULL && i < table->count; i++)
        if (summary_counts(&table->rows[i]))
            list->samples[list->count++] = &table->rows[i];
    return list->samples;
}

/* Adds up a list's disturbed samples and what others used meanwhile. */
static uint64_t add_disturbed(const struct sample_list *list, double *others_ns, double *wall_ns)
{
    uint64_t disturbed = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->samples[i]->disturbed == 0)
            continue;
        disturbed++;
        *others_ns += (double)list->samples[i]->others_ns;
        *wall_ns += (double)list->samples[i]->wall_ns;
    }
    return disturbed;
}

static void fill_disturbed(struct curve_point *point, const struct sample_list *own,
                           const struct sample_list *serial)
{
    double others_ns = 0, wall_ns = 0;
    point->disturbed = add_disturbed(own, &others_ns, &wall_ns);
    point->serial_disturbed =
        summary_too_disturbed(add_disturbed(serial, &others_ns, &wall_ns), serial->count);
    point->others = wall_ns > 0 ? others_ns / wall_ns : 0;
}

/* The median of one figure of all starts, with its interval and ends. values[] is scratch. */
static struct estimate across_starts(const struct baseline_round rounds[], size_t count,
                                     size_t offset, double values[])
{
    for (size_t i = 0; i < count; i++)
        values[i] = real_at(&rounds[i], offset);
    statistics_sort(values, count);
    return statistics_median(values, count, NULL);
}

/* Our own book-keeping, in the wall time of a task: workers keep their books at the same time. */
static double floor_of(const struct sample_list *own, double capacity, double values[])
{
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++)
        if (own->samples[i]->floor_ns > 0)
            values[count++] = own->samples[i]->floor_ns / capacity;
    statistics_sort(values, count);
    return statistics_quantile(values, count, 0.5);
}

/* What the starts showed. Returns 0 or -ENOMEM. */
static int fill_starts(struct curve_point *point, const struct sample_list *own,
                       const struct sample_list *serial)
{
    double *values = calloc(own->count + serial->count + 1, sizeof *values);
    point->rounds = calloc(own->count + 1, sizeof *point->rounds);
    int count = values == NULL || point->rounds == NULL
                    ? -ENOMEM
                    : baseline_rounds(own, serial, point->rounds);
    point->starts = count > 0 ? (uint64_t)count : 0;
    if (count > 0) {
        const struct baseline_round *rounds = point->rounds;
        point->capacity =
            across_starts(rounds, point->starts, offsetof(struct baseline_round, capacity), values)
                .value;
        point->worker_efficiency =
            across_starts(rounds, point->starts, offsetof(struct baseline_round, speedup), values)
                .value /
            (double)point->workers;
        struct estimate used = across_starts(
            rounds, point->starts, offsetof(struct baseline_round, capacity_efficiency), values);
        point->efficiency = used.value;
        point->efficiency_low = count > 1 ? used.low : NAN;
        point->efficiency_high = count > 1 ? used.high : NAN;
        point->least_efficiency = values[0];
        point->most_efficiency = values[count - 1];
        point->floor_ns = floor_of(own, point->capacity, values);
    }
    if (count >= 0) {
        for (size_t i = 0; i < serial->count; i++)
            values[i] = (double)serial->samples[i]->wall_ns / (double)serial->samples[i]->tasks;
        statistics_sort(values, serial->count);
        point->task_ns = statistics_quantile(values, serial->count, 0.5);
        point->granularity_ns = point->task_ns / point->efficiency;
    }
    free(values);
    return count < 0 ? count : 0;
}

static void fill_point(struct curve_point *point, const struct summary *cell)
{
    *point = (struct curve_point){
        .backend = cell->backend,
        .schedule = cell->schedule,
        .chunk = strcmp(cell->schedule, schedule_name(SCHEDULE_DYNAMIC)) == 0 ? cell->chunk : 0,
        .workers = cell->workers,
        .tasks = cell->tasks,
        .samples = cell->samples,
        .wall_ns = cell->median_ns,
        .status = cell->status,
        .task_ns = NAN,
        .granularity_ns = NAN,
        .efficiency = NAN,
        .efficiency_low = NAN,
        .efficiency_high = NAN,
        .worker_efficiency = NAN,
        .capacity = NAN,
        .least_efficiency = NAN,
        .most_efficiency = NAN,
        .floor_ns = NAN,
    };
}

/* Adds a point to the curve from its own rows and serial's at this length. */
static int add_point(struct curve *curve, const struct curve_place *place, bool planned,
                     const struct sample_table *own, const struct sample_table *serial)
{
    struct curve_point point;
    struct summary_table summary;
    struct sample_list lists[2] = {{NULL, 0}, {NULL, 0}};
    if (own->count == 0 || serial->count == 0) /* a signal came before */
        return 0;
    int error = summary_make(own, cores_usable(), &summary);
    if (error != 0)
        return error;
    fill_point(&point, &summary.rows[0]);
    point.place = *place;
    point.planned = planned;
    point.map = !planned ? "scan" : place->map == CURVE_LONG ? "long" : "short";
    if (list_rows(own, &lists[0]) == NULL || list_rows(serial, &lists[1]) == NULL)
        error = -ENOMEM;
    if (error == 0) {
        fill_disturbed(&point, &lists[0], &lists[1]);
        error = fill_starts(&point, &lists[0], &lists[1]);
    }
    if (isnan(point.efficiency) && point.samples > 0)
        point.status = lists[1].count == 0 ? "failed: serial, which it is compared with, did"
                                           : "failed: no round has both it and serial";
    if (error == 0)
        curve_add(curve, &point);
    else
        free(point.rounds);
    free(lists[0].samples);
    free(lists[1].samples);
    summary_free(&summary);
    return error;
}

/* ---- all places -------------------------------------------------------------------------------
 */

/* Measures a place once for the cells wanted; rows[matrix.count] get what each brings. */
static int measure_place(struct metg *metg, const struct curve_place *place, const bool wanted[],
                         uint64_t round, struct sample_table rows[])
{
    int error = set_workload(metg, place);
    if (error == 0)
        error = matrix_change(metg->options, &metg->matrix, metg->message, sizeof metg->message);
    if (error == 0)
        error = runner_measure(&metg->runner, &metg->matrix, wanted, round, rows);
    return error;
}

/* The longest length that a curve needs, so that they come together; CURVE_NONE: none does. */
static size_t choose_length(const struct metg *metg, size_t next[])
{
    size_t grid = CURVE_NONE;
    for (size_t i = 1; i < metg->matrix.count; i++) {
        next[i] = curve_scan(&metg->curves[i], metg->shares);
        if (next[i] != CURVE_NONE && (grid == CURVE_NONE || next[i] > grid))
            grid = next[i];
    }
    return grid;
}

/* A guess at what is left, of which progress tells. */
static void expect_cells(struct metg *metg, const size_t next[])
{
    size_t scans = 0, curves = metg->matrix.count - 1;
    for (size_t i = 1; i < metg->matrix.count; i++) {
        size_t count = metg->curves[i].count;
        if (next[i] != CURVE_NONE)
            scans += 1 + (count < SCANS_EXPECTED ? SCANS_EXPECTED - count : 0);
    }
    metg->runner.progress.total =
        metg->runner.progress.done + scans + curves * CURVE_PLACES * metg->options->rounds;
}

/* Scans are round 0, those of a place that is scanned again follow the plan's rounds. */
static uint64_t scan_round(struct metg *metg, size_t grid)
{
    unsigned scans = metg->scans[grid]++;
    return scans == 0 ? 0 : metg->options->rounds + scans;
}

static int scan_length(struct metg *metg, size_t grid, const bool wanted[],
                       struct sample_table rows[])
{
    const size_t count = metg->matrix.count;
    const struct curve_place place = {grid, CURVE_LONG};
    int error = measure_place(metg, &place, wanted, scan_round(metg, grid), rows);
    for (size_t i = 1; i < count && error == 0; i++)
        if (wanted[i])
            error = add_point(&metg->curves[i], &place, false, &rows[i], &rows[0]);
    for (size_t i = 0; i < count; i++) {
        int second = sample_table_append(&metg->samples, &rows[i]);
        error = error != 0 ? error : second;
    }
    return error;
}

static int scan(struct metg *metg, size_t next[], bool wanted[], struct sample_table rows[])
{
    const size_t count = metg->matrix.count;
    size_t grid;
    int error = 0;
    while (error == 0 && metg->runner.signal == 0 &&
           (grid = choose_length(metg, next)) != CURVE_NONE) {
        wanted[0] = true;
        for (size_t i = 1; i < count; i++)
            wanted[i] = next[i] == grid;
        expect_cells(metg, next);
        error = scan_length(metg, grid, wanted, rows);
    }
    return error;
}

/* The number of this place in the plan, or CURVE_PLACES. */
static size_t find_planned(const struct metg_plan *plan, const struct curve_place *place)
{
    for (size_t p = 0; p < plan->count; p++)
        if (plan->places[p].grid == place->grid && plan->places[p].map == place->map)
            return p;
    return CURVE_PLACES;
}

/* Measures a place for all curves whose plans have it, and keeps what they bring. Serial runs long
 * maps only: its tasks take as long in short ones. */
static int measure_planned(struct metg *metg, const struct curve_place *place, uint64_t round,
                           bool wanted[], struct sample_table rows[])
{
    const size_t count = metg->matrix.count;
    bool any = false;
    for (size_t i = 1; i < count; i++) {
        wanted[i] = find_planned(&metg->plans[i], place) != CURVE_PLACES;
        any = any || wanted[i];
    }
    wanted[0] = place->map == CURVE_LONG;
    int error = any ? measure_place(metg, place, wanted, round, rows) : 0;
    for (size_t i = 1; i < count && any; i++) {
        if (!wanted[i])
            continue;
        size_t p = find_planned(&metg->plans[i], place);
        int second = sample_table_append(&metg->rows[i * CURVE_PLACES + p], &rows[i]);
        error = error != 0 ? error : second;
    }
    int second = sample_table_append(&metg->serial[place->grid], &rows[0]);
    return error != 0 ? error : second;
}

/* In each round all places, so that what the machine does for seconds or minutes meets all alike.
 */
static int measure_rounds(struct metg *metg, bool wanted[], struct sample_table rows[])
{
    const uint64_t begin_ns = clock_ns();
    int error = 0;
    for (uint64_t round = 1; round <= metg->options->rounds; round++) {
        metg->span_ns = clock_ns() - begin_ns;
        for (size_t grid = CURVE_GRID; grid-- > 0;)
            for (int map = CURVE_LONG; map <= CURVE_SHORT; map++) {
                if (error != 0 || metg->runner.signal != 0)
                    return error;
                const struct curve_place place = {grid, (enum curve_map)map};
                error = measure_planned(metg, &place, round, wanted, rows);
            }
    }
    return error;
}

static void plan(struct metg *metg)
{
    size_t cells = 0;
    for (size_t i = 1; i < metg->matrix.count; i++) {
        struct metg_plan *made = &metg->plans[i];
        made->count = curve_plan(&metg->curves[i], metg->shares, made->places);
        cells += made->count;
    }
    metg->runner.progress.total = metg->runner.progress.done + cells * metg->options->rounds;
}

/* Makes the points of what was measured; all rows go to metg->samples. */
static int finish(struct metg *metg)
{
    int error = 0;
    for (size_t i = 1; i < metg->matrix.count; i++)
        for (size_t p = 0; p < metg->plans[i].count && error == 0; p++) {
            const struct curve_place *place = &metg->plans[i].places[p];
            error = add_point(&metg->curves[i], place, true, &metg->rows[i * CURVE_PLACES + p],
                              &metg->serial[place->grid]);
        }
    for (size_t i = 0; i < metg->matrix.count * CURVE_PLACES && error == 0; i++)
        error = sample_table_append(&metg->samples, &metg->rows[i]);
    for (size_t grid = 0; grid < CURVE_GRID && error == 0; grid++)
        error = sample_table_append(&metg->samples, &metg->serial[grid]);
    return error;
}

int metg_measure(struct metg *metg)
{
    const size_t count = metg->matrix.count;
    size_t *next = calloc(count, sizeof *next);
    bool *wanted = calloc(count, sizeof *wanted);
    struct sample_table *rows = calloc(count, sizeof *rows);
    int error = next == NULL || wanted == NULL || rows == NULL ? -ENOMEM : 0;
    progress_start(&metg->runner.progress, 0, metg->options->quiet);
    if (error == 0)
        error = scan(metg, next, wanted, rows);
    if (error == 0 && metg->runner.signal == 0) {
        plan(metg);
        error = measure_rounds(metg, wanted, rows);
        int second = finish(metg);
        error = error != 0 ? error : second;
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
    int error = set_workload(metg, &(struct curve_place){0, CURVE_LONG});
    if (error == 0)
        error = matrix_make(options, &metg->matrix, metg->message, sizeof metg->message);
    if (error != 0)
        return error;
    metg->curves = calloc(metg->matrix.count, sizeof *metg->curves);
    metg->plans = calloc(metg->matrix.count, sizeof *metg->plans);
    metg->rows = calloc(metg->matrix.count * CURVE_PLACES, sizeof *metg->rows);
    if (metg->curves == NULL || metg->plans == NULL || metg->rows == NULL)
        return -ENOMEM;
    for (size_t i = 1; i < metg->matrix.count; i++)
        metg->curves[i].cell = metg->matrix.cells[i];
    if (options->output != NULL)
        error = environment_keep(options->output, argc, argv, metg->message, sizeof metg->message);
    if (error != 0)
        return error;
    return runner_open(&metg->runner, options, "metg", NULL, argc, argv);
}

void metg_close(struct metg *metg)
{
    runner_close(&metg->runner);
    for (size_t i = 0; metg->curves != NULL && i < metg->matrix.count; i++)
        curve_free(&metg->curves[i]);
    for (size_t i = 0; metg->rows != NULL && i < metg->matrix.count * CURVE_PLACES; i++)
        sample_table_free(&metg->rows[i]);
    for (size_t grid = 0; grid < CURVE_GRID; grid++)
        sample_table_free(&metg->serial[grid]);
    free(metg->rows);
    free(metg->plans);
    free(metg->curves);
    sample_table_free(&metg->samples);
    matrix_free(&metg->matrix);
}
