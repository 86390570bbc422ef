#include "bench/suite/matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char baseline[] = "serial";

static bool asked_for(const struct options *options, const char *backend)
{
    for (size_t i = 0; i < options->backend_count; i++)
        if (strcmp(options->backends[i], backend) == 0)
            return true;
    return false;
}

/* Asks for all backends of the options, after the baseline. */
static int describe_all(const struct options *options, struct matrix *matrix)
{
    const char **all = malloc((options->backend_count + 1) * sizeof *all);
    if (all == NULL)
        return -ENOMEM;
    size_t count = 0;
    all[count++] = baseline;
    for (size_t i = 0; i < options->backend_count; i++)
        if (strcmp(options->backends[i], baseline) != 0)
            all[count++] = options->backends[i];
    int error = describe_backends(all, count, &matrix->descriptions);
    if (error != 0) {
        free(all);
        return error;
    }
    matrix->description_count = count;
    matrix->names = all;
    return 0;
}

static void add_cell(const struct cell *model, unsigned workers, struct schedule_choice schedule,
                     struct matrix *matrix)
{
    struct cell *cell = &matrix->cells[matrix->count++];
    *cell = *model;
    cell->workers = workers;
    cell->schedule = schedule;
}

static void add_parallel(const struct options *options, const struct cell *model,
                         struct matrix *matrix)
{
    for (size_t w = 0; w < options->worker_count; w++)
        for (size_t s = 0; s < options->schedule_count; s++)
            add_cell(model, options->workers[w], options->schedules[s], matrix);
}

static void add_workload(const struct options *options, size_t index, struct matrix *matrix)
{
    for (size_t b = 0; b < matrix->description_count; b++) {
        struct cell cell = {.workload = options->workloads[index],
                            .work = &matrix->works[index],
                            .backend = &matrix->descriptions[b],
                            .backend_path = matrix->names[b],
                            .pin = options->pin};
        cell.uninvited = b == 0 && !asked_for(options, baseline);
        cell.spared = cell.uninvited || (b == 0 && options->backend_count > 1);
        if (b == 0 || cell.backend->serial)
            add_cell(&cell, 1, options->schedules[0], matrix);
        else
            add_parallel(options, &cell, matrix);
    }
}

static int describe_works(const struct options *options, struct matrix *matrix, char *message,
                          size_t bytes)
{
    matrix->works = calloc(options->workload_count, sizeof *matrix->works);
    if (matrix->works == NULL)
        return -ENOMEM;
    int error = 0;
    for (size_t i = 0; i < options->workload_count && error == 0; i++) {
        error = describe_work(options->workloads[i], &matrix->works[i], message, bytes);
        matrix->work_count += error == 0;
    }
    return error;
}

static void free_works(struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->work_count; i++)
        describe_work_free(&matrix->works[i]);
    free(matrix->works);
    free(matrix->cells);
    matrix->works = NULL;
    matrix->cells = NULL;
    matrix->work_count = matrix->count = 0;
}

int matrix_change(const struct options *options, struct matrix *matrix, char *message, size_t bytes)
{
    free_works(matrix);
    int error = describe_works(options, matrix, message, bytes);
    if (error != 0)
        return error;
    size_t per_backend = options->worker_count * options->schedule_count;
    size_t most = options->workload_count * (1 + matrix->description_count * per_backend);
    matrix->cells = calloc(most, sizeof *matrix->cells);
    if (matrix->cells == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < options->workload_count; i++)
        add_workload(options, i, matrix);
    return 0;
}

int matrix_make(const struct options *options, struct matrix *matrix, char *message, size_t bytes)
{
    int error = 0;
    memset(matrix, 0, sizeof *matrix);
    for (size_t i = 0; i < options->flag_count && error == 0; i++)
        error = describe_flag(options->flags[i], message, bytes);
    if (error == 0) {
        error = describe_all(options, matrix);
        if (error != 0)
            describe_error(error, message, bytes);
    }
    if (error == 0)
        error = matrix_change(options, matrix, message, bytes);
    if (error != 0)
        matrix_free(matrix);
    return error;
}

void matrix_free(struct matrix *matrix)
{
    free_works(matrix);
    describe_free(matrix->descriptions, matrix->description_count);
    free(matrix->names);
    memset(matrix, 0, sizeof *matrix);
}

/* Marsaglia's xorshift64 (Journal of Statistical Software 8:14, 2003): good enough to shuffle. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state != 0 ? *state : 88172645463325252ull;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

void matrix_shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = 0; i < count; i++) {
        size_t j = (size_t)(next_random(state) % (i + 1));
        order[i] = order[j];
        order[j] = i;
    }
}
