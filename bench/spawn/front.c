/*
 * front.c - the command `bench spawn`: in each round a fresh program for each way to start a worker
 * (bench/spawn/tool), and what came of all rounds. One that crashes, or takes longer than
 * --timeout, costs just that row, and is left out of the rounds that follow.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/command/cores.h"
#include "bench/launch/describe.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/variables.h"
#include "bench/spawn/figures.h"
#include "bench/spawn/launch.h"
#include "bench/spawn/options.h"
#include "bench/spawn/row.h"
#include "bench/spawn/shown.h"
#include "bench/spawn/tool/way.h"
#include "bench/suite/progress.h"
#include "bench/survey/survey.h"
#include "common/clock.h"

#define BUDGET_NS (40 * NS_PER_MS) /* so long each way is sampled in each round, about */

struct line {                   /* what becomes a row */
    struct spawn_start *starts; /* starts[count]; their status is "ok" or: */
    size_t count;
    char settings[VARIABLES_SETTINGS_BYTES];
    char status[TOOL_STATUS_BYTES]; /* why the last one has no figure, and no other will follow; ""
                                     */
};

struct front {
    const struct spawn_options *options;
    struct survey survey;
    struct progress progress;
    struct description *python;    /* python[1], or NULL: none of the ways needs it */
    struct line lines[SPAWN_WAYS]; /* lines[way_count] */
    struct spawn_figures figures;  /* of the start that is being measured */
};

static int run_tool(struct front *front, enum spawn_way way, uint64_t round,
                    struct spawn_start *start)
{
    struct spawn_raw raw;
    const struct columns_reader reader = {spawn_raw_columns, SPAWN_RAW_COLUMNS, &raw,
                                          spawn_figures_take, &front->figures};
    const struct spawn_launch launch = {
        .way = way,
        .samples = front->options->samples,
        .budget_ns = BUDGET_NS,
        .timeout_ns = front->options->common.timeout_ns,
        .python = spawn_catalogue[way].python ? front->python->python : "",
        .weigh = round == 0,
    };
    struct spawn_call call;
    char status[TOOL_STATUS_BYTES];
    spawn_call_make(&launch, &call);
    int error = survey_read(&front->survey, &call.tool, &reader, status);
    if (error == 0)
        *start = spawn_figures_start(&front->figures, way, status);
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

/* The measuring program starts ranks itself, by the same command line as a cell's. */
static void tell_settings(struct front *front, enum spawn_way way, char *settings)
{
    const struct mpirun mpirun = {.ranks = WAY_RANKS,
                                  .cores = cores_whole(),
                                  .single_copy = session_single_copy(&front->survey.session)};
    if (strcmp(spawn_catalogue[way].mechanism, "mpirun") == 0)
        mpirun_settings(&mpirun, settings);
    else
        variables_settings(&(struct variables){.reader = VARIABLES_PROGRAM}, settings);
}

static void take(struct front *front, struct line *line, const struct spawn_start *found,
                 uint64_t round)
{
    if (front->survey.signal != 0 && line->count > 0)
        return; /* no fault of this start's that it was stopped */
    struct spawn_start *start = &line->starts[line->count++];
    *start = *found;
    start->start = round + 1;
    if (*line->settings == '\0' && strncmp(found->status, "skip", 4) != 0)
        tell_settings(front, front->options->ways[line - front->lines], line->settings);
    start->settings = line->settings;
    if (strcmp(found->status, "ok") != 0) {
        snprintf(line->status, sizeof line->status, "%s", found->status);
        survey_judge(&front->survey, line->status, sizeof line->status);
    }
    start->status = *line->status != '\0' ? line->status : "ok";
    survey_note_start(&front->survey, start);
}

static int measure(void *context, size_t index, uint64_t round)
{
    struct front *front = context;
    const enum spawn_way way = front->options->ways[index];
    char what[80], status[TOOL_STATUS_BYTES];
    snprintf(what, sizeof what, "%s, %s", spawn_catalogue[way].mechanism,
             spawn_catalogue[way].condition);
    progress_step(&front->progress, what);
    if (*front->lines[index].status != '\0')
        return 0;
    struct spawn_start start = spawn_start_without_figures(way, status);
    spawn_figures_open(&front->figures);
    int error = 0;
    if (!lacks_python(front, way, status, sizeof status))
        error = run_tool(front, way, round, &start);
    if (error == 0)
        take(front, &front->lines[index], &start, round);
    spawn_figures_free(&front->figures);
    return error;
}

static int measure_all(struct front *front)
{
    const struct spawn_options *options = front->options;
    progress_start(&front->progress, options->way_count * options->rounds, options->common.quiet);
    int error =
        survey_take_rounds(&front->survey, options->way_count, options->rounds, measure, front);
    progress_stop(&front->progress);
    for (size_t i = 0; i < options->way_count; i++) {
        const struct line *line = &front->lines[i];
        if (line->count == 0)
            continue; /* the run was ended before */
        struct spawn_row row = spawn_row_of(line->starts, line->count);
        int second = survey_add(&front->survey, &row);
        error = error != 0 ? error : second;
    }
    return error;
}

static int make_lines(struct front *front)
{
    for (size_t i = 0; i < front->options->way_count; i++) {
        struct line *line = &front->lines[i];
        line->starts = calloc(front->options->rounds, sizeof *line->starts);
        if (line->starts == NULL)
            return -ENOMEM;
    }
    return 0;
}

static void free_lines(struct front *front)
{
    for (size_t i = 0; i < SPAWN_WAYS; i++)
        free(front->lines[i].starts);
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
    if (asked != 0)
        describe_error(asked, front.survey.message, sizeof front.survey.message);
    error = asked != 0 ? asked : error;
    if (error == 0)
        error = make_lines(&front);
    if (error == 0)
        error = measure_all(&front);
    int status = survey_close(&front.survey, error);
    free_lines(&front);
    describe_free(front.python, 1);
    return status;
}
