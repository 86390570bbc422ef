/*
 * crossing.h - where a curve of efficiency over task length crosses a share, by its points alone:
 * whereabouts METG lies, which model.h then says.
 *
 * A curve is length_ns[count], rising, with efficiency[count] beside it, which must not fall. It is
 * read off between two points, on a logarithmic scale of lengths. Nothing is ever extrapolated.
 * Pure functions; safe in any thread.
 */
#ifndef PARBENCH_BENCH_METG_CROSSING_H
#define PARBENCH_BENCH_METG_CROSSING_H

#include <stddef.h>

enum crossing_place {
    CROSSING_WITHIN, /* between two points, or at one */
    CROSSING_BELOW,  /* the shortest task is efficient enough: it lies at some shorter one */
    CROSSING_NEVER   /* no task is, or there are none */
};

/* Finds the shortest length at which efficiency[count] reaches share. Only for
 * CROSSING_WITHIN *at_ns is set, and *above, the first point that reaches it (so it lies between
 * above - 1 and above). */
enum crossing_place crossing_find(const double length_ns[], const double efficiency[], size_t count,
                                  double share, double *at_ns, size_t *above);

#endif
