/*
 * options.h - what `bench spawn` was asked for, checked.
 */
#ifndef PARBENCH_BENCH_SPAWN_OPTIONS_H
#define PARBENCH_BENCH_SPAWN_OPTIONS_H

#include "bench/spawn/catalogue.h"
#include "bench/survey/words.h"

struct spawn_options {
    enum spawn_way ways[SPAWN_WAYS]; /* without repetitions, in the user's order, never empty */
    size_t way_count;
    uint64_t rounds;  /* of each way so many starts of the measuring program */
    uint64_t samples; /* in each of them; 0: as many as its time allows */
    struct survey_options common;
};

/* Reads argv[1 .. argc-1]. Returns SURVEY_RUN, SURVEY_HELP, or -EINVAL with one line in
 * message[bytes]. */
int spawn_options_parse(struct spawn_options *options, int argc, char **argv, char *message,
                        size_t bytes);

/* Prints the help of bench spawn. */
void spawn_options_help(void);

#endif
