/*
 * measure.h - the rows of one way: samples until the budget is spent, an idle worker.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_MEASURE_H
#define PARBENCH_BENCH_SPAWN_TOOL_MEASURE_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/spawn/tool/way.h"

struct measure {
    enum spawn_way way;
    uint64_t samples; /* so many, up to WAY_SAMPLES_MOST; 0: as many as the budget allows */
    uint64_t budget_ns; /* see measure_way */
    const char *python; /* the interpreter, or "" */
    bool weigh;         /* an idle worker, too */
    bool reference;     /* in turns with the way's plain loop */
};

/*
 * Measures, and writes rows of raw.h, which end with a reason if it failed. Returns 0 or a negative
 * errno: not all could be written.
 *
 * Samples are taken until budget_ns are spent, and one in any case. Up to two before them warm up,
 * and don't count, but for a way whose samples share nothing.
 */
int measure_way(const struct measure *measure, FILE *rows);

#endif
