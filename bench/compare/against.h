/*
 * against.h - --against OTHER/bench: the same cells with another build's programs, in turn.
 */
#ifndef PARBENCH_BENCH_COMPARE_AGAINST_H
#define PARBENCH_BENCH_COMPARE_AGAINST_H

#include "bench/command/options.h"

/* Measures, prints the comparisons, and keeps the other build's rows in DIR/against of -o. Returns
 * bench's exit status: 0 no difference found, 3 a difference, else as suite_run. */
int against_run(const struct options *options, int argc, char **argv);

#endif
