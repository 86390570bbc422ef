/*
 * measure.h - the row of one way: samples until the budget is spent, their medians, an idle worker.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_MEASURE_H
#define PARBENCH_BENCH_SPAWN_TOOL_MEASURE_H

#include "bench/spawn/row.h"
#include "bench/spawn/tool/way.h"

#define MEASURE_SAMPLES_MOST 10000u

struct measure {
    enum spawn_way way;
    uint64_t samples;   /* so many, up to MEASURE_SAMPLES_MOST; 0: as many as the budget allows */
    uint64_t budget_ns; /* about; there are always enough for an interval */
    const char *python; /* the interpreter, or "" */
};

/* Measures; row->status, if it is not "ok", is text[bytes]. */
void measure_way(const struct measure *measure, struct spawn_row *row, char *text, size_t bytes);

#endif
