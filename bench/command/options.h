/*
 * options.h - what the user asked for, checked.
 *
 * Reading options touches nothing: no file is made and nothing is printed, so that a command line
 * is known to be right before anything happens. What is wrong with it is said in one line.
 */
#ifndef PARBENCH_BENCH_COMMAND_OPTIONS_H
#define PARBENCH_BENCH_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "backends/backend.h"
#include "bench/present/table.h"
#include "common/clock.h"

#define OPTIONS_ROUNDS          6  /* the fewest of which an interval covers 95 % */
#define OPTIONS_AGAINST_ROUNDS  50 /* with --against, see bench/compare/against.c */
#define OPTIONS_REPETITIONS     5
#define OPTIONS_MIN_TIME_NS     0
#define OPTIONS_TIMEOUT_NS      (60 * NS_PER_S)
#define OPTIONS_PATIENCE_NS     (10 * NS_PER_S) /* unless given, it is to be earned, see bench/suite/retake.h */
#define OPTIONS_SEED            1
#define OPTIONS_WORKLOADS       "sum,primes,resize"       /* the lecture's three: --workload all */
#define OPTIONS_SCHEDULES       "per-task,dynamic,static" /* --schedule all */
#define OPTIONS_SCHEDULE        "dynamic"                 /* where no --schedule is given */
#define OPTIONS_ROUNDS_MAX      10000
#define OPTIONS_REPETITIONS_MAX 1000000
#define OPTIONS_TIME_MAX_NS     (24 * 3600 * NS_PER_S)
#define OPTIONS_LINE_BYTES      512 /* enough for every message */

/* A schedule with its chunk: one element of --schedule. */
struct schedule_choice {
    enum schedule schedule;
    size_t chunk; /* 0: none was given, schedule_chunk chooses */
};

/* Lists keep the user's order, without repetitions, and have at least one element (but flags). */
struct options {
    char **backends; /* backends[backend_count]: names of the registry, or absolute paths of
                        plugins: just these begin with '/' */
    size_t backend_count;
    char **workloads; /* workloads[workload_count]: texts for work_open, every parameter spelled
                         out: `name` or `name:key=value,...` */
    size_t workload_count;
    unsigned *workers; /* workers[worker_count], each 1 .. BOARD_LINES */
    size_t worker_count;
    struct schedule_choice *schedules; /* schedules[schedule_count] */
    size_t schedule_count;

    unsigned rounds;      /* 1 .. OPTIONS_ROUNDS_MAX: how often all cells are measured */
    unsigned repetitions; /* 1 .. OPTIONS_REPETITIONS_MAX: samples of a cell in a round, at least */
    uint64_t min_time_ns; /* a cell repeats until it has measured for so long, too; 0: no matter */
    uint64_t timeout_ns;  /* the longest that one cell may take; never 0 */
    uint64_t patience_ns; /* for measuring again what others disturbed, in the whole run */
    bool patience_given;  /* --patience said so */
    uint64_t seed;        /* of the shuffling of cells */
    enum on_death on_death;   /* of a worker */
    char *inject;             /* text for inject_parse; NULL: no fault */
    char *pin;                /* text for placement_find; NULL: none */
    char *trace;              /* the file of --trace as it was written; NULL: none */
    char *against;            /* the bench of another build, an absolute path; NULL: none */
    bool results;             /* print what the lecture's program prints: each task's result */
    bool quiet;               /* no progress, no hints; errors and the table stay */
    enum table_format format; /* unless given: terminal if standard output is one, else CSV */
    char *output;             /* the directory of -o as it was written, not made yet; NULL: none */
    char **flags;             /* flags[flag_count]: Google Benchmark's own, from behind -- */
    size_t flag_count;
};

/* What a command takes where its user says nothing. */
struct options_defaults {
    const char *backends, *workloads, *schedules; /* lists; NULL: nothing is added */
    unsigned rounds, repetitions;
};

/* What options_parse returns beside errors. */
enum { OPTIONS_RUN = 0, OPTIONS_HELP = 1, OPTIONS_VERSION = 2 };

/* Reads argv[1 .. argc-1]; argv[0] is not looked at and argv is not changed. Returns OPTIONS_RUN
 * with *options owned by the caller; OPTIONS_HELP or OPTIONS_VERSION if that is asked for; or
 * -EINVAL with one line in message[bytes] (what was wrong, what would be right), or -ENOMEM.
 * Nothing is owned after anything but OPTIONS_RUN. */
int options_parse(struct options *options, int argc, char **argv, char *message, size_t bytes);

/* The same for another command than `run`, with defaults of its own. */
int options_parse_for(const struct options_defaults *defaults, struct options *options, int argc,
                      char **argv, char *message, size_t bytes);

void options_free(struct options *options);

/* Makes the directory of -o, with its parents, and tries whether files can be made in it; no-op
 * without -o. Returns 0, or a negative errno with one line in message[bytes]. */
int options_make_output(const struct options *options, char *message, size_t bytes);

/* The whole of `bench --help`, below 80 columns, and the few lines of a mere `bench`. */
void options_help(FILE *out);
void options_usage(FILE *out);

#endif
