/*
 * swap_test.h - whether two sides that were measured in pairs differ at their best.
 *
 * What disturbs a measurement only adds to it, so the least times show the program and the others
 * show the machine. They are few, though, and no table says how they scatter. So the pairs
 * themselves are asked: were there no difference, either side of a pair could as well have been the
 * other's, and swapping the sides of any pairs would change nothing that matters. p is the share
 * of such swaps that show at least the difference that was seen. That assumes no distribution and
 * holds its level however the machine drifts from pair to pair, if the order within pairs
 * alternates. Pairs must be of processes started for each, one value a side: pairs of samples of the
 * same two processes would resemble each other. Source: Fisher, The Design of Experiments, section 21 (pairs); Phipson & Smyth,
 * Statistical Applications in Genetics and Molecular Biology 9:39 (2010) (p from random swaps).
 */
#ifndef PARBENCH_BENCH_DATA_SWAP_TEST_H
#define PARBENCH_BENCH_DATA_SWAP_TEST_H

#include <stddef.h>

#include "bench/data/statistics.h"

/*
 * Holds above[count] against below[count], times above 0, of which above[i] and below[i] are a
 * pair. *ratio is that of the geometric means of each side's least tenth (at least one), with the
 * 95 % interval of a bootstrap that draws pairs. *p is two-sided, from 4000 random swaps. All are
 * NaN for no pairs. The generator has a fixed seed. Returns 0 or -ENOMEM. No state; safe in any
 * thread.
 */
int swap_test(const double above[], const double below[], size_t count, struct estimate *ratio,
              double *p);

#endif
