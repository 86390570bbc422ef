/*
 * trace_files.h - what --trace keeps: who ran which task, when, and what the coordinator sent.
 *
 * FILE is in Chrome's trace-event format, which Perfetto (ui.perfetto.dev) opens: each cell is a
 * process, each worker a row below its coordinator, with its tasks and its waits; messages are
 * marks in the coordinator's row. Beside it stands a CSV with a line for each task. Times count
 * from the beginning of the map, which is the last one of the cell in the first round.
 *
 * Source: "Trace Event Format", Google, 2016, sections JSON Array Format, Complete, Instant and
 * Metadata Events. The array's end may be missing there, so a run that was cut off still opens.
 */
#ifndef PARBENCH_BENCH_SUITE_TRACE_FILES_H
#define PARBENCH_BENCH_SUITE_TRACE_FILES_H

#include <stddef.h>
#include <limits.h>
#include <stdio.h>

#include "bench/data/sample.h"
#include "common/trace.h"

struct trace_files {
    FILE *json, *csv;      /* NULL: nothing is kept; csv also where json is a pipe or a device */
    const char *json_path; /* borrowed */
    char csv_path[PATH_MAX];
    unsigned cells; /* added so far */
};

/* Begins both files; path NULL: no-op. `run.json` and `run` are kept beside `run.csv`; beside a
 * pipe or a device there is none. Returns 0, or a negative errno with one line in message[bytes].
 */
int trace_files_open(struct trace_files *files, const char *path, char *message, size_t bytes);

/* Adds a cell; row is any of its samples. No-op where nothing is kept. Returns 0, or a negative errno;
 * if not everything could be written, with one line in message[bytes], unless there is one already.
 */
int trace_files_add(struct trace_files *files, const struct sample *row, const struct trace *trace,
                    char *message, size_t bytes);

/* Returns 0 or, as above, a negative errno. */
int trace_files_close(struct trace_files *files, char *message, size_t bytes);

#endif
