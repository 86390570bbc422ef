#include "bench/launch/own_row.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/cell/model.h"

/* Written and read back as CSV, so that the table owns its texts as it does those of any row. */
static int append(struct sample_table *rows, const struct sample *sample)
{
    char message[256];
    struct sample_table one = {0};
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL)
        return -ENOMEM;
    sample_write_header(file);
    sample_write(file, sample);
    fclose(file);
    file = fmemopen(text, bytes, "r");
    int error =
        file != NULL ? sample_read(file, "row", &one, NULL, message, sizeof message) : -ENOMEM;
    if (error == 0)
        error = sample_table_append(rows, &one);
    if (file != NULL)
        fclose(file);
    free(text);
    return error;
}

int own_row_add(struct sample_table *rows, const struct cell *cell, uint64_t round,
                const char *settings, const char *status)
{
    const struct work_description *work = cell->work;
    struct job job = {.shape = work->shape};
    struct plan plan = {.job = &job,
                        .workers = cell->workers,
                        .schedule = cell->schedule.schedule,
                        .chunk = cell->schedule.chunk};
    struct sample sample =
        model_sample(work->name, work->parameters, work->tasks, cell->backend->name, &plan);
    sample.round = round;
    if (cell->pin != NULL)
        sample.pin = cell->pin;
    sample.settings = settings;
    sample.status = status;
    return append(rows, &sample);
}
