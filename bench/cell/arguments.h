/*
 * arguments.h - the command line of the cell program: one measurement, spelled out.
 *
 * It is written by the runner (bench/suite/launch.c), not by people: every value is complete and
 * already validated, so a mistake here is reported in one line and ends the cell with status 2.
 */
#ifndef PARBENCH_BENCH_CELL_ARGUMENTS_H
#define PARBENCH_BENCH_CELL_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "backends/backend.h"
#include "common/inject.h"

/* Of what a cell and its runner agree on: this command line, the board, the trace, the rows. A runner
 * can only use the cell program of another build that has the same. */
#define CELL_INTERFACE 2

struct arguments {              /* texts are borrowed from argv */
    const char *suite;
    const char *workload;       /* name:parameters */
    const char *backend;        /* a registry name, or the path of a module */
    unsigned workers;
    enum schedule schedule;
    size_t chunk;
    enum on_death on_death;
    struct inject inject;
    int has_inject;
    const char *pin;            /* what the rows say of where workers were bound */
    const char *retried;        /* why this is a second try, said by the first sample; or NULL */
    uint64_t round;
    unsigned repetitions;       /* at least so many samples ... */
    uint64_t min_time_ns;       /* ... and so many that they last this long together */
    uint64_t limit_ns;          /* for one start, map or stop */
    uint64_t launched_ns;       /* when the runner started this cell's first process, */
    uint64_t entered_ns;        /* ... and when this one came to be */
    const char *board;          /* path of the board */
    const char *samples;        /* path to write rows to */
    const char *results;        /* path to write each task's result to, or NULL */
    const char *trace;          /* path of the trace, or NULL */
    int gbench_argc;            /* Google Benchmark's flags, argv[0] included */
    char **gbench_argv;
};

/* Reads argv as laid out by arguments.c's table. Returns 0, or -EINVAL after one line on standard
 * error. */
int arguments_read(int argc, char **argv, struct arguments *arguments);

#endif
