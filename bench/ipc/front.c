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
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/command/environment.h"
#include "bench/command/options.h"
#include "bench/data/columns_read.h"
#include "bench/ipc/check.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/options.h"
#include "bench/ipc/rows.h"
#include "bench/suite/progress.h"

#define MESSAGE_BYTES 512

enum { EXIT_SIGNALLED = 128 };

struct front {
    const struct ipc_options *options;
    struct session session;
    struct progress progress;
    struct ipc_rows rows;
    FILE *file; /* DIR/ipc.csv, or NULL */
    int signal; /* that the user wants it to end with, or 0 */
    bool failed;
    char message[MESSAGE_BYTES];
};

static int add_row(struct front *front, const struct ipc_row *row)
{
    front->failed = front->failed || ipc_row_failed(row);
    if (front->file != NULL) {
        columns_write_row(front->file, ipc_columns, IPC_COLUMNS, row);
        fflush(front->file); /* what was measured is kept, whatever comes */
    }
    return ipc_rows_add(&front->rows, row);
}

static int take_row(const void *row, void *front)
{
    return add_row(front, row);
}

static const char *between(const struct transport_entry *entry)
{
    return entry->module != NULL ? "ranks" : entry->transport->threads ? "threads" : "processes";
}

/* Takes over what the program has written; returns how many sizes have a row now, or an error. */
static int take_rows(struct front *front, const struct transport_entry *entry,
                     const char *placement, const uint64_t sizes[], size_t count,
                     struct tool_end *end)
{
    struct ipc_row row;
    size_t before = front->rows.count;
    struct columns_reader reader = {ipc_columns, IPC_COLUMNS, &row, take_row, front};
    int error = columns_read(end->rows, &reader, front->message, sizeof front->message);
    fclose(end->rows);
    size_t done = front->rows.count - before;
    if (error == 0 && done < count && *end->status == '\0')
        snprintf(end->status, sizeof end->status, "failed: ipc ended without a row");
    bool none = strncmp(end->status, "skip", 4) == 0;
    for (bool first = true; error == 0 && done < count && (first || none); first = false) {
        row = ipc_row_without_figures(entry->name, between(entry), placement, sizes[done++],
                                      end->status);
        error = add_row(front, &row);
    }
    return error != 0 ? error : (int)done;
}

/* All sizes of one transport in one placement. */
static int measure_sizes(struct front *front, const struct transport_entry *entry,
                         const char *placement)
{
    const struct ipc_options *options = front->options;
    char what[64];
    snprintf(what, sizeof what, "%s, %s", entry->name, placement);
    progress_step(&front->progress, what);
    for (size_t next = 0; next < options->size_count && front->signal == 0;) {
        struct tool_end end;
        const struct ipc_launch launch = {entry, placement, options->sizes + next,
                                          options->size_count - next, options->timeout_ns};
        int error =
            ipc_launch(&front->session, &launch, &end, front->message, sizeof front->message);
        if (error != 0)
            return error;
        front->signal = end.signal;
        int done = take_rows(front, entry, placement, options->sizes + next,
                             options->size_count - next, &end);
        if (done < 0)
            return done;
        next += (size_t)done;
    }
    return 0;
}

static int measure_all(struct front *front)
{
    const struct ipc_options *options = front->options;
    int error = 0;
    progress_start(&front->progress, options->transport_count * options->placement_count,
                   options->quiet);
    for (size_t i = 0; i < options->transport_count; i++)
        for (size_t j = 0; j < options->placement_count && error == 0 && front->signal == 0; j++)
            error = measure_sizes(front, options->transports[i], options->placements[j]);
    progress_stop(&front->progress);
    return error;
}

static int open_file(struct front *front)
{
    char path[4096];
    if (front->options->output == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/ipc.csv", front->options->output);
    front->file = fopen(path, "we");
    if (front->file == NULL) {
        int error = -errno;
        snprintf(front->message, sizeof front->message, "cannot write %.400s: %s", path,
                 strerror(-error));
        return error;
    }
    columns_write_header(front->file, ipc_columns, IPC_COLUMNS);
    fflush(front->file);
    return 0;
}

static int close_file(struct front *front)
{
    if (front->file == NULL)
        return 0;
    bool lost = ferror(front->file) != 0;
    if (fclose(front->file) == 0 && !lost)
        return 0;
    snprintf(front->message, sizeof front->message, "cannot write all of ipc.csv");
    return -EIO;
}

static int run(const struct ipc_options *options)
{
    struct front front = {.options = options};
    int error = session_open(&front.session);
    if (error == 0)
        error = open_file(&front);
    if (error == 0)
        error = measure_all(&front);
    int second = close_file(&front);
    error = error != 0 ? error : second;
    second = ipc_rows_print(stdout, &front.rows, options->format);
    error = error != 0 ? error : second;
    if (error != 0)
        fprintf(stderr, "bench: %s\n", *front.message != '\0' ? front.message : strerror(-error));
    session_close(&front.session);
    ipc_rows_free(&front.rows);
    if (front.signal != 0)
        return EXIT_SIGNALLED + front.signal;
    return error != 0 || front.failed ? COMMAND_FAILED : COMMAND_OK;
}

int ipc_command(int argc, char **argv)
{
    struct ipc_options options;
    char line[MESSAGE_BYTES];
    int parsed = ipc_options_parse(&options, argc, argv, line, sizeof line);
    if (parsed == IPC_HELP) {
        ipc_options_help();
        return COMMAND_OK;
    }
    if (parsed != IPC_RUN)
        return command_refuse("%s", line);
    const struct options place = {.output = (char *)options.output};
    if (options_make_output(&place, line, sizeof line) != 0)
        return command_refuse("%s", line);
    if (options.output != NULL)
        environment_keep(options.output, argc, argv);
    return options.check ? ipc_check(&options) : run(&options);
}
