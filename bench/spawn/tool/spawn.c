/*
 * spawn - the program that measures one way to start a worker.
 *
 *     spawn --mechanism NAME --condition NAME --samples N --budget-ns N --python FILE
 *         --output FILE [--weigh] [--reference]
 *
 * bench spawn starts it, a fresh one for each way and each round, since what one way leaves behind
 * (memory that was touched, a team of threads) would be in the next one's figure, and since where
 * its memory lies is decided once for all of its samples; it can be started by hand, in a debugger
 * or under strace. --samples 0: as many as the budget allows (measure.h). --weigh: an idle worker,
 * too. --reference: in turns with a plain loop, where the way has one.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/spawn/tool/measure.h"
#include "common/clock.h"
#include "common/starter.h"
#include "common/child.h"

enum { EXIT_WRITTEN = 0, EXIT_NOT_WRITTEN = 1, EXIT_USAGE = 2 };

enum {
    MECHANISM,
    CONDITION,
    SAMPLES,
    BUDGET,
    PYTHON,
    OUTPUT,
    NEEDED,
    WEIGH = NEEDED,
    REFERENCE,
    ARGUMENTS
};

static int read_arguments(int argc, char **argv, const char *values[ARGUMENTS])
{
    static const struct option options[ARGUMENTS + 1] = {
        [MECHANISM] = {"mechanism", required_argument, NULL, MECHANISM},
        [CONDITION] = {"condition", required_argument, NULL, CONDITION},
        [SAMPLES] = {"samples", required_argument, NULL, SAMPLES},
        [BUDGET] = {"budget-ns", required_argument, NULL, BUDGET},
        [PYTHON] = {"python", required_argument, NULL, PYTHON},
        [OUTPUT] = {"output", required_argument, NULL, OUTPUT},
        [WEIGH] = {"weigh", no_argument, NULL, WEIGH},
        [REFERENCE] = {"reference", no_argument, NULL, REFERENCE},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (option >= ARGUMENTS)
            return -EINVAL;
        values[option] = option >= NEEDED ? "" : optarg;
    }
    for (int i = 0; i < NEEDED; i++)
        if (values[i] == NULL)
            return -EINVAL;
    return optind == argc ? 0 : -EINVAL;
}

static int find_way(const char *mechanism, const char *condition, enum spawn_way *way)
{
    for (unsigned i = 0; i < SPAWN_WAYS; i++) {
        *way = (enum spawn_way)i;
        if (strcmp(spawn_catalogue[i].mechanism, mechanism) == 0 &&
            strcmp(spawn_catalogue[i].condition, condition) == 0)
            return 0;
    }
    return -EINVAL;
}

static int write_rows(const struct measure *measure, const char *path)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return EXIT_NOT_WRITTEN;
    int error = measure_way(measure, file);
    return fclose(file) == 0 && error == 0 ? EXIT_WRITTEN : EXIT_NOT_WRITTEN;
}

int main(int argc, char **argv)
{
    const char *values[ARGUMENTS] = {NULL};
    struct measure measure;
    if (starter_join() != 0)
        return EXIT_NOT_WRITTEN;
    signal(SIGPIPE, SIG_IGN); /* a helper's death is an error of a write */
    if (read_arguments(argc, argv, values) != 0 ||
        find_way(values[MECHANISM], values[CONDITION], &measure.way) != 0) {
        fprintf(
            stderr,
            "spawn: bench spawn knows how to call this program; see bench/spawn/tool/spawn.c\n");
        return EXIT_USAGE;
    }
    uint64_t samples = strtoull(values[SAMPLES], NULL, 10);
    measure.samples = samples < WAY_SAMPLES_MOST ? samples : WAY_SAMPLES_MOST;
    measure.budget_ns = strtoull(values[BUDGET], NULL, 10);
    measure.python = values[PYTHON];
    measure.weigh = values[WEIGH] != NULL;
    measure.reference = values[REFERENCE] != NULL;
    return write_rows(&measure, values[OUTPUT]);
}
