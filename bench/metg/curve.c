#include "bench/metg/curve.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/metg/crossing.h"
#include "bench/metg/starts.h"
#include "bench/present/figures.h"
#include "common/check.h"

#define SHORTEST_STEPS 16
#define GRID_START     24 /* 65536 steps: efficient for all but what starts workers */
#define GRID_COARSE    4  /* a factor of 4 */
#define GRID_DEAR      32 /* a million steps: maps of such tasks take tens of milliseconds and more */
#define GRID_SHORT     24 /* of longer tasks a short map would have too few (measure.c) */
#define BELOW          4 /* on the grid, from where the scan crosses the least share: a factor of 4 */
#define BEYOND         2   /* from where it crosses the greatest: a factor of 2 */
#define RANGE_LEAST    12  /* a factor of 64, which tells c from b */
#define WELL_BELOW     0.6 /* of the least share: no need to go further down */
#define GAIN_WORTH                                                                                 \
    0.04                 /* of efficiency by a factor of 4: worth going further up. Where a task   \
                            costs a fixed time to hand out, 0.85 would gain 0.1 */
#define SCANS_MOST  3    /* of a place */
#define DOUBT       0.1  /* by which shorter tasks may be more efficient */
#define DOUBT_ODDS  1.5  /* times what a fixed cost makes of the odds of longer tasks */
#define MARGIN      0.05 /* efficiency is taken as no nearer to 1, of which noise goes beyond */
#define DIGITS_MOST 7

const struct column curve_columns[CURVE_COLUMNS] = {
    COLUMN(curve_point, backend, COLUMN_TEXT),
    COLUMN(curve_point, schedule, COLUMN_TEXT),
    COLUMN(curve_point, chunk, COLUMN_COUNT),
    COLUMN(curve_point, workers, COLUMN_COUNT),
    COLUMN(curve_point, task_ns, COLUMN_REAL),
    COLUMN(curve_point, tasks, COLUMN_COUNT),
    COLUMN(curve_point, samples, COLUMN_COUNT),
    COLUMN(curve_point, wall_ns, COLUMN_REAL),
    COLUMN(curve_point, granularity_ns, COLUMN_REAL),
    COLUMN(curve_point, efficiency, COLUMN_REAL),
    COLUMN(curve_point, efficiency_low, COLUMN_REAL),
    COLUMN(curve_point, efficiency_high, COLUMN_REAL),
    COLUMN(curve_point, status, COLUMN_TEXT),
    COLUMN(curve_point, worker_efficiency, COLUMN_REAL),
    COLUMN(curve_point, capacity, COLUMN_REAL),
    COLUMN(curve_point, map, COLUMN_TEXT),
    COLUMN(curve_point, starts, COLUMN_COUNT),
    COLUMN(curve_point, least_efficiency, COLUMN_REAL),
    COLUMN(curve_point, most_efficiency, COLUMN_REAL),
    COLUMN(curve_point, disturbed, COLUMN_COUNT),
    COLUMN(curve_point, floor_ns, COLUMN_REAL),
};

const struct column curve_metg_columns[CURVE_METG_COLUMNS] = {
    COLUMN(curve_metg, backend, COLUMN_TEXT),       COLUMN(curve_metg, schedule, COLUMN_TEXT),
    COLUMN(curve_metg, chunk, COLUMN_COUNT),        COLUMN(curve_metg, workers, COLUMN_COUNT),
    COLUMN(curve_metg, efficiency, COLUMN_REAL),    COLUMN(curve_metg, metg_ns, COLUMN_REAL),
    COLUMN(curve_metg, metg_low_ns, COLUMN_REAL),   COLUMN(curve_metg, metg_high_ns, COLUMN_REAL),
    COLUMN(curve_metg, status, COLUMN_TEXT),        COLUMN(curve_metg, map_ns, COLUMN_REAL),
    COLUMN(curve_metg, map_low_ns, COLUMN_REAL),    COLUMN(curve_metg, map_high_ns, COLUMN_REAL),
    COLUMN(curve_metg, task_ns, COLUMN_REAL),       COLUMN(curve_metg, task_low_ns, COLUMN_REAL),
    COLUMN(curve_metg, task_high_ns, COLUMN_REAL),  COLUMN(curve_metg, placement, COLUMN_REAL),
    COLUMN(curve_metg, placement_low, COLUMN_REAL), COLUMN(curve_metg, placement_high, COLUMN_REAL),
    COLUMN(curve_metg, capacity, COLUMN_REAL),      COLUMN(curve_metg, starts, COLUMN_COUNT),
    COLUMN(curve_metg, start_spread, COLUMN_REAL),  COLUMN(curve_metg, misfit, COLUMN_REAL),
    COLUMN(curve_metg, floor_ns, COLUMN_REAL),
};

uint64_t curve_steps(size_t grid)
{
    return (uint64_t)llround(SHORTEST_STEPS * exp2((double)grid / 2));
}

static bool is_known(const struct curve_point *point)
{
    return isfinite(point->efficiency);
}

/* The first point without a figure, or NULL. */
static const struct curve_point *find_unknown(const struct curve *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        if (!is_known(&curve->points[i]))
            return &curve->points[i];
    return NULL;
}

/* ---- what to measure ------------------------------------------------------------------------ */

/* Whether longer tasks may still bring the curve to the greatest share: no task does, and the
 * longest one does not reach the least, or is better than the two before it and not yet dear. */
static bool should_rise(const struct curve *curve, const struct curve_shares *shares)
{
    const struct curve_point *longest = &curve->points[curve->count - 1];
    if (longest->place.grid + GRID_COARSE >= CURVE_GRID)
        return false;
    for (size_t i = 0; i < curve->count; i++)
        if (curve->points[i].efficiency >= shares->values[shares->count - 1])
            return false;
    if (curve->count < 3 || longest->efficiency < shares->values[0])
        return true;
    if (longest->place.grid >= GRID_DEAR) /* what most ask for is known, and the rest gets dear */
        return false;
    return longest->efficiency > (longest[-1].efficiency + longest[-2].efficiency) / 2 + GAIN_WORTH;
}

static bool should_fall(const struct curve *curve, double least)
{
    const struct curve_point *shortest = &curve->points[0];
    return shortest->efficiency > WELL_BELOW * least && shortest->place.grid >= GRID_COARSE;
}

static double odds(double efficiency)
{
    efficiency = fmin(efficiency, 1 - MARGIN);
    return efficiency / (1 - efficiency);
}

static bool was_disturbed(const struct curve_point *point)
{
    return point->serial_disturbed || summary_too_disturbed(point->disturbed, point->samples);
}

/* Whether one start may have had bad luck: others disturbed it, or shorter tasks are more
 * efficient, or the odds of longer ones are better by more than a fixed cost of a task would make
 * them. */
static bool is_doubtful(const struct curve *curve, size_t i)
{
    const struct curve_point *point = &curve->points[i];
    if (was_disturbed(point))
        return true;
    if (i > 0 && point[-1].efficiency > point->efficiency + DOUBT)
        return true;
    return i + 1 < curve->count && odds(point[1].efficiency) > DOUBT_ODDS * point[1].task_ns /
                                                                   point->task_ns *
                                                                   odds(point->efficiency);
}

size_t curve_scan(const struct curve *curve, const struct curve_shares *shares)
{
    if (curve->count == 0)
        return GRID_START;
    if (find_unknown(curve) != NULL)
        return CURVE_NONE; /* what failed once would only fail again */
    for (size_t i = 0; i < curve->count; i++)
        if (curve->points[i].scans < SCANS_MOST && is_doubtful(curve, i))
            return curve->points[i].place.grid;
    if (should_fall(curve, shares->values[0]))
        return curve->points[0].place.grid - GRID_COARSE;
    if (should_rise(curve, shares))
        return curve->points[curve->count - 1].place.grid + GRID_COARSE;
    return CURVE_NONE;
}

/* Where on the grid the scan crosses a share; an end of the scan if it does not. Bad luck makes a
 * start less efficient, so what shorter tasks reach, longer ones are taken to reach. */
static double find_place(const struct curve *curve, double share)
{
    double grid[CURVE_POINTS], efficiency[CURVE_POINTS], at;
    size_t above;
    for (size_t i = 0; i < curve->count; i++) {
        grid[i] = exp2((double)curve->points[i].place.grid / 2); /* a length, for crossing_find */
        efficiency[i] = fmax(curve->points[i].efficiency, i > 0 ? efficiency[i - 1] : 0);
    }
    switch (crossing_find(grid, efficiency, curve->count, share, &at, &above)) {
    case CROSSING_WITHIN:
        return 2 * log2(at);
    case CROSSING_BELOW:
        return (double)curve->points[0].place.grid;
    default:
        return (double)curve->points[curve->count - 1].place.grid;
    }
}

/* The last of places[count], but the last of all, of which a short map has enough tasks. */
static size_t find_short(const struct curve_place places[], size_t count)
{
    size_t found = 0;
    for (size_t i = 1; i + 1 < count; i++)
        if (places[i].grid <= GRID_SHORT)
            found = i;
    return found;
}

/* From a quarter of the length at which the least share is crossed to twice that of the greatest,
 * but at least a factor of 64. By twos, so that curves meet. */
size_t curve_plan(const struct curve *curve, const struct curve_shares *shares,
                  struct curve_place places[CURVE_PLACES])
{
    size_t count = 0;
    if (curve->count == 0 || find_unknown(curve) != NULL)
        return 0;
    const double top = fmax(GRID_DEAR, (double)curve->points[curve->count - 1].place.grid);
    double high = fmin(top, find_place(curve, shares->values[shares->count - 1]) + BEYOND);
    double low = fmax(0, find_place(curve, shares->values[0]) - BELOW);
    high = fmax(high, fmin(top, low + RANGE_LEAST));
    low = fmax(0, fmin(low, high - RANGE_LEAST));
    for (size_t i = 0; i < CURVE_LENGTHS; i++) {
        double at = low + (high - low) * (double)i / (CURVE_LENGTHS - 1);
        size_t grid = 2 * (size_t)llround(at / 2);
        if (count == 0 || grid > places[count - 1].grid)
            places[count++] = (struct curve_place){grid, CURVE_LONG};
    }
    places[count] = (struct curve_place){places[find_short(places, count)].grid, CURVE_SHORT};
    return count + 1;
}

/* Below 0, above 0 or 0, as a stands before b. */
static int compare_places(const struct curve_place *a, const struct curve_place *b)
{
    if (a->grid != b->grid)
        return a->grid < b->grid ? -1 : 1;
    return (a->map < b->map) - (a->map > b->map); /* short maps first: tasks grow */
}

/* Whether a scan tells more than another of the same place: undisturbed, else more efficient. */
static bool is_better(const struct curve_point *a, const struct curve_point *b)
{
    if (was_disturbed(a) != was_disturbed(b))
        return was_disturbed(b);
    return a->efficiency > b->efficiency;
}

void curve_add(struct curve *curve, const struct curve_point *point)
{
    size_t at = 0;
    while (at < curve->count && compare_places(&curve->points[at].place, &point->place) < 0)
        at++;
    struct curve_point *there = &curve->points[at], added = *point;
    if (at < curve->count && compare_places(&there->place, &point->place) == 0) {
        added.scans = point->planned ? 0 : there->scans + 1;
        if (!point->planned && is_better(there, point)) {
            free(point->rounds);
            there->scans = added.scans;
            return;
        }
        free(there->rounds);
    } else {
        added.scans = point->planned ? 0 : 1;
        CHECK(curve->count < CURVE_POINTS);
        memmove(there + 1, there, (curve->count++ - at) * sizeof *there);
    }
    *there = added;
}

/* ---- what it says ---------------------------------------------------------------------------- */

/* What all shares of a curve are read from. */
struct reading {
    struct model model, *replicates; /* replicates[STATISTICS_REPLICATES], owned */
    bool found, drawn;               /* the model, its replicates */
    double shortest_ns, longest_ns, capacity;
    struct curve_metg row; /* what all have in common */
};

/* Says two shares with as many digits as tell them apart. */
static void say_never(struct curve_metg *metg, double most, double longest_ns)
{
    char share[FIGURE_BYTES], reached[FIGURE_BYTES], length[FIGURE_BYTES];
    int digits = 0;
    do {
        snprintf(share, sizeof share, "%.*f", digits, 100 * metg->efficiency);
        snprintf(reached, sizeof reached, "%.*f", digits, 100 * most);
    } while (strcmp(share, reached) == 0 && ++digits < DIGITS_MOST);
    snprintf(metg->text, sizeof metg->text, "never reaches %s %%: at most %s %% at %s", share,
             reached, figure_time(longest_ns, length, sizeof length));
}

/* The interval of a figure from each replicate's; outside of the curve it is 0 or infinite. */
static void set_interval(double replicates[], double *low, double *high)
{
    struct estimate estimate;
    statistics_interval(replicates, &estimate);
    *low = estimate.low;
    *high = estimate.high;
}

static void read_interval(const struct reading *reading, struct curve_metg *metg)
{
    double replicates[STATISTICS_REPLICATES];
    for (size_t k = 0; k < STATISTICS_REPLICATES; k++)
        switch (model_metg(&reading->replicates[k], metg->efficiency, reading->shortest_ns,
                           reading->longest_ns, &replicates[k])) {
        case CROSSING_WITHIN:
            break;
        case CROSSING_BELOW:
            replicates[k] = 0;
            break;
        case CROSSING_NEVER:
            replicates[k] = INFINITY;
            break;
        }
    set_interval(replicates, &metg->metg_low_ns, &metg->metg_high_ns);
    if (metg->metg_low_ns <= 0)
        metg->metg_low_ns = NAN;
    if (!isfinite(metg->metg_high_ns))
        metg->metg_high_ns = NAN;
}

static void read_share(const struct reading *reading, struct curve_metg *metg)
{
    char length[FIGURE_BYTES];
    switch (model_metg(&reading->model, metg->efficiency, reading->shortest_ns, reading->longest_ns,
                       &metg->metg_ns)) {
    case CROSSING_WITHIN:
        snprintf(metg->text, sizeof metg->text, "ok");
        if (reading->drawn)
            read_interval(reading, metg);
        break;
    case CROSSING_BELOW:
        snprintf(metg->text, sizeof metg->text, "below the shortest task measured (%s)",
                 figure_time(reading->shortest_ns, length, sizeof length));
        break;
    case CROSSING_NEVER:
        say_never(metg, model_efficiency(&reading->model, reading->longest_ns),
                  reading->longest_ns);
        break;
    }
}

/* Sets a cost and its interval in wall time. offset: of the figure in struct model. */
static void read_cost(const struct reading *reading, size_t offset, double divisor, double cost[3])
{
    double replicates[STATISTICS_REPLICATES];
    cost[0] = real_at(&reading->model, offset) / divisor;
    cost[1] = cost[2] = NAN;
    if (!reading->drawn)
        return;
    for (size_t k = 0; k < STATISTICS_REPLICATES; k++)
        replicates[k] = real_at(&reading->replicates[k], offset) / divisor;
    set_interval(replicates, &cost[1], &cost[2]);
}

static void read_costs(const struct reading *reading, struct curve_metg *row)
{
    double cost[3];
    read_cost(reading, offsetof(struct model, map_ns), reading->capacity, cost);
    row->map_ns = cost[0], row->map_low_ns = cost[1], row->map_high_ns = cost[2];
    read_cost(reading, offsetof(struct model, task_ns), reading->capacity, cost);
    row->task_ns = cost[0], row->task_low_ns = cost[1], row->task_high_ns = cost[2];
    read_cost(reading, offsetof(struct model, placement), 1, cost);
    row->placement = cost[0], row->placement_low = cost[1], row->placement_high = cost[2];
}

/* Lays the planned points out by rounds, of which there are at most `rounds`. */
static size_t lay_out(const struct curve *curve, size_t rounds, double inverse[], double task_ns[],
                      double tasks[])
{
    size_t count = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct curve_point *point = &curve->points[i];
        if (!point->planned || !is_known(point))
            continue;
        for (size_t r = 0; r < rounds; r++)
            inverse[count * rounds + r] = NAN;
        for (size_t k = 0; k < point->starts; k++)
            inverse[count * rounds + point->rounds[k].round] =
                1 / point->rounds[k].capacity_efficiency;
        task_ns[count] = point->task_ns;
        tasks[count++] = (double)point->tasks;
    }
    return count;
}

/* The rounds that any planned point has, as one above the last. */
static size_t count_rounds(const struct curve *curve)
{
    size_t rounds = 0;
    for (size_t i = 0; i < curve->count; i++)
        for (size_t k = 0; curve->points[i].planned && k < curve->points[i].starts; k++)
            rounds = (size_t)fmax((double)rounds, (double)curve->points[i].rounds[k].round + 1);
    return rounds;
}

static int read_model(const struct curve *curve, struct reading *reading)
{
    const size_t rounds = count_rounds(curve);
    double task_ns[CURVE_POINTS], tasks[CURVE_POINTS];
    double *inverse = calloc(rounds * CURVE_POINTS + 1, sizeof *inverse);
    reading->replicates = calloc(STATISTICS_REPLICATES, sizeof *reading->replicates);
    if (inverse == NULL || reading->replicates == NULL) {
        free(inverse);
        return -ENOMEM;
    }
    struct starts starts = {inverse, task_ns, tasks, 0, rounds};
    starts.points = lay_out(curve, rounds, inverse, task_ns, tasks);
    reading->found = starts_fit(&starts, &reading->model, &reading->row.misfit);
    reading->drawn = reading->found && starts_redraw(&starts, reading->replicates);
    reading->row.start_spread = starts_spread(&starts);
    free(inverse);
    return 0;
}

/* The median capacity, the ends of what was measured, the fewest starts, of the planned points. */
static void read_range(const struct curve *curve, struct reading *reading)
{
    double capacities[CURVE_POINTS], floors[CURVE_POINTS];
    size_t count = 0, floor_count = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct curve_point *point = &curve->points[i];
        if (!point->planned || !is_known(point))
            continue;
        reading->shortest_ns = count == 0 ? point->task_ns : reading->shortest_ns;
        reading->longest_ns = point->task_ns;
        if (count == 0 || point->starts < reading->row.starts)
            reading->row.starts = point->starts;
        capacities[count++] = point->capacity;
        if (point->floor_ns > 0)
            floors[floor_count++] = point->floor_ns;
    }
    statistics_sort(capacities, count);
    statistics_sort(floors, floor_count);
    reading->capacity = reading->row.capacity = statistics_quantile(capacities, count, 0.5);
    reading->row.floor_ns =
        statistics_quantile(floors, floor_count, 0.5) * reading->capacity; /* in core time */
}

/* Whether others disturbed so many samples, or serial's beside them, that nothing is to be said;
 * *others: the most that they used beside one point. */
static bool is_disturbed(const struct curve *curve, double *others)
{
    uint64_t disturbed = 0, samples = 0;
    *others = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct curve_point *point = &curve->points[i];
        if (!point->planned)
            continue;
        samples += point->samples;
        disturbed += point->serial_disturbed ? point->samples : point->disturbed;
        *others = fmax(*others, point->others);
    }
    return summary_too_disturbed(disturbed, samples);
}

/* Why nothing can be read off, in metg->text; "": something can. */
static void find_reason(const struct curve *curve, const struct reading *reading,
                        struct curve_metg *metg)
{
    const struct curve_point *unknown = find_unknown(curve);
    double others;
    if (is_disturbed(curve, &others))
        snprintf(metg->text, sizeof metg->text,
                 "disturbed: others used %.0f %% of the time: measure again", 100 * others);
    else if (!reading->found && unknown != NULL)
        snprintf(metg->text, sizeof metg->text, "%s", unknown->status);
    else if (!reading->found)
        snprintf(metg->text, sizeof metg->text, "stopped: %s was measured",
                 curve->count == 0 ? "nothing" : "too little");
}

static struct curve_metg blank_row(const struct curve *curve)
{
    const struct cell *cell = &curve->cell;
    return (struct curve_metg){.backend = cell->backend->name,
                               .schedule = schedule_name(cell->schedule.schedule),
                               .chunk = cell->schedule.chunk,
                               .workers = cell->workers,
                               .metg_ns = NAN,
                               .metg_low_ns = NAN,
                               .metg_high_ns = NAN,
                               .map_ns = NAN,
                               .map_low_ns = NAN,
                               .map_high_ns = NAN,
                               .task_ns = NAN,
                               .task_low_ns = NAN,
                               .task_high_ns = NAN,
                               .placement = NAN,
                               .placement_low = NAN,
                               .placement_high = NAN,
                               .start_spread = NAN,
                               .misfit = NAN};
}

int curve_read(const struct curve *curve, const struct curve_shares *shares,
               struct curve_metg rows[])
{
    struct reading reading = {.row = blank_row(curve)};
    int error = read_model(curve, &reading);
    if (error == 0) {
        read_range(curve, &reading);
        find_reason(curve, &reading, &reading.row);
        if (*reading.row.text == '\0')
            read_costs(&reading, &reading.row);
    }
    for (size_t s = 0; s < shares->count && error == 0; s++) {
        rows[s] = reading.row;
        rows[s].efficiency = shares->values[s];
        rows[s].floor_ns /= 1 - shares->values[s];
        rows[s].status = rows[s].text;
        if (*rows[s].text == '\0')
            read_share(&reading, &rows[s]);
    }
    free(reading.replicates);
    return error;
}

void curve_free(struct curve *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        free(curve->points[i].rounds);
    curve->count = 0;
}
