/*
 * gbench_files.h - --benchmark_out of many cells, made into one file.
 *
 * Each cell is a program of its own to Google Benchmark and writes a file of its own. The user
 * asked for one, which Google Benchmark's compare tools read: JSON files are merged (the context of
 * the first, the benchmarks of all), other formats are put one behind the other.
 */
#ifndef PARBENCH_BENCH_SUITE_GBENCH_FILES_H
#define PARBENCH_BENCH_SUITE_GBENCH_FILES_H

#include <stdbool.h>

#include "bench/command/options.h"

struct gbench_files {
    const char *path;   /* the user's --benchmark_out, NULL: none */
    bool json;
    int fd;             /* memory file that the next cell writes to */
    char name[64];      /* its path */
    void *merged;       /* JSON so far */
    char *text;         /* other formats so far */
    size_t text_bytes;
};

/* Looks for --benchmark_out among the flags, and whether that file can be written. Returns 0, or a
 * negative errno, with one line in message[bytes] if it can't. */
int gbench_files_open(struct gbench_files *files, const struct options *options, char *message,
                      size_t bytes);

/* The path that the next cell is to write to, or NULL. */
const char *gbench_files_next(struct gbench_files *files);

/* Takes in what the cell has written. What is no JSON (the cell died) is passed over. */
void gbench_files_add(struct gbench_files *files);

/* Writes the user's file and frees. Returns 0 or a negative errno. */
int gbench_files_close(struct gbench_files *files);

#endif
