#include "bench/suite/suite.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/command/cores.h"
#include "bench/launch/descendants.h"
#include "bench/launch/launch.h"
#include "bench/launch/own_row.h"
#include "bench/present/table.h"
#include "bench/suite/gbench_files.h"
#include "bench/suite/matrix.h"
#include "bench/suite/output.h"
#include "bench/suite/progress.h"
#include "bench/suite/trace_files.h"

#define MESSAGE_BYTES 512

enum { EXIT_VERIFIED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SIGNALLED = 128 };

struct suite {
    const struct options *options;
    const struct suite_teller *teller; /* or NULL */
    struct matrix matrix;
    struct janitor janitor;
    struct output output;
    struct progress progress;
    struct gbench_files files;
    struct trace_files traces;
    struct sample_table *rows; /* rows[matrix.count]: of each cell, from all rounds so far */
    char **results;            /* results[matrix.count]: what a cell computed, owned; or NULL */
    size_t *order;
    int signals;
    int signal; /* that the user wants it to end with, or 0 */
    bool failed;
    bool refused; /* before anything was run: the command line was wrong */
    char message[MESSAGE_BYTES];
};

/* SIGINT and SIGTERM become readable: no handler, no race with a wait. */
static int open_signals(struct suite *suite)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    suite->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    return suite->signals < 0 ? -errno : 0;
}

static int open_suite(struct suite *suite, int argc, char **argv)
{
    const struct options *options = suite->options;
    int error = descendants_adopt();
    if (error == 0)
        error = matrix_make(options, &suite->matrix, suite->message, sizeof suite->message);
    suite->refused = error == -EINVAL; /* a plugin's parameters, a flag behind -- */
    suite->order = calloc(suite->matrix.count + 1, sizeof suite->order[0]);
    suite->rows = calloc(suite->matrix.count + 1, sizeof suite->rows[0]);
    suite->results = calloc(suite->matrix.count + 1, sizeof suite->results[0]);
    if (error == 0 && (suite->order == NULL || suite->rows == NULL || suite->results == NULL))
        error = -ENOMEM;
    if (error == 0)
        error = open_signals(suite);
    if (error == 0) {
        error = gbench_files_open(&suite->files, options, suite->message, sizeof suite->message);
        suite->refused = *suite->message != '\0';
    }
    if (error == 0) {
        error =
            trace_files_open(&suite->traces, options->trace, suite->message, sizeof suite->message);
        suite->refused = error != 0;
    }
    if (error == 0)
        error = janitor_start(&suite->janitor);
    if (error != 0 && *suite->message == '\0')
        snprintf(suite->message, sizeof suite->message, "cannot begin: %s", strerror(-error));
    if (error == 0)
        error = output_open(&suite->output, options->output, argc, argv, suite->message,
                            sizeof suite->message);
    return error;
}

/* Takes over what a cell brought. */
static int keep(struct suite *suite, size_t index, struct launched *launched, uint64_t round)
{
    int error = output_add(&suite->output, &launched->rows, suite->message, sizeof suite->message);
    suite->failed = suite->failed || launched->failed;
    if (suite->signal == 0)
        suite->signal = launched->signal;
    if (suite->teller != NULL && round == 0)
        suite->teller->tell(suite->teller->context, &suite->matrix.cells[index], launched);
    if (suite->results[index] == NULL)
        suite->results[index] = launched->results;
    else
        free(launched->results);
    if (error == 0 && launched->rows.count > 0 && round == 0)
        error = trace_files_add(&suite->traces, &launched->rows.rows[launched->rows.count - 1],
                                launched->trace);
    trace_close(launched->trace);
    if (error == 0)
        error = sample_table_append(&suite->rows[index], &launched->rows);
    return error;
}

/* MPI can't replace a rank: where a worker's death is to be survived, the whole job starts again.
 * What the first try measured well stays; why it ended is said by the second one's first sample. */
static bool should_retry(const struct suite *suite, const struct launched *launched, unsigned tries)
{
    return launched->rank_died && launched->signal == 0 && tries < TASK_DEATHS_MAX &&
           suite->options->on_death == ON_DEATH_RETRY;
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

static int launch_until_done(struct suite *suite, size_t index, struct launch *launch,
                             struct launched *launched)
{
    char why[MESSAGE_BYTES] = "";
    for (unsigned tries = 1;; tries++) {
        int error = launch_cell(launch, launched, suite->message, sizeof suite->message);
        if (error != 0 || !should_retry(suite, launched, tries))
            return error;
        drop_failed(&launched->rows, why, sizeof why);
        free(launched->results);
        error = output_add(&suite->output, &launched->rows, suite->message, sizeof suite->message);
        if (error == 0)
            error = sample_table_append(&suite->rows[index], &launched->rows);
        if (error != 0)
            return error;
        launch->retried = why;
    }
}

static int skip(struct suite *suite, size_t index, uint64_t round)
{
    const struct cell *cell = &suite->matrix.cells[index];
    char status[MESSAGE_BYTES];
    struct launched launched = {0};
    /* What belongs to parbench may be missing on this machine; a plugin that is given must load. */
    launched.failed = strchr(cell->backend_path, '/') != NULL;
    snprintf(status, sizeof status, "%s: %s", launched.failed ? "failed" : "skip",
             cell->backend->problem);
    int error = own_row_add(&launched.rows, cell, round, status);
    return error != 0 ? error : keep(suite, index, &launched, round);
}

static int measure_cell(struct suite *suite, size_t index, uint64_t round)
{
    const struct cell *cell = &suite->matrix.cells[index];
    struct launch launch = {.options = suite->options,
                            .cell = cell,
                            .round = round,
                            .janitor = &suite->janitor,
                            .signals = suite->signals,
                            .trace = suite->teller != NULL ||
                                     (round == 0 && suite->options->trace != NULL),
                            .gbench_out = gbench_files_next(&suite->files)};
    struct launched launched;
    if (cell->backend->problem != NULL)
        return skip(suite, index, round);
    int error = launch_until_done(suite, index, &launch, &launched);
    if (error != 0)
        return error;
    gbench_files_add(&suite->files);
    return keep(suite, index, &launched, round);
}

static int measure_round(struct suite *suite, uint64_t round, uint64_t *random)
{
    char what[128];
    matrix_shuffle(suite->order, suite->matrix.count, random);
    for (size_t i = 0; suite->teller != NULL && i < suite->matrix.count; i++)
        suite->order[i] = i; /* a story is told from its beginning */
    for (size_t i = 0; i < suite->matrix.count && suite->signal == 0; i++) {
        const struct cell *cell = &suite->matrix.cells[suite->order[i]];
        snprintf(what, sizeof what, "%s %.40s, %u workers", cell->backend->name, cell->workload,
                 cell->workers);
        progress_step(&suite->progress, what);
        int error = measure_cell(suite, suite->order[i], round);
        if (error != 0)
            return error;
    }
    return 0;
}

/* What the cells computed, in the order of the command line. A program that reads the summary from
 * standard output must find nothing else there. */
static void print_results(const struct suite *suite)
{
    FILE *out = suite->options->format == TABLE_TERMINAL ? stdout : stderr;
    for (size_t i = 0; i < suite->matrix.count && suite->teller == NULL; i++) {
        const struct cell *cell = &suite->matrix.cells[i];
        if (suite->results[i] != NULL)
            fprintf(out, "%s on %s, %u worker%s, %s\n%s\n", cell->workload, cell->backend->name,
                    cell->workers, cell->workers == 1 ? "" : "s",
                    schedule_name(cell->schedule.schedule), suite->results[i]);
    }
}

/* Sums up whatever was measured, also after a failure: in the order of the command line, though
 * cells were measured in another. */
static int present(struct suite *suite)
{
    struct sample_table samples = {0};
    struct summary_table summary = {0};
    int error = 0;
    for (size_t i = 0; i < suite->matrix.count && error == 0; i++)
        error = sample_table_append(&samples, &suite->rows[i]);
    if (error == 0)
        error = summary_make(&samples, cores_usable(), &summary);
    if (error == 0)
        error = output_close(&suite->output, &summary, suite->message, sizeof suite->message);
    print_results(suite);
    if (summary.count > 0) {
        int second = table_print(stdout, &summary, suite->options->format);
        if (error == 0 && !ferror(stdout)) /* of which main takes care */
            error = second;
    }
    summary_free(&summary);
    sample_table_free(&samples);
    return error;
}

static void close_suite(struct suite *suite)
{
    if (suite->janitor.child.pid != 0)
        janitor_stop(&suite->janitor);
    if (suite->signals >= 0)
        close(suite->signals);
    for (size_t i = 0; i < suite->matrix.count; i++) {
        if (suite->rows != NULL)
            sample_table_free(&suite->rows[i]);
        if (suite->results != NULL)
            free(suite->results[i]);
    }
    free(suite->rows);
    free(suite->results);
    matrix_free(&suite->matrix);
    free(suite->order);
}

static int exit_status(const struct suite *suite, int error)
{
    if (suite->signal != 0)
        return EXIT_SIGNALLED + suite->signal;
    if (suite->refused)
        return EXIT_USAGE;
    return error != 0 || suite->failed ? EXIT_FAILED : EXIT_VERIFIED;
}

int suite_tell(const struct options *options, const struct suite_teller *teller, int argc,
               char **argv)
{
    struct suite suite = {.options = options, .teller = teller, .signals = -1};
    uint64_t random = options->seed;
    int error = open_suite(&suite, argc, argv);
    if (error == 0) {
        progress_start(&suite.progress, suite.matrix.count * options->rounds, options->quiet);
        for (uint64_t round = 0; round < options->rounds && suite.signal == 0 && error == 0;
             round++)
            error = measure_round(&suite, round, &random);
        progress_stop(&suite.progress);
        int second = present(&suite);
        error = error != 0 ? error : second;
        second = gbench_files_close(&suite.files);
        error = error != 0 ? error : second;
        second = trace_files_close(&suite.traces);
        error = error != 0 ? error : second;
    }
    if (error != 0)
        fprintf(stderr, "bench: %s\n", *suite.message != '\0' ? suite.message : strerror(-error));
    int status = exit_status(&suite, error);
    close_suite(&suite);
    return status;
}

int suite_run(const struct options *options, int argc, char **argv)
{
    return suite_tell(options, NULL, argc, argv);
}
