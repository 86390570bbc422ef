/*
 * front.c - the command `bench ipc`: what is to be measured, in rounds, and what came of it.
 *
 * In each round a fresh program for each transport and placement measures all sizes, each in
 * processes of its own (bench/ipc/tool). Should the program itself die or hang, the size that it
 * was at gets a row that says so, and another program goes on behind it. A size that has no figure
 * in one round is left out of those that follow.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/ipc/check.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/options.h"
#include "bench/ipc/row.h"
#include "bench/ipc/shown.h"
#include "bench/launch/variables.h"
#include "bench/suite/progress.h"
#include "bench/survey/survey.h"
#include "common/clock.h"

#define BUDGET_NS (8 * NS_PER_MS) /* so long each size is measured in each round, about */

struct line {                 /* what becomes a row */
    struct ipc_start *starts; /* starts[count]; its texts are the registry's, the options' or: */
    size_t count;
    char settings[VARIABLES_SETTINGS_BYTES];
    char status[TOOL_STATUS_BYTES]; /* why the last one has no figure, and no other will follow; ""
                                     */
};

struct front {
    const struct ipc_options *options;
    struct survey survey;
    struct progress progress;
    struct line *lines; /* lines[transport_count][placement_count][size_count] */
    size_t line_count;
};

struct turn { /* a transport in a placement, in one round */
    struct front *front;
    const struct transport_entry *entry;
    const char *placement;
    uint64_t round;
    uint64_t sizes[IPC_SIZES_MOST];     /* what is to be measured: sizes[count] */
    struct line *lines[IPC_SIZES_MOST]; /* and for which lines; the first `done` have it */
    size_t count, done;
};

static const char *between(const struct transport_entry *entry)
{
    return entry->module != NULL ? "ranks" : entry->transport->threads ? "threads" : "processes";
}

/* What the next of the sizes brought. */
static void take(struct turn *turn, const struct ipc_start *found)
{
    struct line *line = turn->lines[turn->done++];
    if (turn->front->survey.signal != 0 && line->count > 0)
        return; /* no fault of this start's that it was stopped */
    struct ipc_start *start = &line->starts[line->count++];
    *start = *found;
    start->transport = turn->entry->name;
    start->between = between(turn->entry);
    start->placement = turn->placement;
    start->start = turn->round + 1;
    if (*line->settings == '\0')
        memcpy(line->settings, turn->front->survey.end.settings, sizeof line->settings);
    start->settings = line->settings;
    if (strcmp(found->status, "ok") != 0) {
        snprintf(line->status, sizeof line->status, "%s", found->status);
        survey_judge(&turn->front->survey, line->status, sizeof line->status);
    }
    start->status = *line->status != '\0' ? line->status : "ok";
    survey_note_start(&turn->front->survey, start);
}

static int take_row(const void *record, void *turn)
{
    struct turn *own = turn;
    if (own->done == own->count)
        return -EINVAL;
    take(own, record);
    return 0;
}

/* For what the program owes: the size that it was at, or all of them where there is none to be had.
 */
static void take_missing(struct turn *turn, char *status)
{
    if (turn->done < turn->count && *status == '\0')
        snprintf(status, TOOL_STATUS_BYTES, "failed: ipc ended without a row");
    const bool none = strncmp(status, "skip", 4) == 0;
    for (bool first = true; turn->done < turn->count && (first || none); first = false) {
        struct ipc_start start =
            ipc_start_without_figures("", "", "", turn->sizes[turn->done], status);
        take(turn, &start);
    }
}

/* One program, from the first size that is not done yet. */
static int run(struct turn *turn)
{
    const struct ipc_launch launch = {.entry = turn->entry,
                                      .placement = turn->placement,
                                      .sizes = turn->sizes + turn->done,
                                      .count = turn->count - turn->done,
                                      .budget_ns = BUDGET_NS,
                                      .timeout_ns = turn->front->options->common.timeout_ns};
    struct ipc_start start = {0};
    const struct columns_reader reader = {ipc_start_columns, IPC_START_COLUMNS, &start, take_row,
                                          turn};
    struct ipc_call call;
    char status[TOOL_STATUS_BYTES];
    ipc_call_make(&launch, &call);
    int error = survey_read(&turn->front->survey, &call.tool, &reader, status);
    if (error == 0)
        take_missing(turn, status);
    return error;
}

static int measure(void *context, size_t index, uint64_t round)
{
    struct front *front = context;
    const struct ipc_options *options = front->options;
    struct turn turn = {.front = front,
                        .entry = options->transports[index / options->placement_count],
                        .placement = options->placements[index % options->placement_count],
                        .round = round};
    char what[64];
    int error = 0;
    snprintf(what, sizeof what, "%s, %s", turn.entry->name, turn.placement);
    progress_step(&front->progress, what);
    for (size_t i = 0; i < options->size_count; i++) {
        struct line *line = &front->lines[index * options->size_count + i];
        if (*line->status != '\0')
            continue;
        turn.sizes[turn.count] = options->sizes[i];
        turn.lines[turn.count++] = line;
    }
    while (error == 0 && turn.done < turn.count && front->survey.signal == 0)
        error = run(&turn);
    return error;
}

static int measure_all(struct front *front)
{
    const struct ipc_options *options = front->options;
    const size_t programs = options->transport_count * options->placement_count;
    progress_start(&front->progress, programs * options->rounds, options->common.quiet);
    int error = survey_take_rounds(&front->survey, programs, options->rounds, measure, front);
    progress_stop(&front->progress);
    for (size_t i = 0; i < front->line_count; i++) {
        const struct line *line = &front->lines[i];
        if (line->count == 0)
            continue; /* the run was ended before */
        struct ipc_row row = ipc_row_of(line->starts, line->count);
        int second = survey_add(&front->survey, &row);
        error = error != 0 ? error : second;
    }
    return error;
}

static int make_lines(struct front *front)
{
    const struct ipc_options *options = front->options;
    front->line_count = options->transport_count * options->placement_count * options->size_count;
    front->lines = calloc(front->line_count, sizeof *front->lines);
    for (size_t i = 0; front->lines != NULL && i < front->line_count; i++) {
        front->lines[i].starts = calloc(options->rounds, sizeof *front->lines[i].starts);
        if (front->lines[i].starts == NULL)
            return -ENOMEM;
    }
    return front->lines != NULL ? 0 : -ENOMEM;
}

static void free_lines(struct front *front)
{
    for (size_t i = 0; front->lines != NULL && i < front->line_count; i++)
        free(front->lines[i].starts);
    free(front->lines);
}

int ipc_command(int argc, char **argv)
{
    struct ipc_options options;
    struct front front = {.options = &options};
    char line[SURVEY_MESSAGE_BYTES];
    int parsed = ipc_options_parse(&options, argc, argv, line, sizeof line);
    if (parsed == SURVEY_HELP) {
        ipc_options_help();
        return COMMAND_OK;
    }
    if (parsed != SURVEY_RUN)
        return command_refuse("%s", line);
    if (options.check)
        return ipc_check(&options);
    if (survey_make_output(&options.common, argc, argv, line, sizeof line) != 0)
        return command_refuse("%s", line);
    int error = survey_open(&front.survey, &ipc_table, &options.common);
    if (error == 0)
        error = make_lines(&front);
    if (error == 0)
        error = measure_all(&front);
    int status = survey_close(&front.survey, error);
    free_lines(&front);
    return status;
}
