/*
 * command_line.h - the command line of a cell, spelled out.
 */
#ifndef PARBENCH_BENCH_LAUNCH_COMMAND_LINE_H
#define PARBENCH_BENCH_LAUNCH_COMMAND_LINE_H

#include "bench/launch/launch.h"
#include "bench/launch/watch.h"

/* Paths by which the cell, or any rank of it, reaches what the runner holds open. */
struct cell_paths {
    char program[4096];
    char board[WATCH_PATH_BYTES];
    char rows[WATCH_PATH_BYTES];
    char results[WATCH_PATH_BYTES]; /* "" if nobody asked for results */
    char trace[WATCH_PATH_BYTES];   /* "" if nobody asked for a trace */
    char gbench[WATCH_PATH_BYTES];  /* "" if nobody asked for Google Benchmark's own output */
};

/* Returns argv of the cell program, ending with NULL, or NULL: no memory. The caller frees it with
 * command_line_free. */
char **command_line_make(const struct launch *launch, const struct cell_paths *paths,
                         uint64_t launched_ns);

void command_line_free(char **argv);

#endif
