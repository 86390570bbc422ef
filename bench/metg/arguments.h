/*
 * arguments.h - the command line of `bench metg`: the options of `run` that make sense here, and
 * the shares of efficiency.
 */
#ifndef PARBENCH_BENCH_METG_ARGUMENTS_H
#define PARBENCH_BENCH_METG_ARGUMENTS_H

#include "bench/command/options.h"
#include "bench/metg/curve.h"

#define METG_SCHEDULES   "dynamic,dynamic:1,static"
#define METG_ROUNDS      8
#define METG_REPETITIONS 3

/* Reads argv[1 .. argc-1] into *options (whose workloads stay empty) and *shares. Returns as
 * options_parse does. */
int metg_parse(struct options *options, struct curve_shares *shares, int argc, char **argv,
               char *message, size_t bytes);

/* `bench metg --help`. */
void metg_help(FILE *out);

#endif
