/*
 * words.h - the command line of a survey: the words that all of them have, lists, and refusals.
 *
 * A command has a table of argp's options, which ends with SURVEY_OPTIONS, and a parser that hands
 * the keys it does not know to survey_word.
 */
#ifndef PARBENCH_BENCH_SURVEY_WORDS_H
#define PARBENCH_BENCH_SURVEY_WORDS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/present/table.h"
#include "common/clock.h"

struct survey_options { /* nothing is owned: output is a word of the command line */
    uint64_t timeout_ns;
    enum table_format format;
    const char *output; /* directory, or NULL */
    bool quiet;
    uint64_t spread_ns; /* the rounds lie over so long at least */
};

enum survey_parsed { SURVEY_RUN = 0, SURVEY_HELP = 1 };

enum survey_key {
    SURVEY_TIMEOUT = 256,
    SURVEY_FORMAT,
    SURVEY_ROUNDS_KEY,
    SURVEY_SPREAD,
    SURVEY_OWN_KEYS
};

/* Of each row so many starts. Fewer than 6 have no interval of 95 %. */
#define SURVEY_ROUNDS_DEFAULT 8
#define SURVEY_ROUNDS_MOST    1000
#define SURVEY_SPREAD_NS      (30 * NS_PER_S)

/* Rows of a table of options, for a command that hands the first one's key to survey_count. */
#define SURVEY_ROUNDS(count)                                                                       \
    {"rounds", SURVEY_ROUNDS_KEY, "N", 0, "each measures all once, in fresh processes; default "   \
                                          count, 0},                                               \
    {                                                                                              \
        "spread", SURVEY_SPREAD, "T", 0, "rounds of a short run wait, to lie over T; default 30s", \
            0                                                                                      \
    }

/* Rows of a table of options; timeout is the default, such as "10s", what that of one measurement.
 */
#define SURVEY_OPTIONS(file, timeout)                                                              \
    {"timeout", SURVEY_TIMEOUT, "T", 0, "the longest one measurement may take; default " timeout,  \
     0},                                                                                           \
        {"format", SURVEY_FORMAT, "F", 0, "table, csv, json, markdown or latex", 0},               \
        {"output", 'o', "DIR", 0, "write DIR/" file ", too", 0},                                   \
        {"quiet", 'q', NULL, 0, "no progress", 0}, {"help", 'h', NULL, 0, "this text", 0},         \
    {                                                                                              \
        0                                                                                          \
    }

struct survey_words {                /* a command line while it is read */
    const char *command;             /* its name */
    const struct argp_option *table; /* ends with zeros */
    struct survey_options *common;
    void *own;     /* the command's options */
    char *message; /* message[bytes]: what is wrong, in one line */
    size_t bytes;
    bool help, format_given;
};

/* A parser's answer to a key that is not the command's own. */
error_t survey_word(struct survey_words *words, int key, char *text, struct argp_state *state);

/* Calls add for each element of a list with commas. Returns 0 or EINVAL with the message. */
int survey_list(struct survey_words *words, const char *option, const char *list,
                int (*add)(struct survey_words *words, const char *element));

/* Reads a whole number from 1 to most. Returns 0 or EINVAL with the message. */
int survey_count(struct survey_words *words, const char *option, const char *text, uint64_t most,
                 uint64_t *count);

/* Says that word is none of these names, and which was perhaps meant. Returns EINVAL. */
int survey_refuse_name(struct survey_words *words, const char *option, const char *word,
                       const char *const names[]);

/* Reads argv[1 .. argc-1]; the format's default follows from standard output. Returns SURVEY_RUN,
 * SURVEY_HELP, or -EINVAL with the message. */
int survey_parse(struct survey_words *words, argp_parser_t take, int argc, char **argv);

/* Prints the table of options for --help. */
void survey_print_options(const struct argp_option *table);

/* Makes the output directory, with environment.json for this command line. Returns 0, or a negative
 * errno with one line in message[bytes]. */
int survey_make_output(const struct survey_options *options, int argc, char **argv, char *message,
                       size_t bytes);

#endif
