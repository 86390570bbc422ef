/*
 * figures.h - from what the leading side noted to a row of ipc_starts.csv.
 */
#ifndef PARBENCH_BENCH_IPC_TOOL_FIGURES_H
#define PARBENCH_BENCH_IPC_TOOL_FIGURES_H

#include "bench/ipc/tool/measure.h"
#include "bench/ipc/tool/side.h"

/* Writes the row, without figures unless status is "ok", and behind it that of the reference, if
 * there is one. Sorts the outcome. */
void figures_write(const struct measure *measure, struct side_outcome *outcome, const char *status);

#endif
