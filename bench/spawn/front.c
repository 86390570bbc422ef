/*
 * front.c - the command `bench spawn`: a fresh program for each way to start a worker
 * (bench/spawn/tool), and its row. One that crashes, or takes longer than --timeout, costs just
 * that row.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/launch/describe.h"
#include "bench/spawn/options.h"
#include "bench/spawn/row.h"
#include "bench/spawn/shown.h"
#include "bench/suite/progress.h"
#include "bench/survey/survey.h"
#include "common/clock.h"

#define BUDGET_NS    (400 * NS_PER_MS) /* so long each way is sampled, about */
#define PYTHON_ASKED "python-pool"     /* a backend that tells which interpreter it has */

struct front {
    const struct spawn_options *options;
    struct survey survey;
    struct progress progress;
    struct description *python; /* python[1], or NULL: none of the ways needs it */
};

static int run_tool(struct front *front, enum spawn_way way, size_t *done, char *status)
{
    const struct spawn_entry *entry = &spawn_catalogue[way];
    const char *python = entry->python ? front->python->python : "";
    char samples[32], budget[32];
    snprintf(samples, sizeof samples, "%" PRIu64, front->options->samples);
    snprintf(budget, sizeof budget, "%llu", BUDGET_NS);
    char *arguments[] = {(char *)"--mechanism",
                         (char *)entry->mechanism,
                         (char *)"--condition",
                         (char *)entry->condition,
                         (char *)"--samples",
                         samples,
                         (char *)"--budget-ns",
                         budget,
                         (char *)"--python",
                         (char *)python,
                         NULL};
    const struct tool tool = {
        .program = "spawn", .arguments = arguments, .limit_ns = front->options->common.timeout_ns};
    struct spawn_row row;
    return survey_run(&front->survey, &tool, &row, done, status);
}

/* Whether this way needs a Python that isn't there: *status says so. */
static bool lacks_python(const struct front *front, enum spawn_way way, char *status, size_t bytes)
{
    const struct description *python = front->python;
    if (!spawn_catalogue[way].python || (python->python != NULL && python->problem == NULL))
        return false;
    snprintf(status, bytes, "skip: %.256s",
             python->problem != NULL ? python->problem : "there is no python3 on PATH");
    return true;
}

static int measure(struct front *front, enum spawn_way way)
{
    char what[80], status[TOOL_STATUS_BYTES];
    size_t done = 0;
    snprintf(what, sizeof what, "%s, %s", spawn_catalogue[way].mechanism,
             spawn_catalogue[way].condition);
    progress_step(&front->progress, what);
    int error =
        lacks_python(front, way, status, sizeof status) ? 0 : run_tool(front, way, &done, status);
    if (error != 0 || (done > 0 && *status == '\0'))
        return error;
    if (*status == '\0')
        snprintf(status, sizeof status, "failed: spawn ended without a row");
    const struct spawn_row row = spawn_row_without_figures(way, status);
    return survey_add(&front->survey, &row);
}

static int measure_all(struct front *front)
{
    const struct spawn_options *options = front->options;
    int error = 0;
    progress_start(&front->progress, options->way_count, options->common.quiet);
    for (size_t i = 0; i < options->way_count && error == 0 && front->survey.signal == 0; i++)
        error = measure(front, options->ways[i]);
    progress_stop(&front->progress);
    return error;
}

/* Asks the python3 on PATH for the interpreter behind it: a shim in its place would be measured,
 * too. */
static int find_python(struct front *front)
{
    static const char *const names[] = {PYTHON_ASKED};
    bool needed = false;
    for (size_t i = 0; i < front->options->way_count; i++)
        needed = needed || spawn_catalogue[front->options->ways[i]].python;
    return needed ? describe_backends(names, 1, &front->python) : 0;
}

int spawn_command(int argc, char **argv)
{
    struct spawn_options options;
    struct front front = {.options = &options};
    char line[SURVEY_MESSAGE_BYTES];
    int parsed = spawn_options_parse(&options, argc, argv, line, sizeof line);
    if (parsed == SURVEY_HELP) {
        spawn_options_help();
        return COMMAND_OK;
    }
    if (parsed != SURVEY_RUN ||
        survey_make_output(&options.common, argc, argv, line, sizeof line) != 0)
        return command_refuse("%s", line);
    int asked = find_python(&front); /* before there are children to be kept */
    int error = survey_open(&front.survey, &spawn_table, &options.common);
    error = asked != 0 ? asked : error;
    if (error == 0)
        error = measure_all(&front);
    int status = survey_close(&front.survey, error);
    describe_free(front.python, 1);
    return status;
}
