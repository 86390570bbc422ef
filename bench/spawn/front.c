/*
 * front.c - the command `bench spawn`: a fresh program for each way to start a worker
 * (bench/spawn/tool), and its row. One that crashes, or takes longer than --timeout, costs just
 * that row.
 */
#include <errno.h>
#include <stdio.h>

#include "bench/command/commands.h"
#include "bench/launch/describe.h"
#include "bench/spawn/figures.h"
#include "bench/spawn/launch.h"
#include "bench/spawn/options.h"
#include "bench/spawn/row.h"
#include "bench/spawn/shown.h"
#include "bench/suite/progress.h"
#include "bench/survey/survey.h"
#include "common/clock.h"

#define BUDGET_NS    (400 * NS_PER_MS)  /* so long each way is sampled, about */
#define TOTAL_NS     (25 * NS_PER_S)    /* all of them must be done by then, but for a little */
#define SHARE_NS     (1500 * NS_PER_MS) /* of each way at least */

struct front {
    const struct spawn_options *options;
    struct survey survey;
    struct progress progress;
    struct description *python;   /* python[1], or NULL: none of the ways needs it */
    struct spawn_figures figures; /* of the way that is being measured */
    uint64_t begin_ns;
};

/* How long the next way may take: what is left, but for what each later one may still want. */
static uint64_t share_ns(const struct front *front, size_t left)
{
    uint64_t spent_ns = clock_ns() - front->begin_ns + (left - 1) * SHARE_NS;
    return spent_ns + SHARE_NS < TOTAL_NS ? TOTAL_NS - spent_ns : SHARE_NS;
}

static int run_tool(struct front *front, enum spawn_way way, size_t left, struct spawn_row *row)
{
    struct spawn_raw raw;
    const struct columns_reader reader = {spawn_raw_columns, SPAWN_RAW_COLUMNS, &raw,
                                          spawn_figures_take, &front->figures};
    const struct spawn_launch launch = {
        .way = way,
        .samples = front->options->samples,
        .budget_ns = BUDGET_NS,
        .share_ns = share_ns(front, left),
        .timeout_ns = front->options->common.timeout_ns,
        .python = spawn_catalogue[way].python ? front->python->python : "",
    };
    struct spawn_call call;
    char status[TOOL_STATUS_BYTES];
    spawn_call_make(&launch, &call);
    int error = survey_read(&front->survey, &call.tool, &reader, status);
    if (error == 0)
        *row = spawn_figures_row(&front->figures, way, status);
    return error;
}

/* Whether this way needs a Python that isn't there: *status says so. */
static bool lacks_python(const struct front *front, enum spawn_way way, char *status, size_t bytes)
{
    const char *reason =
        spawn_catalogue[way].python ? describe_no_interpreter(front->python) : NULL;
    if (reason != NULL)
        snprintf(status, bytes, "skip: %.256s", reason);
    return reason != NULL;
}

static int measure(struct front *front, size_t index)
{
    const enum spawn_way way = front->options->ways[index];
    char what[80], status[TOOL_STATUS_BYTES];
    snprintf(what, sizeof what, "%s, %s", spawn_catalogue[way].mechanism,
             spawn_catalogue[way].condition);
    progress_step(&front->progress, what);
    struct spawn_row row = spawn_row_without_figures(way, status);
    spawn_figures_open(&front->figures);
    int error = 0;
    if (!lacks_python(front, way, status, sizeof status))
        error = run_tool(front, way, front->options->way_count - index, &row);
    if (error == 0)
        error = survey_add(&front->survey, &row);
    spawn_figures_free(&front->figures);
    return error;
}

static int measure_all(struct front *front)
{
    const struct spawn_options *options = front->options;
    int error = 0;
    front->begin_ns = clock_ns();
    progress_start(&front->progress, options->way_count, options->common.quiet);
    for (size_t i = 0; i < options->way_count && error == 0 && front->survey.signal == 0; i++)
        error = measure(front, i);
    progress_stop(&front->progress);
    return error;
}

static int find_python(struct front *front)
{
    bool needed = false;
    for (size_t i = 0; i < front->options->way_count; i++)
        needed = needed || spawn_catalogue[front->options->ways[i]].python;
    return needed ? describe_interpreter(&front->python) : 0;
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
