#include "bench/suite/runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/cell/plain.h"
#include "bench/command/environment.h"
#include "bench/launch/own_row.h"

enum { EXIT_VERIFIED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SIGNALLED = 128 };

int runner_open(struct runner *runner, const struct options *options, const char *room,
                const struct suite_teller *teller, int argc, char **argv)
{
    *runner = (struct runner){
        .options = options, .teller = teller, .random = options->seed, .session = SESSION_NONE};
    retake_open(&runner->retake, options);
    company_open(&runner->company);
    int error = gbench_files_open(&runner->files, options, argc, argv, runner->message,
                                  sizeof runner->message);
    runner->refused = *runner->message != '\0';
    if (error == 0) {
        error = trace_files_open(&runner->traces, options->trace, runner->message,
                                 sizeof runner->message);
        runner->refused = error != 0;
    }
    if (error == 0)
        error = session_open(&runner->session, runner->message, sizeof runner->message);
    if (error != 0 && *runner->message == '\0')
        snprintf(runner->message, sizeof runner->message, "cannot begin: %s", strerror(-error));
    if (error == 0)
        error = output_open(&runner->output, options->output, room, argc, argv, runner->message,
                            sizeof runner->message);
    return error;
}

/* Takes over what a cell brought. */
static int keep(struct runner *runner, const struct matrix *matrix, size_t index, uint64_t round,
                struct launched *launched, struct sample_table *rows)
{
    int error =
        output_add(&runner->output, &launched->rows, runner->message, sizeof runner->message);
    runner->failed = runner->failed || launched->failed;
    if (runner->signal == 0)
        runner->signal = launched->signal;
    if (runner->teller != NULL && round == 0)
        runner->teller->tell(runner->teller->context, &matrix->cells[index], launched);
    if (runner->results != NULL && runner->results[index] == NULL)
        runner->results[index] = launched->results;
    else
        free(launched->results);
    if (error == 0 && launched->rows.count > 0 && round == 0)
        error = trace_files_add(&runner->traces, &launched->rows.rows[launched->rows.count - 1],
                                launched->trace, runner->message, sizeof runner->message);
    trace_close(launched->trace);
    int second =
        sample_table_append(&rows[index], &launched->rows); /* the table has them in any case */
    return error != 0 ? error : second;
}

/* MPI can't replace a rank: where a worker's death is to be survived, the whole job starts again.
 * What the first try measured well stays; why it ended is said by the second one's first sample. */
static bool should_retry(const struct runner *runner, const struct launched *launched,
                         unsigned tries)
{
    return launched->rank_died && launched->signal == 0 && tries < TASK_DEATHS_MAX &&
           runner->options->on_death == ON_DEATH_RETRY;
}

/* Takes the rows that failed out, and copies what they say of it. */
static void drop_failed(struct sample_table *rows, char *why, size_t bytes)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const char *text = strstr(rows->rows[i].status, ": ");
        if (rows->rows[i].verified)
            rows->rows[kept++] = rows->rows[i];
        else
            snprintf(why, bytes, "%s", text != NULL ? text + 2 : rows->rows[i].status);
    }
    rows->count = kept;
}

static int launch_until_done(struct runner *runner, const struct launch *first,
                             struct launched *launched, struct sample_table *rows)
{
    struct launch launch = *first;
    char why[RUNNER_MESSAGE_BYTES] = "";
    for (unsigned tries = 1;; tries++) {
        int error = launch_cell(&launch, launched, runner->message, sizeof runner->message);
        if (error != 0 || !should_retry(runner, launched, tries))
            return error;
        drop_failed(&launched->rows, why, sizeof why);
        free(launched->results);
        error =
            output_add(&runner->output, &launched->rows, runner->message, sizeof runner->message);
        int second = sample_table_append(rows, &launched->rows);
        if (error != 0 || second != 0)
            return error != 0 ? error : second;
        launch.retried = why;
    }
}

static int skip(struct runner *runner, const struct matrix *matrix, size_t index, uint64_t round,
                struct sample_table *rows)
{
    const struct cell *cell = &matrix->cells[index];
    char status[RUNNER_MESSAGE_BYTES];
    struct launched launched = {0};
    /* What belongs to parbench may be missing on this machine; a plugin that is given must load. */
    launched.failed = strchr(cell->backend_path, '/') != NULL;
    snprintf(status, sizeof status, "%s: %s", launched.failed ? "failed" : "skip",
             cell->backend->problem);
    int error = own_row_add(&launched.rows, cell, round, "", status);
    return error != 0 ? error : keep(runner, matrix, index, round, &launched, rows);
}

static bool was_ok(const struct sample *sample)
{
    return sample->verified && strcmp(sample->status, "ok") == 0;
}

/* Whether a start was disturbed too much, and can be had again. */
static bool should_repeat(const struct launched *launched)
{
    uint64_t disturbed = 0, counting = 0;
    for (size_t i = 0; i < launched->rows.count; i++) {
        const struct sample *row = &launched->rows.rows[i];
        if (!was_ok(row) && strcmp(row->status, SAMPLE_REPLACED) != 0)
            return false; /* skipped, failed, or retried, which happens but once */
        disturbed += was_ok(row) && row->disturbed != 0;
        counting += was_ok(row);
    }
    return launched->signal == 0 && summary_too_disturbed(disturbed, counting);
}

/* Waits for a quiet moment. The signal of a user who does not want to is the run's. */
static bool wait_for_quiet(struct runner *runner)
{
    struct signalfd_siginfo info;
    progress_say(&runner->progress, "waiting until other programs leave the machine alone");
    enum retake_end end = retake_wait(&runner->retake, runner->session.signals);
    if (end == RETAKE_SIGNAL && read(runner->session.signals, &info, sizeof info) == sizeof info)
        runner->signal = (int)info.ssi_signo;
    return end == RETAKE_QUIET;
}

/* Keeps the rows of a disturbed start, which enter no figure: another takes its place. */
static int set_aside(struct runner *runner, struct launched *launched, struct sample_table *rows)
{
    for (size_t i = 0; i < launched->rows.count; i++)
        launched->rows.rows[i].status = SAMPLE_REPLACED;
    free(launched->results);
    trace_close(launched->trace);
    int error =
        output_add(&runner->output, &launched->rows, runner->message, sizeof runner->message);
    int second = sample_table_append(rows, &launched->rows);
    return error != 0 ? error : second;
}

/* What the cell itself has spent on disturbed samples. */
static void pay(struct runner *runner, const struct launched *launched)
{
    for (size_t i = 0; i < launched->rows.count; i++)
        if (strcmp(launched->rows.rows[i].status, SAMPLE_REPLACED) == 0)
            retake_spend(&runner->retake, launched->rows.rows[i].wall_ns);
}

/* A start that others disturbed is made again once they have gone, while patience lasts. */
static int launch_until_quiet(struct runner *runner, struct launch *launch,
                              struct launched *launched, struct sample_table *rows)
{
    launch->patience_ns = retake_left(&runner->retake, clock_ns());
    int error = launch_until_done(runner, launch, launched, rows);
    if (error == 0)
        pay(runner, launched);
    while (error == 0 && should_repeat(launched) && wait_for_quiet(runner)) {
        uint64_t begin_ns = clock_ns();
        error = set_aside(runner, launched, rows);
        launch->patience_ns = retake_left(&runner->retake, begin_ns);
        launch->gbench_fd = gbench_files_next(&runner->files);
        if (error == 0)
            error = launch_until_done(runner, launch, launched, rows);
        retake_spend(&runner->retake, clock_ns() - begin_ns);
    }
    return error;
}

/* A cell that hangs would take its whole limit in each round, and bring nothing. */
static bool ran_out_of_time(const struct sample_table *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strncmp(rows->rows[i].status, "timeout", 7) == 0 &&
            !plain_is_lost(rows->rows[i].status))
            return true;
    return false;
}

static int leave_out(struct runner *runner, const struct matrix *matrix, size_t index,
                     uint64_t round, struct sample_table *rows)
{
    struct launched launched = {0};
    int error = own_row_add(&launched.rows, &matrix->cells[index], round, "",
                            "skip: it ran into its time limit in an earlier round");
    return error != 0 ? error : keep(runner, matrix, index, round, &launched, rows);
}

static int measure_cell(struct runner *runner, const struct matrix *matrix, size_t index,
                        uint64_t round, struct sample_table *rows)
{
    const struct cell *cell = &matrix->cells[index];
    struct launch launch = {.options = runner->options,
                            .cell = cell,
                            .round = round,
                            .session = &runner->session,
                            .programs = runner->programs,
                            .trace = runner->teller != NULL ||
                                     (round == 0 && runner->options->trace != NULL),
                            .gbench_fd = gbench_files_next(&runner->files)};
    struct launched launched;
    if (cell->backend->problem != NULL)
        return skip(runner, matrix, index, round, rows);
    if (ran_out_of_time(&rows[index]))
        return leave_out(runner, matrix, index, round, rows);
    int error = launch_until_quiet(runner, &launch, &launched, &rows[index]);
    if (error != 0)
        return error;
    gbench_files_add(&runner->files, round);
    return keep(runner, matrix, index, round, &launched, rows);
}

/* Fills order[] with the cells that are wanted; a story is told from its beginning. */
static size_t choose_order(struct runner *runner, size_t cells, const bool wanted[], size_t order[])
{
    size_t count = 0;
    matrix_shuffle(order, cells, &runner->random);
    for (size_t i = 0; i < cells; i++) {
        size_t cell = runner->teller != NULL ? i : order[i];
        if (wanted == NULL || wanted[cell])
            order[count++] = cell;
    }
    return count;
}

int runner_measure(struct runner *runner, const struct matrix *matrix, const bool wanted[],
                   uint64_t round, struct sample_table rows[])
{
    char what[128];
    size_t *order = calloc(matrix->count + 1, sizeof *order);
    int error = order == NULL ? -ENOMEM : 0;
    size_t count = error == 0 ? choose_order(runner, matrix->count, wanted, order) : 0;
    for (size_t i = 0; i < count && runner->signal == 0 && error == 0; i++) {
        const struct cell *cell = &matrix->cells[order[i]];
        snprintf(what, sizeof what, "%s %.40s, %u workers", cell->backend->name, cell->workload,
                 cell->workers);
        progress_step(&runner->progress, what);
        error = measure_cell(runner, matrix, order[i], round, rows);
    }
    free(order);
    return error;
}

int runner_status(const struct runner *runner, int error)
{
    if (error != 0)
        fprintf(stderr, "bench: %s\n",
                *runner->message != '\0' ? runner->message : strerror(-error));
    if (runner->signal != 0)
        return EXIT_SIGNALLED + runner->signal;
    if (runner->refused)
        return EXIT_USAGE;
    return error != 0 || runner->failed ? EXIT_FAILED : EXIT_VERIFIED;
}

int runner_finish(struct runner *runner)
{
    struct company_report report;
    int error = gbench_files_close(&runner->files, runner->message, sizeof runner->message);
    int second = trace_files_close(&runner->traces, runner->message, sizeof runner->message);
    error = error != 0 ? error : second;
    company_look(&runner->company, &report);
    company_say(&report, runner->options->format, runner->options->quiet);
    if (*runner->output.directory != '\0') {
        second = environment_add_company(runner->output.directory, &report, runner->message,
                                         sizeof runner->message);
        error = error != 0 ? error : second;
    }
    return error;
}

void runner_close(struct runner *runner)
{
    company_close(&runner->company);
    session_close(&runner->session);
}
