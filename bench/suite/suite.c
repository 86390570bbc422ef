#include "bench/suite/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/cores.h"
#include "bench/launch/descendants.h"
#include "bench/present/table.h"

struct suite {
    struct runner runner;
    struct matrix matrix;
    struct sample_table *rows; /* rows[matrix.count]: of each cell, from all rounds so far */
    char **results;            /* results[matrix.count]: what a cell computed, owned; or NULL */
};

static int open_suite(struct suite *suite, const struct options *options,
                      const struct suite_teller *teller, int argc, char **argv)
{
    char message[RUNNER_MESSAGE_BYTES] = "";
    int error = descendants_adopt(); /* a plugin may leave some while it is described */
    if (error == 0)
        error = matrix_make(options, &suite->matrix, message, sizeof message);
    bool refused = error == -EINVAL; /* a plugin's parameters, a flag behind -- */
    if (error == 0) {
        suite->rows = calloc(suite->matrix.count + 1, sizeof suite->rows[0]);
        suite->results = calloc(suite->matrix.count + 1, sizeof suite->results[0]);
        error = suite->rows == NULL || suite->results == NULL ? -ENOMEM : 0;
    }
    if (error == 0) {
        error = runner_open(&suite->runner, options, NULL, teller, argc, argv);
        suite->runner.results = suite->results;
        return error;
    }
    suite->runner = (struct runner){.refused = refused, .session = SESSION_NONE};
    memcpy(suite->runner.message, message, sizeof message);
    return error;
}

/* What the cells computed, in the order of the command line. A program that reads the summary from
 * standard output must find nothing else there. */
static void print_results(const struct suite *suite)
{
    const struct runner *runner = &suite->runner;
    FILE *out = runner->options->format == TABLE_TERMINAL ? stdout : stderr;
    for (size_t i = 0; i < suite->matrix.count && runner->teller == NULL; i++) {
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
    struct runner *runner = &suite->runner;
    struct sample_table samples = {0};
    struct summary_table summary = {0};
    int error = 0;
    for (size_t i = 0; i < suite->matrix.count && error == 0; i++)
        error = sample_table_append(&samples, &suite->rows[i]);
    if (error == 0)
        error = summary_make(&samples, cores_usable(), &summary);
    if (error == 0)
        error = output_close(&runner->output, &summary, runner->message, sizeof runner->message);
    print_results(suite);
    if (summary.count > 0) {
        int second = table_print(stdout, &summary, runner->options->format);
        if (error == 0 && !ferror(stdout)) /* of which main takes care */
            error = second;
    }
    summary_free(&summary);
    sample_table_free(&samples);
    return error;
}

static int measure_rounds(struct suite *suite)
{
    struct runner *runner = &suite->runner;
    const unsigned rounds = runner->options->rounds;
    int error = 0;
    progress_start(&runner->progress, suite->matrix.count * rounds, runner->options->quiet);
    for (uint64_t round = 0; round < rounds && runner->signal == 0 && error == 0; round++)
        error = runner_measure(runner, &suite->matrix, NULL, round, suite->rows);
    progress_stop(&runner->progress);
    return error;
}

static void close_suite(struct suite *suite)
{
    runner_close(&suite->runner);
    for (size_t i = 0; i < suite->matrix.count; i++) {
        if (suite->rows != NULL)
            sample_table_free(&suite->rows[i]);
        if (suite->results != NULL)
            free(suite->results[i]);
    }
    free(suite->rows);
    free(suite->results);
    matrix_free(&suite->matrix);
}

int suite_tell(const struct options *options, const struct suite_teller *teller, int argc,
               char **argv)
{
    struct suite suite = {0};
    int error = open_suite(&suite, options, teller, argc, argv);
    if (error == 0) {
        error = measure_rounds(&suite);
        int second = present(&suite);
        error = error != 0 ? error : second;
        second = runner_finish(&suite.runner);
        error = error != 0 ? error : second;
    }
    int status = runner_status(&suite.runner, error);
    close_suite(&suite);
    return status;
}

int suite_run(const struct options *options, int argc, char **argv)
{
    return suite_tell(options, NULL, argc, argv);
}
