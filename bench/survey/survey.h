/*
 * survey.h - what the commands share that have a measuring program of libexec/parbench fill a table
 * of their own: bench ipc, bench spawn.
 *
 * A survey takes rows, from the program or its own where the program brought none, keeps them,
 * writes each to DIR/FILE at once, so that what was measured outlasts whatever comes, and prints
 * all of them at the end. What a row means, only the command knows.
 */
#ifndef PARBENCH_BENCH_SURVEY_SURVEY_H
#define PARBENCH_BENCH_SURVEY_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/data/columns_read.h"
#include "bench/launch/tool.h"
#include "bench/present/grid.h"
#include "bench/present/table.h"
#include "bench/survey/words.h"

#define SURVEY_MESSAGE_BYTES 512

struct survey_table {             /* what is in its file, and what is shown to people */
    const char *file;             /* ipc.csv */
    const struct column *columns; /* columns[column_count]; the last one is status: "ok", or why
                                     there is no figure: "skip: ", "failed: ", "timeout: " */
    size_t column_count;
    size_t record_bytes;
    const struct grid_column *shown; /* shown[shown_count] */
    size_t shown_count;
    /* Adds records[count] to a grid of these columns. */
    void (*fill)(struct grid *grid, const void *records, size_t count);
};

struct survey {
    const struct survey_table *table;
    const struct survey_options *options;
    struct session session;
    char *records; /* records[count] of the table's, which own their texts */
    size_t count;
    FILE *file;  /* DIR/FILE, or NULL */
    int signal;  /* that the user wants it to end with, or 0 */
    bool failed; /* a row says that something went wrong */
    char message[SURVEY_MESSAGE_BYTES];
};

/* Whether that status is of something that went wrong. */
bool survey_is_failure(const char *status);

/* Begins a session and the file. Returns 0 or a negative errno with
 * survey->message; survey_close is due in both cases. Borrows table and options. */
int survey_open(struct survey *survey, const struct survey_table *table,
                const struct survey_options *options);

/* Appends a copy of a record. Returns 0 or -ENOMEM. */
int survey_add(struct survey *survey, const void *record);

/* Runs the program and reads its rows, which go where the reader says. status[TOOL_STATUS_BYTES]
 * and the returned value as below. */
int survey_read(struct survey *survey, const struct tool *tool, const struct columns_reader *reader,
                char *status);

/* Runs the program and appends its rows, by way of record, which is room for one; *rows of them.
 * status[TOOL_STATUS_BYTES] becomes that of rows which it owes, "" where it ended as it should.
 * Returns 0 or a negative errno. */
int survey_run(struct survey *survey, const struct tool *tool, void *record, size_t *rows,
               char *status);

/* Prints all rows, says what went wrong (error, of the calls above), and ends the session. Returns
 * bench's exit status. */
int survey_close(struct survey *survey, int error);

#endif
