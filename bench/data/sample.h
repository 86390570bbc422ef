/*
 * sample.h - one repetition of a cell: one row of samples.csv.
 *
 * The columns are a table (sample_columns), from which writing and reading follow: a column stands
 * in one place. Times are nanoseconds. wall_ns is one warm map over all tasks; send_ns, compute_ns
 * and collect_ns sum to it. start_ns and stop_ns are the pool's and are added only where a table
 * says "cold".
 *
 * The three phases follow the *critical worker*, the one whose last kernel ended last: compute is
 * its time in kernels, collect is from its last kernel's end to the end of map, send is all else
 * (its wait for the first task and between tasks).
 */
#ifndef PARBENCH_BENCH_DATA_SAMPLE_H
#define PARBENCH_BENCH_DATA_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/data/columns.h"

/* The status of a sample that was disturbed, so that another stands in its place: it is verified, but
 * enters no figure. */
#define SAMPLE_REPLACED "disturbed: measured again"

struct sample {
    const char *suite;      /* "run", "lecture", ... */
    const char *workload;   /* name */
    const char *parameters; /* canonical, see work.parameters */
    const char *backend;
    const char *schedule; /* name without chunk */
    uint64_t chunk;       /* the most tasks that were handed out together, as the backend did it; 0
                             where there is no such thing (per-task, a loop) or no map was run */
    uint64_t workers, tasks, task_bytes, result_bytes;
    uint64_t round, repetition; /* both from 0 */
    uint64_t wall_ns, start_ns, send_ns, compute_ns, collect_ns, stop_ns;
    uint64_t cpu_user_ns, cpu_sys_ns; /* of coordinator and workers, in this map */
    uint64_t voluntary_switches, involuntary_switches, minor_faults;
    uint64_t peak_rss_kib; /* coordinator's peak + the workers' peaks */
    uint64_t bytes_sent, bytes_received, messages;
    uint64_t least_tasks, most_tasks; /* run by one worker */
    const char *status; /* "ok", "skip: why", "failed: what", "timeout: what", "wrong: what", or
                           SAMPLE_REPLACED */
    uint64_t verified;  /* 1: every result equals the plain loop's, which is the known answer; or
                                   if that loop was lost (its row says so), it is the known answer */
    /* beyond the agreed columns, at the end: */
    uint64_t warmups;           /* maps run before the first sample of this cell */
    double capacity;     /* cores' worth of work that `workers` independent processes could do around the
                            samples of this start (bench/cell/probe.h); NaN: not known */
    double capacity_cpu; /* processor time that the kernel gave them, in cores */
    double cores;        /* cores that this cell might use: affinity, or a cgroup's quota below it */
    double floor_ns;     /* book-keeping of our own in each task (bench/cell/floor.h) */
    const char *pin;            /* where workers were bound: what --pin said, or "none" */
    uint64_t asked_chunk;       /* what the user asked for, dynamic:CHUNK; 0: left to the backend. In a
                                   file without this column it is taken from chunk */
    uint64_t delay_ns;          /* how long the process or thread of ours that was delayed the most was
                                   ready to run, but did not; 0 also where that is not known */
    uint64_t others_ns;         /* processor time that other programs used meanwhile; 0 also where
                                   delays gave no reason to look */
    uint64_t disturbed;         /* 1: others took more than a twentieth (bench/cell/disturbance.h) */
    const char *settings;       /* what a library was told that its figures depend on: of mpi
                                   "yield=1 copy=cma" (mpirun.h), and variables that a user has set
                                   (variables.h), "OMP_PROC_BIND=true"; "": nothing */
};

/* Where a row's workers were bound. A file without that column is older than --pin: "none". */
const char *sample_pin(const struct sample *sample);

/* Rows read from CSV; text is owned by the table. */
struct sample_table {
    struct sample *rows; /* rows[count] */
    size_t count;
    char **texts; /* what the rows' texts point to */
    size_t text_count;
    bool asked;   /* the file tells asked_chunk */
};

#define SAMPLE_COLUMNS 42

extern const struct column sample_columns[SAMPLE_COLUMNS];

void sample_write_header(FILE *out);

/* One complete row, quoted where needed (RFC 4180). */
void sample_write(FILE *out, const struct sample *sample);

/* Reads a samples.csv: columns are found by their names, unknown ones are passed over, a missing
 * column of the agreed ones is an error. A last row that was cut off (no newline) is dropped and
 * counted in *dropped (may be NULL). Returns 0, or a negative errno with one line in
 * message[bytes]: what is wrong in which line, and what would be right. */
int sample_read(FILE *in, const char *name, struct sample_table *table, size_t *dropped,
                char *message, size_t bytes);

/* Appends the rows of `from` to `into`, which takes over what they own. 0 or -ENOMEM. */
int sample_table_append(struct sample_table *into, struct sample_table *from);

/* Gives a row another status, of which the table keeps a copy. 0 or -ENOMEM. */
int sample_table_restate(struct sample_table *table, size_t row, const char *status);

void sample_table_free(struct sample_table *table);

#endif
