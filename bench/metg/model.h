/*
 * model.h - what a map costs beyond its work: by the map, by the task, and by the time it takes.
 *
 * A map of n tasks that each take t in the plain loop needs n t of a core. What it takes of the
 * cores that the machine gave it (wall time x capacity) is more:
 *
 *     wall x capacity = a + n (c + (1 + b) t)
 *
 *   a  by map: waking workers, the last one's end, what the caller does alone
 *   c  by task: handing it out, fetching its result
 *   b  by time: cores that workers did not get for as long as the map lasted, since they were left
 *      together on one core, or the coordinator held one: placement, as a share of the work
 *
 * All three are core time here; divided by the capacity they are wall time. Divided by n t the line
 * is 1 / efficiency = 1 + b + c / t + a / (n t), which is linear in the three. So tasks of several
 * lengths tell c from b, and maps of several sizes tell a from both. Errors are about a share of
 * what is measured, so the squares that are least are those of relative errors.
 *
 * In maps long enough a is nothing, and efficiency depends on t alone; METG is read from that. Each
 * figure may be negative where it is smaller than its noise. Pure functions; safe in any thread.
 */
#ifndef PARBENCH_BENCH_METG_MODEL_H
#define PARBENCH_BENCH_METG_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/metg/crossing.h"

#define MODEL_POINTS_MOST 64

struct model {
    double map_ns;    /* a, in core time */
    double task_ns;   /* c, in core time */
    double placement; /* b */
};

/* What one map of tasks[i] tasks of task_ns[i] showed: inverse[i] is 1 / efficiency. */
struct model_points {
    const double *inverse, *task_ns, *tasks; /* each [count] */
    size_t count;
};

/* Fits the model. Points whose inverse is NaN are left out. false: the rest does not tell the three
 * figures apart; *model is left alone. */
bool model_fit(const struct model_points *points, struct model *model);

/* The root of the mean squared relative distance of the points from the model. */
double model_misfit(const struct model_points *points, const struct model *model);

/* The efficiency of tasks of this length in maps so long that a is nothing. */
double model_efficiency(const struct model *model, double task_ns);

/* The least length / efficiency at which the model has this efficiency in long maps, if it lies
 * among the lengths that were measured, shortest_ns to longest_ns. Only for CROSSING_WITHIN
 * *metg_ns is set: nothing is extrapolated. */
enum crossing_place model_metg(const struct model *model, double share, double shortest_ns,
                               double longest_ns, double *metg_ns);

#endif
