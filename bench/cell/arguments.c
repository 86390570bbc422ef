#include "bench/cell/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

enum argument {
    SUITE,
    WORKLOAD,
    BACKEND,
    WORKERS,
    SCHEDULE,
    ON_DEATH,
    INJECT,
    PIN,
    RETRIED,
    ROUND,
    REPETITIONS,
    MIN_TIME,
    LIMIT,
    LAUNCHED,
    BOARD,
    SAMPLES,
    RESULTS,
    TRACE
};

static const struct option table[] = {
    {"suite", required_argument, NULL, SUITE},
    {"workload", required_argument, NULL, WORKLOAD},
    {"backend", required_argument, NULL, BACKEND},
    {"workers", required_argument, NULL, WORKERS},
    {"schedule", required_argument, NULL, SCHEDULE},
    {"on-death", required_argument, NULL, ON_DEATH},
    {"inject", required_argument, NULL, INJECT},
    {"pin", required_argument, NULL, PIN},
    {"retried", required_argument, NULL, RETRIED},
    {"round", required_argument, NULL, ROUND},
    {"repetitions", required_argument, NULL, REPETITIONS},
    {"min-time-ns", required_argument, NULL, MIN_TIME},
    {"limit-ns", required_argument, NULL, LIMIT},
    {"launched-ns", required_argument, NULL, LAUNCHED},
    {"board", required_argument, NULL, BOARD},
    {"samples", required_argument, NULL, SAMPLES},
    {"results", required_argument, NULL, RESULTS},
    {"trace", required_argument, NULL, TRACE},
    {NULL, 0, NULL, 0},
};

static int read_number(const char *text, uint64_t most, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number > most)
        return -EINVAL;
    *value = number;
    return 0;
}

static int read_unsigned(const char *text, uint64_t most, unsigned *value)
{
    uint64_t number;
    int error = read_number(text, most, &number);
    if (error == 0)
        *value = (unsigned)number;
    return error;
}

static int read_one(enum argument option, const char *text, struct arguments *arguments,
                    char *message, size_t bytes)
{
    switch (option) {
    case SUITE:
        arguments->suite = text;
        return 0;
    case WORKLOAD:
        arguments->workload = text;
        return 0;
    case BACKEND:
        arguments->backend = text;
        return 0;
    case WORKERS:
        return read_unsigned(text, BOARD_LINES, &arguments->workers);
    case SCHEDULE:
        return schedule_parse(text, &arguments->schedule, &arguments->chunk, message, bytes);
    case ON_DEATH:
        arguments->on_death = strcmp(text, "retry") == 0 ? ON_DEATH_RETRY : ON_DEATH_FAIL;
        return 0;
    case INJECT:
        arguments->has_inject = 1;
        return inject_parse(text, &arguments->inject, message, bytes);
    case PIN:
        arguments->pin = text;
        return 0;
    case RETRIED:
        arguments->retried = text;
        return 0;
    case ROUND:
        return read_number(text, UINT32_MAX, &arguments->round);
    case REPETITIONS:
        return read_unsigned(text, UINT32_MAX, &arguments->repetitions);
    case MIN_TIME:
        return read_number(text, UINT64_MAX, &arguments->min_time_ns);
    case LIMIT:
        return read_number(text, UINT64_MAX, &arguments->limit_ns);
    case LAUNCHED:
        return read_number(text, UINT64_MAX, &arguments->launched_ns);
    case BOARD:
        arguments->board = text;
        return 0;
    case SAMPLES:
        arguments->samples = text;
        return 0;
    case RESULTS:
        arguments->results = text;
        return 0;
    case TRACE:
        arguments->trace = text;
        return 0;
    }
    return -EINVAL;
}

static int complete(const struct arguments *arguments)
{
    return arguments->workload != NULL && arguments->backend != NULL && arguments->board != NULL &&
           arguments->samples != NULL && arguments->workers > 0;
}

int arguments_read(int argc, char **argv, struct arguments *arguments)
{
    char message[512] = "not a number within its limits";
    int option;
    *arguments = (struct arguments){.suite = "run",
                                    .pin = "none",
                                    .schedule = SCHEDULE_DYNAMIC,
                                    .repetitions = 1,
                                    .limit_ns = 60 * NS_PER_S,
                                    .entered_ns = clock_ns()};
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == '?')
            return -EINVAL;
        if (read_one((enum argument)option, optarg, arguments, message, sizeof message) != 0) {
            fprintf(stderr, "cell: --%s %s: %s\n", table[option].name, optarg, message);
            return -EINVAL;
        }
    }
    if (arguments->launched_ns == 0 || arguments->launched_ns > arguments->entered_ns)
        arguments->launched_ns = arguments->entered_ns; /* started by hand */
    if (!complete(arguments)) {
        fprintf(stderr, "cell: this program is started by bench: try `bench --help`\n");
        return -EINVAL;
    }
    /* What stands after "--" is for Google Benchmark; it expects a program's name before it. */
    arguments->gbench_argc = argc - optind + 1;
    arguments->gbench_argv = argv + optind - 1;
    arguments->gbench_argv[0] = argv[0];
    return 0;
}
