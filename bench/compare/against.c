/*
 * Another build is compared by measuring each cell twice in a row: a fresh process of ours, a fresh
 * one of theirs, in the next round the other way round. A shared machine drifts in plateaus of
 * seconds; the two of a pair are tenths of a second apart, so most pairs see the same machine, and
 * the tests of comparison.h shrug off those that do not. So rounds count here, not samples. By
 * resampling 120 rounds of a machine with a load of 12 on 2 cores, 30 rounds found 5 % in 55 of 100
 * tries, 45 in 94 and 60 in 98; hence 50.
 */
#include "bench/compare/against.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/command/cores.h"
#include "bench/compare/pairs.h"
#include "bench/launch/descendants.h"
#include "bench/launch/describe.h"
#include "bench/suite/runner.h"

enum { OURS, THEIRS, SIDES };

struct against {
    const struct options *options;
    struct runner runner;
    struct output outputs[SIDES]; /* the runner's is that of the side being measured */
    struct matrix matrix;
    struct sample_table *rows[SIDES]; /* rows[side][matrix.count] */
    bool *wanted;                     /* wanted[matrix.count]: the one being measured */
    char message[RUNNER_MESSAGE_BYTES];
};

static int open_all(struct against *against, int argc, char **argv)
{
    const struct options *options = against->options;
    against->runner.session = SESSION_NONE;
    int error = descendants_adopt();
    if (error == 0)
        error = describe_other(options->against, against->message, sizeof against->message);
    if (error == 0)
        error = matrix_make(options, &against->matrix, against->message, sizeof against->message);
    against->runner.refused = error == -EINVAL;
    const size_t cells = against->matrix.count + 1;
    against->wanted = calloc(cells, sizeof *against->wanted);
    for (size_t side = 0; side < SIDES; side++)
        against->rows[side] = calloc(cells, sizeof *against->rows[side]);
    if (error == 0 && (!against->wanted || !against->rows[OURS] || !against->rows[THEIRS]))
        error = -ENOMEM;
    if (error != 0)
        return error;
    error = runner_open(&against->runner, options, NULL, NULL, argc, argv);
    against->outputs[OURS] = against->runner.output;
    if (error == 0)
        error = output_open(&against->outputs[THEIRS], options->output, "against", argc, argv,
                            against->message, sizeof against->message);
    return error;
}

/* Measures one cell with one side's programs. */
static int measure_side(struct against *against, size_t cell, unsigned side, uint64_t round)
{
    struct runner *runner = &against->runner;
    against->wanted[cell] = true;
    runner->output = against->outputs[side];
    runner->programs = side == THEIRS ? against->options->against : NULL;
    int error =
        runner_measure(runner, &against->matrix, against->wanted, round, against->rows[side]);
    against->outputs[side] = runner->output;
    against->wanted[cell] = false;
    return error;
}

static int measure_round(struct against *against, uint64_t round, size_t order[])
{
    int error = 0;
    matrix_shuffle(order, against->matrix.count, &against->runner.random);
    for (size_t i = 0; i < against->matrix.count && error == 0; i++) {
        unsigned first = (round + order[i]) % 2 == 0 ? OURS : THEIRS;
        if (against->matrix.cells[order[i]].uninvited)
            continue; /* no speedup is asked for, so no baseline */
        error = measure_side(against, order[i], first, round);
        if (error == 0 && against->runner.signal == 0)
            error = measure_side(against, order[i], SIDES - 1 - first, round);
    }
    return error;
}

static int measure(struct against *against)
{
    struct runner *runner = &against->runner;
    const unsigned rounds = against->options->rounds;
    size_t *order = calloc(against->matrix.count + 1, sizeof *order);
    int error = order == NULL ? -ENOMEM : 0;
    progress_start(&runner->progress, SIDES * against->matrix.count * rounds,
                   against->options->quiet);
    for (uint64_t round = 0; round < rounds && runner->signal == 0 && error == 0; round++)
        error = measure_round(against, round, order);
    progress_stop(&runner->progress);
    free(order);
    return error;
}

/* All rows of a side in one table. */
static int gather(struct against *against, unsigned side, struct sample_table *all)
{
    int error = 0;
    for (size_t i = 0; i < against->matrix.count && error == 0; i++)
        error = sample_table_append(all, &against->rows[side][i]);
    return error;
}

/* A side's summary.csv. It has no speedups, as there is no baseline. */
static int finish_output(struct against *against, unsigned side, const struct sample_table *rows)
{
    struct summary_table summary = {0};
    int error = summary_make(rows, cores_usable(), &summary);
    if (error == 0)
        error = output_close(&against->outputs[side], &summary, against->message,
                             sizeof against->message);
    summary_free(&summary);
    return error;
}

/* Returns 0 with *different, or a negative errno. */
static int present(struct against *against, size_t *different)
{
    struct sample_table tables[SIDES] = {{0}, {0}};
    struct pairs pairs = {0};
    int error = gather(against, OURS, &tables[OURS]);
    if (error == 0)
        error = gather(against, THEIRS, &tables[THEIRS]);
    if (error == 0)
        error = pairs_of_tables(&tables[THEIRS], "the other build", &tables[OURS], "this build",
                                true, &pairs);
    if (error == 0 && pairs.count > 0)
        error = pairs_print(stdout, &pairs, against->options->format);
    *different = pairs_different(&pairs);
    pairs_free(&pairs);
    for (unsigned side = 0; side < SIDES; side++) {
        int second = finish_output(against, side, &tables[side]);
        error = error != 0 ? error : second;
    }
    sample_table_free(&tables[OURS]);
    sample_table_free(&tables[THEIRS]);
    return error;
}

static void close_all(struct against *against)
{
    runner_close(&against->runner);
    for (size_t side = 0; side < SIDES; side++) {
        for (size_t i = 0; against->rows[side] != NULL && i < against->matrix.count; i++)
            sample_table_free(&against->rows[side][i]);
        free(against->rows[side]);
    }
    free(against->wanted);
    matrix_free(&against->matrix);
}

int against_run(const struct options *options, int argc, char **argv)
{
    struct against against = {.options = options};
    size_t different = 0;
    int error = open_all(&against, argc, argv);
    if (error == 0) {
        error = measure(&against);
        int second = present(&against, &different);
        error = error != 0 ? error : second;
        second = runner_finish(&against.runner);
        error = error != 0 ? error : second;
    }
    if (*against.runner.message == '\0')
        memcpy(against.runner.message, against.message, sizeof against.message);
    int status = runner_status(&against.runner, error);
    close_all(&against);
    return status == COMMAND_OK && different > 0 ? COMMAND_DIFFERENT : status;
}
