#include "bench/cell/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int rows_open(struct rows *rows, const char *path)
{
    *rows = (struct rows){.file = fopen(path, "r+e")}; /* the runner made it */
    if (rows->file == NULL)
        return -errno;
    sample_write_header(rows->file);
    return fflush(rows->file) == 0 ? 0 : -EIO;
}

int rows_add(struct rows *rows, const struct sample *sample)
{
    char *status = strdup(sample->status);
    struct sample *samples =
        realloc(rows->samples, (rows->count + 1) * sizeof rows->samples[0]);
    if (samples != NULL)
        rows->samples = samples;
    if (samples == NULL || status == NULL) {
        free(status);
        return -ENOMEM;
    }
    samples[rows->count] = *sample;
    samples[rows->count].status = status;
    sample_write(rows->file, &samples[rows->count++]);
    fflush(rows->file);
    return 0;
}

void rows_close(struct rows *rows, uint64_t stop_ns)
{
    rewind(rows->file);
    sample_write_header(rows->file);
    for (size_t i = 0; i < rows->count; i++) {
        rows->samples[i].stop_ns = stop_ns;
        sample_write(rows->file, &rows->samples[i]);
        free((char *)rows->samples[i].status);
    }
    fflush(rows->file);
    long end = ftell(rows->file);
    if (end >= 0 && ftruncate(fileno(rows->file), end) != 0)
        fprintf(stderr, "cannot shorten the rows' file: %s\n", strerror(errno));
    fclose(rows->file);
    free(rows->samples);
    *rows = (struct rows){0};
}
