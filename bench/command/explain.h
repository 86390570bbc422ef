/*
 * explain.h - what getopt could not read, in words.
 *
 * argp's own answer to a wrong option is several lines and an exit; with ARGP_NO_ERRS it is silent,
 * and only tells where it stopped.
 */
#ifndef PARBENCH_BENCH_COMMAND_EXPLAIN_H
#define PARBENCH_BENCH_COMMAND_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

/* Says in one line what is wrong with this word of a command line; false if nothing is. last: no
 * word follows it. */
bool explain_word(const char *word, bool last, char *message, size_t bytes);

#endif
