/*
 * metg - how short may a task be? The minimum effective task granularity of each backend under each
 * schedule.
 *
 * METG(50 %) is the smallest wall x cores / tasks at which half of the machine still computes. It
 * is found by making tasks shorter and reading off where efficiency falls through 50 %.
 * Source: Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime
 * Performance", SC20, section IV. What differs from theirs: cores are those that the machine really
 * gave (the capacity probe's figure), as a shared machine gives fewer than it has; and the
 * reference is the plain loop over the same tasks in the same rounds, so that both sides saw the
 * same machine.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/metg/arguments.h"
#include "bench/metg/measure.h"
#include "bench/metg/report.h"

static int measure(struct options *options, const struct curve_shares *shares, int argc,
                   char **argv)
{
    struct metg metg;
    int error = metg_open(&metg, options, shares, argc, argv);
    if (error == 0) {
        error = metg_measure(&metg);
        int second = metg_report(&metg);
        error = error != 0 ? error : second;
        second = runner_finish(&metg.runner);
        error = error != 0 ? error : second;
    }
    if (*metg.runner.message == '\0')
        memcpy(metg.runner.message, metg.message, sizeof metg.message);
    int status = runner_status(&metg.runner, error);
    metg_close(&metg);
    return status;
}

int metg_command(int argc, char **argv)
{
    struct options options;
    struct curve_shares shares;
    char line[OPTIONS_LINE_BYTES] = "";
    int parsed = metg_parse(&options, &shares, argc, argv, line, sizeof line);
    if (parsed == OPTIONS_HELP) {
        metg_help(stdout);
        return COMMAND_OK;
    }
    if (parsed == OPTIONS_VERSION)
        return command_refuse("metg has no version of its own: write bench --version");
    if (parsed != OPTIONS_RUN)
        return command_refuse("%s", parsed == -ENOMEM ? "no memory for the options" : line);
    int status = options_make_output(&options, line, sizeof line) == 0
                     ? measure(&options, &shares, argc, argv)
                     : command_refuse("%s", line);
    options_free(&options);
    return status;
}
