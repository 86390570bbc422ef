/*
 * choices.h - the lists of a command line: backends, workloads, numbers of workers, schedules.
 *
 * Each of these adds what text lists, separated by commas, to the options' list of that kind; `all`
 * stands for all of its kind, and what is there already is not added again. Each returns 0, or
 * -EINVAL with one line in message[bytes], or -ENOMEM; what was added before an error stays, and
 * belongs to the options.
 */
#ifndef PARBENCH_BENCH_COMMAND_CHOICES_H
#define PARBENCH_BENCH_COMMAND_CHOICES_H

#include "bench/command/options.h"

/* Names of the registry, or paths (with a '/') of readable files, which become absolute; `c` and
 * `python` stand for those of a language. */
int choices_add_backends(struct options *options, const char *text, char *message, size_t bytes);

/* Texts that work_open understands. Their parameters hold commas too: a comma begins a workload
 * unless what follows it looks like key=value. `sum,resize:width=64,height=64` are two. */
int choices_add_workloads(struct options *options, const char *text, char *message, size_t bytes);

/* 1 .. BOARD_LINES; `all`: powers of two below the cores that this process may use, and these. */
int choices_add_workers(struct options *options, const char *text, char *message, size_t bytes);

int choices_add_schedules(struct options *options, const char *text, char *message, size_t bytes);

/* Appends a copy of text to list[*count], which grows. Returns 0 or -ENOMEM. */
int choices_append(char ***list, size_t *count, const char *text);

#endif
