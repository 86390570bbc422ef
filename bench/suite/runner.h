/*
 * runner.h - measures cells, one after the other, and keeps what they bring.
 *
 * A runner holds what a whole run of bench needs but once: the janitor, the signals, the files of
 * -o. It measures as many matrices as its owner likes, so that the next one can depend on what the
 * last one showed.
 */
#ifndef PARBENCH_BENCH_SUITE_RUNNER_H
#define PARBENCH_BENCH_SUITE_RUNNER_H

#include "bench/command/company.h"
#include "bench/launch/launch.h"
#include "bench/launch/session.h"
#include "bench/suite/gbench_files.h"
#include "bench/suite/matrix.h"
#include "bench/suite/output.h"
#include "bench/suite/retake.h"
#include "bench/suite/progress.h"
#include "bench/suite/trace_files.h"

#define RUNNER_MESSAGE_BYTES 512

/* Who is told of each cell in the first round; it prints to standard output what it likes. */
struct suite_teller {
    void (*tell)(const void *context, const struct cell *cell, const struct launched *launched);
    const void *context;
};

struct runner {
    const struct options *options;     /* borrowed, as is the teller */
    const struct suite_teller *teller; /* or NULL */
    char **results; /* results[cells of the matrix]: what they computed in the first round, for the
                       owner to free; NULL: nobody wants that */
    struct session session;
    struct retake retake;
    struct company company; /* what others do meanwhile */
    struct output output;
    struct progress progress; /* started and stopped by the owner */
    struct gbench_files files;
    struct trace_files traces;
    uint64_t random; /* shuffles */
    const char *programs; /* see launch.h; for the owner to set */
    int signal;                         /* that the user wants it to end with, or 0 */
    bool failed;                        /* a cell did */
    bool refused;                       /* before anything was run: the command line was wrong */
    char message[RUNNER_MESSAGE_BYTES]; /* why a function returned an error, or "" */
};

/* Takes signals, starts the janitor, and opens the files that the options ask for; room: see
 * output.h. Returns 0 or a negative errno; runner_close must follow in both cases. */
int runner_open(struct runner *runner, const struct options *options, const char *room,
                const struct suite_teller *teller, int argc, char **argv);

/* Measures each cell of the matrix once (wanted[count] says which; NULL: all), in shuffled order,
 * until a signal comes; rows[count] get what each cell brings. Returns 0, also if cells failed, or
 * a negative errno. */
int runner_measure(struct runner *runner, const struct matrix *matrix, const bool wanted[],
                   uint64_t round, struct sample_table rows[]);

/* Bench's exit status: 0 all verified, 1 a cell or (error) the runner failed, 2 bad usage, 128 + N
 * stopped by signal N. What the error was is said on standard error. */
int runner_status(const struct runner *runner, int error);

/* After the table: finishes the files of Google Benchmark and of --trace, writes what others did meanwhile
 * to environment.json, and says it if it was much: below a table on standard output, else on standard
 * error. Returns 0 or a negative errno. */
int runner_finish(struct runner *runner);

void runner_close(struct runner *runner);

#endif
