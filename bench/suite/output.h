/*
 * output.h - what a run leaves in the directory of -o: samples.csv, summary.csv, environment.json.
 *
 * samples.csv grows with each cell, so that whatever ends the run, the rows measured so far are
 * there and complete.
 */
#ifndef PARBENCH_BENCH_SUITE_OUTPUT_H
#define PARBENCH_BENCH_SUITE_OUTPUT_H

#include <limits.h>
#include <stdio.h>

#include "bench/data/summary.h"

struct output {
    char directory[PATH_MAX]; /* "": nothing is kept */
    FILE *samples;
};

/* Starts samples.csv anew and writes environment.json in the directory, or in a room of its own in
 * it, if room is not NULL: so that the samples of another command stay. directory NULL: nothing is
 * kept. Returns 0, or a negative errno with one line in message[bytes]. */
int output_open(struct output *output, const char *directory, const char *room, int argc,
                char **argv, char *message, size_t bytes);

/* Appends rows and flushes. Returns 0, or a negative errno with one line in message[bytes]. */
int output_add(struct output *output, const struct sample_table *rows, char *message, size_t bytes);

/* Makes a file in a directory, for output_finish. NULL, with one line in message[bytes], if it
 * can't be made; what is said there already stands. */
FILE *output_create(const char *directory, const char *name, char *message, size_t bytes);

/* Closes it; error is one of its writer. Returns 0, or a negative errno with one line in
 * message[bytes] if not all was written. */
int output_finish(FILE *file, const char *directory, const char *name, int error, char *message,
                  size_t bytes);

/* Writes summary.csv and closes. Returns 0, or a negative errno with one line in message[bytes]. */
int output_close(struct output *output, const struct summary_table *summary, char *message,
                 size_t bytes);

#endif
