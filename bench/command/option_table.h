/*
 * option_table.h - the words of the command line, each with its line of --help.
 */
#ifndef PARBENCH_BENCH_COMMAND_OPTION_TABLE_H
#define PARBENCH_BENCH_COMMAND_OPTION_TABLE_H

#include <argp.h>

/* Keys of options without a short form; the others' key is their letter. */
enum option_key {
    KEY_ROUNDS = 256,
    KEY_REPETITIONS,
    KEY_MIN_TIME,
    KEY_TIMEOUT,
    KEY_ON_DEATH,
    KEY_INJECT,
    KEY_RESULTS,
    KEY_PIN,
    KEY_TRACE,
    KEY_AGAINST,
    KEY_FORMAT,
    KEY_SEED,
    KEY_PATIENCE
};

/* Ends with an element of zeros; elements without a name are headings. */
extern const struct argp_option option_table[];

#endif
