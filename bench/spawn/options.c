#include "bench/spawn/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#define TIMEOUT_NS   (30 * NS_PER_S)
#define SAMPLES_MOST 10000 /* as many as the measuring program keeps */

enum { KEY_SAMPLES = SURVEY_OWN_KEYS };

static const struct argp_option table[] = {
    {"mechanism", 'm', "LIST", 0, "which ways to start a worker; all is the default", 0},
    SURVEY_ROUNDS("8"),
    {"samples", KEY_SAMPLES, "N", 0, "of each in a round; by default as many as 40 ms allow", 0},
    SURVEY_OPTIONS("spawn.csv and DIR/spawn_starts.csv", "30s"),
};

static void add_way(struct spawn_options *options, enum spawn_way way)
{
    for (size_t i = 0; i < options->way_count; i++)
        if (options->ways[i] == way)
            return;
    options->ways[options->way_count++] = way;
}

/* All conditions of a mechanism. */
static int add_mechanism(struct survey_words *words, const char *word)
{
    const char *names[SPAWN_WAYS + 2] = {"all"};
    size_t known = 1;
    bool found = false;
    for (unsigned i = 0; i < SPAWN_WAYS; i++) {
        const char *name = spawn_catalogue[i].mechanism;
        if (strcmp(name, names[known - 1]) != 0)
            names[known++] = name;
        if (strcmp(word, name) != 0 && strcmp(word, "all") != 0)
            continue;
        add_way(words->own, (enum spawn_way)i);
        found = true;
    }
    return found ? 0 : survey_refuse_name(words, "mechanism", word, names);
}

static error_t take(int key, char *text, struct argp_state *state)
{
    struct survey_words *words = state->input;
    struct spawn_options *options = words->own;
    switch (key) {
    case 'm':
        return survey_list(words, "mechanism", text, add_mechanism);
    case SURVEY_ROUNDS_KEY:
        return survey_count(words, "rounds", text, SURVEY_ROUNDS_MOST, &options->rounds);
    case KEY_SAMPLES:
        return survey_count(words, "samples", text, SAMPLES_MOST, &options->samples);
    default:
        return survey_word(words, key, text, state);
    }
}

int spawn_options_parse(struct spawn_options *options, int argc, char **argv, char *message,
                        size_t bytes)
{
    struct survey_words words = {.command = "spawn",
                                 .table = table,
                                 .common = &options->common,
                                 .own = options,
                                 .message = message,
                                 .bytes = bytes};
    *options = (struct spawn_options){
        .common = {.timeout_ns = TIMEOUT_NS, .spread_ns = SURVEY_SPREAD_NS}};
    int parsed = survey_parse(&words, take, argc, argv);
    if (parsed == SURVEY_RUN && options->way_count == 0)
        add_mechanism(&words, "all");
    if (options->rounds == 0)
        options->rounds = SURVEY_ROUNDS_DEFAULT;
    return parsed;
}

void spawn_options_help(void)
{
    printf("Usage: bench spawn [OPTION...]\n\n"
           "Measures what starting a worker takes: from the call to the worker's first\n"
           "instruction (start), from there to its end, reaped (join), and both (total), as\n"
           "medians with 95 %% intervals; and the memory of an idle worker: PSS, with its share\n"
           "of what it has in common with others, and USS, what it has alone. In each round each way\n"
           "is measured once, by a fresh program: the interval is between these starts, the spread\n"
           "within one stands beside it.\n\n");
    survey_print_options(table);
    printf("\nMechanisms:\n");
    for (unsigned i = 0; i < SPAWN_WAYS; i++)
        if (spawn_catalogue[i].summary != NULL)
            printf("  %-20s %s\n", spawn_catalogue[i].mechanism, spawn_catalogue[i].summary);
}
