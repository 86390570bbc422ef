/*
 * epcc.h - a region of OpenMP, measured in another way.
 */
#ifndef PARBENCH_BENCH_SPAWN_TOOL_EPCC_H
#define PARBENCH_BENCH_SPAWN_TOOL_EPCC_H

#include "bench/spawn/tool/way.h"

/* The overhead of one region, of the team that runs already. Returns 0. */
int epcc_region(struct stage *stage, double *region_ns);

#endif
