/*
 * front.c - the command `bench ipc`: what is to be measured, one program after the other, and what
 * came of it.
 *
 * A fresh program for each transport and placement measures all sizes, each in processes of its own
 * (bench/ipc/tool). Should the program itself die or hang, the size that it was at gets a row that
 * says so, and another program goes on behind it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/ipc/check.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/options.h"
#include "bench/ipc/row.h"
#include "bench/ipc/shown.h"
#include "bench/suite/progress.h"
#include "bench/survey/survey.h"

struct front {
    const struct ipc_options *options;
    struct survey survey;
    struct progress progress;
};

static const char *between(const struct transport_entry *entry)
{
    return entry->module != NULL ? "ranks" : entry->transport->threads ? "threads" : "processes";
}

/* Rows for what the program owes: the size that it was at, or all of them where there is none to be
 * had. */
static int add_missing(struct front *front, const struct transport_entry *entry,
                       const char *placement, const uint64_t sizes[], size_t count, size_t *done,
                       char *status)
{
    int error = 0;
    if (*done < count && *status == '\0')
        snprintf(status, TOOL_STATUS_BYTES, "failed: ipc ended without a row");
    bool none = strncmp(status, "skip", 4) == 0;
    for (bool first = true; error == 0 && *done < count && (first || none); first = false) {
        struct ipc_row row = ipc_row_without_figures(entry->name, between(entry), placement,
                                                     sizes[(*done)++], status);
        error = survey_add(&front->survey, &row);
    }
    return error;
}

/* All sizes of one transport in one placement. */
static int measure_sizes(struct front *front, const struct transport_entry *entry,
                         const char *placement)
{
    const struct ipc_options *options = front->options;
    char what[64], status[TOOL_STATUS_BYTES];
    int error = 0;
    snprintf(what, sizeof what, "%s, %s", entry->name, placement);
    progress_step(&front->progress, what);
    for (size_t next = 0, done = 0;
         error == 0 && next < options->size_count && front->survey.signal == 0; next += done) {
        const uint64_t *sizes = options->sizes + next;
        size_t count = options->size_count - next;
        const struct ipc_launch launch = {
            entry, placement, sizes, count, options->common.timeout_ns, false};
        struct ipc_call call;
        struct ipc_row row = {0};
        ipc_call_make(&launch, &call);
        error = survey_run(&front->survey, &call.tool, &row, &done, status);
        if (error == 0)
            error = add_missing(front, entry, placement, sizes, count, &done, status);
    }
    return error;
}

static int measure_all(struct front *front)
{
    const struct ipc_options *options = front->options;
    int error = 0;
    progress_start(&front->progress, options->transport_count * options->placement_count,
                   options->common.quiet);
    for (size_t i = 0; i < options->transport_count; i++)
        for (size_t j = 0; j < options->placement_count && error == 0 && front->survey.signal == 0;
             j++)
            error = measure_sizes(front, options->transports[i], options->placements[j]);
    progress_stop(&front->progress);
    return error;
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
        error = measure_all(&front);
    return survey_close(&front.survey, error);
}
