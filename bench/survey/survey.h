/*
 * survey.h - what the commands share that have a measuring program of libexec/parbench fill a table
 * of their own: bench ipc, bench spawn.
 *
 * A survey has rounds. Each of them measures everything once, in programs that are started anew and
 * in an order that is shuffled anew, so that the starts of a row lie all over the run: what the
 * machine does meanwhile is then in the row's interval. The figures of each start are written at
 * once, to a file of their own, so that what was measured outlasts whatever comes; at the end the
 * starts of a row become the row (starts.h), and all rows are written and printed. What a row
 * means, only the command knows.
 */
#ifndef PARBENCH_BENCH_SURVEY_SURVEY_H
#define PARBENCH_BENCH_SURVEY_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/command/company.h"
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
    const char *start_file;             /* ipc_starts.csv */
    const struct column *start_columns; /* start_columns[start_column_count] */
    size_t start_column_count;
    const struct grid_column *shown; /* shown[shown_count] */
    size_t shown_count;
    /* Adds records[count] to a grid of these columns. */
    void (*fill)(struct grid *grid, const void *records, size_t count);
};

struct survey {
    const struct survey_table *table;
    const struct survey_options *options;
    struct session session;
    struct company company; /* what other programs did meanwhile */
    char *records;          /* records[count] of the table's, which own their texts */
    size_t count;
    FILE *file, *start_file; /* DIR/FILE, or NULL */
    uint64_t span_ns;        /* between the begins of the first round and the last one */
    int signal;              /* that the user wants it to end with, or 0 */
    struct tool_end end;     /* of the program whose rows are being read */
    bool failed;             /* a row says that something went wrong */
    char message[SURVEY_MESSAGE_BYTES];
    char unwritten[SURVEY_MESSAGE_BYTES]; /* which file lacks rows, and why; or "" */
};

/* Whether that status is of something that went wrong. */
bool survey_is_failure(const char *status);

/* Begins a session and the files. Returns 0 or a negative errno with
 * survey->message; survey_close is due in both cases. Borrows table and options. */
int survey_open(struct survey *survey, const struct survey_table *table,
                const struct survey_options *options);

/* Calls measure for each index below count in each of so many rounds, in an order shuffled anew,
 * until one returns an error or a signal has come. Rounds that are over soon wait, so that their
 * begins lie over the options' spread_ns: starts within a second of each other know one mood of the
 * machine. Returns 0, that error or -ENOMEM. */
int survey_take_rounds(struct survey *survey, size_t count, uint64_t rounds,
                       int (*measure)(void *context, size_t index, uint64_t round), void *context);

/* Runs the program and reads its rows, which go where the reader says. status[TOOL_STATUS_BYTES]
 * becomes that of rows which it owes, "" where it ended as it should. Returns 0 or a negative
 * errno.
 */
int survey_read(struct survey *survey, const struct tool *tool, const struct columns_reader *reader,
                char *status);

/* Says in the status of one of those rows, if it failed, what the program said of it and what of
 * this machine explains it. */
void survey_judge(const struct survey *survey, char *status, size_t bytes);

/* Writes what one start found, if there is a file for it. */
void survey_note_start(struct survey *survey, const void *start);

/* Appends a copy of a record. Returns 0 or -ENOMEM. */
int survey_add(struct survey *survey, const void *record);

/* Prints all rows, says what went wrong (error, of the calls above), and ends the session. Returns
 * bench's exit status. */
int survey_close(struct survey *survey, int error);

/* Says below a table's last group what its intervals are, of which the narrowest coverage (0 .. 1)
 * is this; NaN: there is none, and nothing is said. */
void survey_explain(struct grid *grid, double coverage);

#endif
