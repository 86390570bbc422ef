/*
 * gbench_files.h - --benchmark_out of many cells, made into one file.
 *
 * Each cell is a program of its own to Google Benchmark and writes a file of its own. The user
 * asked for one, which Google Benchmark's compare tools read: the JSON files are merged
 * (gbench_merge.h), the context is that of the first, with commit, seed, rounds and the machine's
 * facts.
 */
#ifndef PARBENCH_BENCH_SUITE_GBENCH_FILES_H
#define PARBENCH_BENCH_SUITE_GBENCH_FILES_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "bench/command/options.h"

struct gbench_files {
    const char *path;    /* the user's --benchmark_out, NULL: none */
    FILE *file;          /* it, open, but only written at the end */
    uint64_t seed;       /* of the run, and how many rounds it has */
    unsigned rounds;
    int fd;              /* memory file that the next cell writes to */
    json_t *merged;      /* so far; NULL: nothing */
    json_t *environment; /* what environment.json has; NULL: not known */
};

/* Looks for --benchmark_out among the flags, and whether that file can be written; if so, takes down
 * the machine's facts (argv: of bench itself). Returns 0, or a negative errno, with one line in
 * message[bytes] if it can't. */
int gbench_files_open(struct gbench_files *files, const struct options *options, int argc,
                      char **argv, char *message, size_t bytes);

/* The memory file that the next cell is to write to, or -1. */
int gbench_files_next(struct gbench_files *files);

/* Takes in what the cell has written in this round. What is no JSON (the cell died) is passed over. */
void gbench_files_add(struct gbench_files *files, uint64_t round);

/* Writes the user's file and frees. Returns 0, or a negative errno with one line in message[bytes]
 * unless there is one already. */
int gbench_files_close(struct gbench_files *files, char *message, size_t bytes);

#endif
