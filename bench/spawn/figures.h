/*
 * figures.h - from the raw rows of one start of the measuring program to that start's figures.
 */
#ifndef PARBENCH_BENCH_SPAWN_FIGURES_H
#define PARBENCH_BENCH_SPAWN_FIGURES_H

#include <stddef.h>

#include "bench/launch/tool.h"
#include "bench/spawn/raw.h"
#include "bench/spawn/row.h"

struct spawn_figures { /* of one start, so far; spawn_figures_free frees what is in it */
    double *start_ns, *join_ns, *total_ns; /* of samples; each [count], and room for more */
    double *reference_ns;                  /* reference_ns[references] */
    size_t count, references, room;
    double pss_kib, uss_kib;        /* NaN: no worker was weighed */
    char status[TOOL_STATUS_BYTES]; /* "": nothing went wrong so far */
};

void spawn_figures_open(struct spawn_figures *figures);

/* Adds a raw row, as a columns_reader's take; context: the figures. Returns 0 or a negative errno.
 */
int spawn_figures_take(const void *raw, void *figures);

/* The start of that way. ended: "", or what went wrong with the program; the status may be the text
 * in figures. Sorts the samples. */
struct spawn_start spawn_figures_start(struct spawn_figures *figures, enum spawn_way way,
                                       const char *ended);

/* The median of values[count], which it sorts; NaN: there are none. */
double spawn_figures_median(double values[], size_t count);

void spawn_figures_free(struct spawn_figures *figures);

#endif
