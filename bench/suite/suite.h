/*
 * suite.h - measures all cells that a command line asks for, round by round.
 */
#ifndef PARBENCH_BENCH_SUITE_SUITE_H
#define PARBENCH_BENCH_SUITE_SUITE_H

#include "bench/command/options.h"
#include "bench/suite/runner.h"

/* Measures, writes what `-o` asks for and prints the table to standard output. Returns bench's exit
 * status: 0 all verified, 1 something failed, 2 bad usage, 128 + N stopped by signal N. */
int suite_run(const struct options *options, int argc, char **argv);

/* The same, with cells traced, in the order of the command line, and each one told of instead of
 * its results being printed. */
int suite_tell(const struct options *options, const struct suite_teller *teller, int argc,
               char **argv);

#endif
