#include "bench/metg/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/metg/crossing.h"
#include "bench/metg/estimate.h"
#include "bench/present/figures.h"
#include "common/check.h"

#define SHORTEST_STEPS 16
#define GRID_START     24 /* 65536 steps: efficient for all but what starts workers */
#define GRID_COARSE    4  /* a factor of 4 */
#define GRID_DEAR      32 /* a million steps: maps of such tasks take tens of milliseconds and more */
#define WELL_BELOW     0.6 /* of the least share: no need to go further down */
#define GAIN_WORTH                                                                                 \
    0.04 /* of efficiency by a factor of 4: worth going further up. Where a task                   \
            costs a fixed time to hand out, 0.85 would gain 0.1 */

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
};

const struct column curve_metg_columns[CURVE_METG_COLUMNS] = {
    COLUMN(curve_metg, backend, COLUMN_TEXT),     COLUMN(curve_metg, schedule, COLUMN_TEXT),
    COLUMN(curve_metg, chunk, COLUMN_COUNT),      COLUMN(curve_metg, workers, COLUMN_COUNT),
    COLUMN(curve_metg, efficiency, COLUMN_REAL),  COLUMN(curve_metg, metg_ns, COLUMN_REAL),
    COLUMN(curve_metg, metg_low_ns, COLUMN_REAL), COLUMN(curve_metg, metg_high_ns, COLUMN_REAL),
    COLUMN(curve_metg, status, COLUMN_TEXT),
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

/* The points that have a figure, as arrays; returns how many. points[] may be NULL. */
static size_t gather(const struct curve *curve, double length_ns[], double efficiency[],
                     const struct curve_point *points[])
{
    size_t count = 0;
    for (size_t i = 0; i < curve->count; i++) {
        if (!is_known(&curve->points[i]))
            continue;
        length_ns[count] = curve->points[i].task_ns;
        efficiency[count] = curve->points[i].efficiency;
        points[count++] = &curve->points[i];
    }
    return count;
}

/* ---- what to measure next ------------------------------------------------------------------- */

/* Whether longer tasks may still bring the curve to the greatest share: no task does, and the
 * longest one does not reach the least, or is better than the two before it and not yet dear. */
static bool should_rise(const struct curve *curve, const struct curve_shares *shares)
{
    const struct curve_point *longest = &curve->points[curve->count - 1];
    if (longest->grid + GRID_COARSE >= CURVE_GRID)
        return false;
    for (size_t i = 0; i < curve->count; i++)
        if (curve->points[i].efficiency >= shares->values[shares->count - 1])
            return false;
    if (curve->count < 3 || longest->efficiency < shares->values[0])
        return true;
    if (longest->grid >= GRID_DEAR) /* what most ask for is known, and the rest gets dear */
        return false;
    return longest->efficiency > (longest[-1].efficiency + longest[-2].efficiency) / 2 + GAIN_WORTH;
}

static bool should_fall(const struct curve *curve, double least)
{
    const struct curve_point *shortest = &curve->points[0];
    return shortest->efficiency > WELL_BELOW * least && shortest->grid >= GRID_COARSE;
}

static bool is_measured(const struct curve *curve, size_t grid)
{
    for (size_t i = 0; i < curve->count; i++)
        if (curve->points[i].grid == grid)
            return true;
    return false;
}

/* The middle of the gap in which a share is crossed; where that is closed, the next on either side,
 * for a line is laid through the points around the crossing (fit.h). CURVE_NONE: all are there. */
static size_t close_gap(const struct curve *curve, double share)
{
    const struct curve_point *points[CURVE_GRID];
    double length_ns[CURVE_GRID], efficiency[CURVE_GRID], at_ns;
    size_t above, count = gather(curve, length_ns, efficiency, points);
    crossing_smooth(efficiency, count);
    if (crossing_find(length_ns, efficiency, count, share, &at_ns, &above) != CROSSING_WITHIN)
        return CURVE_NONE;
    size_t low = points[above - 1]->grid, high = points[above]->grid;
    if (high - low > 1)
        return (low + high) / 2;
    if (high + 1 < CURVE_GRID && !is_measured(curve, high + 1))
        return high + 1;
    return low > 0 && !is_measured(curve, low - 1) ? low - 1 : CURVE_NONE;
}

size_t curve_next(const struct curve *curve, const struct curve_shares *shares)
{
    size_t next = CURVE_NONE;
    if (curve->count == 0)
        return GRID_START;
    if (find_unknown(curve) != NULL)
        return CURVE_NONE; /* what failed once would only fail again */
    if (should_fall(curve, shares->values[0]))
        return curve->points[0].grid - GRID_COARSE;
    if (should_rise(curve, shares))
        return curve->points[curve->count - 1].grid + GRID_COARSE;
    for (size_t i = 0; i < shares->count && next == CURVE_NONE; i++)
        next = close_gap(curve, shares->values[i]);
    return next;
}

void curve_add(struct curve *curve, const struct curve_point *point)
{
    CHECK(curve->count < CURVE_GRID);
    size_t at = curve->count++;
    for (; at > 0 && curve->points[at - 1].grid > point->grid; at--)
        curve->points[at] = curve->points[at - 1];
    curve->points[at] = *point;
}

/* ---- what it says ---------------------------------------------------------------------------- */

static void say_never(struct curve_metg *metg, double most, double longest_ns)
{
    char share[FIGURE_BYTES], reached[FIGURE_BYTES], length[FIGURE_BYTES];
    snprintf(metg->text, sizeof metg->text, "never reaches %s: at most %s at %s",
             figure_percent(metg->efficiency, share, sizeof share),
             figure_percent(most, reached, sizeof reached),
             figure_time(longest_ns, length, sizeof length));
}

static void read_known(struct curve_metg *metg, const struct curve_point *const points[],
                       const double length_ns[], const double efficiency[], size_t count)
{
    const double *replicates[CURVE_GRID];
    const struct estimate_curve curve = {length_ns, efficiency, replicates, count};
    struct estimate estimate;
    char length[FIGURE_BYTES];
    double most;
    for (size_t i = 0; i < count; i++)
        replicates[i] = points[i]->replicates;
    switch (estimate_metg(&curve, metg->efficiency, &estimate, &most)) {
    case CROSSING_WITHIN:
        snprintf(metg->text, sizeof metg->text, "ok");
        break;
    case CROSSING_BELOW:
        snprintf(metg->text, sizeof metg->text, "below the shortest task measured (%s)",
                 figure_time(length_ns[0], length, sizeof length));
        break;
    case CROSSING_NEVER:
        say_never(metg, most, length_ns[count - 1]);
        break;
    }
    metg->metg_ns = estimate.value;
    metg->metg_low_ns = estimate.low;
    metg->metg_high_ns = estimate.high;
}

void curve_read(const struct curve *curve, double share, struct curve_metg *metg)
{
    const struct cell *cell = &curve->cell;
    const struct curve_point *points[CURVE_GRID], *unknown = find_unknown(curve);
    double length_ns[CURVE_GRID], efficiency[CURVE_GRID];
    size_t count = gather(curve, length_ns, efficiency, points);
    *metg = (struct curve_metg){.backend = cell->backend->name,
                                .schedule = schedule_name(cell->schedule.schedule),
                                .chunk = cell->schedule.chunk,
                                .workers = cell->workers,
                                .efficiency = share,
                                .metg_ns = NAN,
                                .metg_low_ns = NAN,
                                .metg_high_ns = NAN};
    metg->status = metg->text;
    if (count > 0)
        read_known(metg, points, length_ns, efficiency, count);
    if (isnan(metg->metg_ns) && unknown != NULL)
        snprintf(metg->text, sizeof metg->text, "%s", unknown->status);
    else if (count == 0)
        snprintf(metg->text, sizeof metg->text, "stopped: nothing was measured");
}

void curve_free(struct curve *curve)
{
    for (size_t i = 0; i < curve->count; i++)
        free(curve->points[i].replicates);
    curve->count = 0;
}
