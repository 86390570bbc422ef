/*
 * variables.h - which environment variables the programs have that bench starts: decided here, for
 * all.
 *
 * A variable that somebody once set for other programs (a profile, an IDE, a batch system) would
 * reach into what is measured: OMP_PROC_BIND=true binds whatever loads libgomp to one core,
 * BENCHMARK_FILTER leaves cells out, HWLOC_XMLFILE makes another machine of this one. So each such
 * variable is either handed on to those that it is meant for, and told (in a row's `settings`,
 * environment.json, bench doctor), or it is removed, and bench doctor tells that. Variables that
 * the table in variables.c does not name are handed on: a plug-in may have its own.
 *
 * Not thread-safe, as the environment is not.
 */
#ifndef PARBENCH_BENCH_LAUNCH_VARIABLES_H
#define PARBENCH_BENCH_LAUNCH_VARIABLES_H

#include <stddef.h>

/* In the environment of who writes rows: the row's column `settings`. */
#define VARIABLES_SETTINGS       "PARBENCH_SETTINGS"
#define VARIABLES_SETTINGS_BYTES 512

/* Who is started: a cell, a cell that may load libgomp (openmp's, and one whose backend is a
 * plug-in), or any other program. */
enum variables_reader { VARIABLES_PROGRAM, VARIABLES_CELL, VARIABLES_OPENMP };

struct variables { /* borrowed */
    enum variables_reader reader;
    const char *directory; /* its TMPDIR; NULL: the user's */
    const char *settings;  /* what its figures depend on beside variables; NULL: nothing */
};

/* Takes out of bench's own environment what would change bench; to be called once, before anything
 * is looked up there. */
void variables_settle(void);

/* An environment for execve: this process's, as decided. It ends with NULL and is owned by the
 * caller (variables_free); NULL: no memory. */
char **variables_make(const struct variables *variables);

/* What of that environment its figures depend on, as it is told in the column `settings`: "yield=1
 * OMP_PROC_BIND=true"; "" if nothing. Returns text. */
char *variables_settings(const struct variables *variables, char text[VARIABLES_SETTINGS_BYTES]);

/* Sets one variable in such an environment. Returns 0 or -ENOMEM. */
int variables_set(char ***environment, const char *name, const char *value);

void variables_free(char **environment);

/* What has been decided of those that this process was started with. */
enum variables_fate {
    VARIABLES_HANDED_ON,    /* without a word */
    VARIABLES_OF_OPENMP,    /* to VARIABLES_OPENMP alone, and told */
    VARIABLES_OF_LIBC,      /* to all, and told */
    VARIABLES_OF_LOADER,    /* likewise */
    VARIABLES_OF_PATHS,     /* to all; too long and too common for a row */
    VARIABLES_OF_LAUNCHERS, /* removed; but bench itself asks them who it is (nested.h) */
    VARIABLES_REMOVED
};

/* Writes those of a fate: "NAME=value NAME=value"; "" if there are none, or it can't be known.
 * Returns text. */
char *variables_tell(enum variables_fate fate, char *text, size_t bytes);

/* Writes those that programs do not get, and what they are: "SLURM_* 17 times (of a batch system),
 * BENCHMARK_FILTER (chooses what Google Benchmark runs)". Returns text. */
char *variables_tell_removed(char *text, size_t bytes);

#endif
