#include "bench/suite/output.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "bench/command/environment.h"

FILE *output_create(const struct output *output, const char *name, char *message, size_t bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", output->directory, name);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        snprintf(message, bytes, "cannot write %s: %s; name another directory with -o", path,
                 strerror(errno));
    return file;
}

/* Closes, and finds out whether all was written: a full disk shows no sooner. */
int output_finish(FILE *file, const char *name, char *message, size_t bytes)
{
    int error = ferror(file) ? -EIO : 0;
    if (fclose(file) != 0)
        error = -errno;
    if (error != 0)
        snprintf(message, bytes, "cannot write all of %s: %s", name, strerror(-error));
    return error;
}

int output_open(struct output *output, const char *directory, int argc, char **argv, char *message,
                size_t bytes)
{
    *output = (struct output){.directory = directory};
    if (directory == NULL)
        return 0;
    FILE *environment = output_create(output, "environment.json", message, bytes);
    if (environment == NULL)
        return -EACCES;
    environment_write(environment, argc, argv);
    int error = output_finish(environment, "environment.json", message, bytes);
    if (error != 0)
        return error;
    output->samples = output_create(output, "samples.csv", message, bytes);
    if (output->samples == NULL)
        return -EACCES;
    sample_write_header(output->samples);
    fflush(output->samples);
    return 0;
}

int output_add(struct output *output, const struct sample_table *rows, char *message, size_t bytes)
{
    if (output->samples == NULL)
        return 0;
    for (size_t i = 0; i < rows->count; i++)
        sample_write(output->samples, &rows->rows[i]);
    if (fflush(output->samples) == 0 && !ferror(output->samples))
        return 0;
    snprintf(message, bytes, "cannot write to %s/samples.csv: %s", output->directory,
             strerror(errno));
    return -EIO;
}

int output_close(struct output *output, const struct summary_table *summary, char *message,
                 size_t bytes)
{
    if (output->directory == NULL)
        return 0;
    int error = 0;
    if (output->samples != NULL)
        error = output_finish(output->samples, "samples.csv", message, bytes);
    FILE *file = output_create(output, "summary.csv", message, bytes);
    if (file == NULL)
        return -EACCES;
    summary_write_csv(file, summary);
    int second = output_finish(file, "summary.csv", message, bytes);
    return error != 0 ? error : second;
}
