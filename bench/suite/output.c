#include "bench/suite/output.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/command/environment.h"
#include "bench/data/out_file.h"

FILE *output_create(const char *directory, const char *name, char *message, size_t bytes)
{
    char path[PATH_MAX + 64];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int error = out_file_open(path, true, &file);
    if (error != 0 && *message == '\0')
        snprintf(message, bytes, "cannot write %s: %s; name another directory with -o", path,
                 out_file_problem(error));
    return file;
}

int output_finish(FILE *file, const char *directory, const char *name, int error, char *message,
                  size_t bytes)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return out_file_close(file, path, error, message, bytes);
}

/* Names the directory to write to, and makes it if it is a room in the user's. */
static int name_directory(struct output *output, const char *directory, const char *room,
                          char *message, size_t bytes)
{
    int length = snprintf(output->directory, sizeof output->directory, "%s%s%s", directory,
                          room != NULL ? "/" : "", room != NULL ? room : "");
    if (length < (int)sizeof output->directory &&
        (room == NULL || mkdir(output->directory, 0777) == 0 || errno == EEXIST))
        return 0;
    int error = length < (int)sizeof output->directory ? -errno : -ENAMETOOLONG;
    snprintf(message, bytes, "cannot make %.300s: %s", output->directory, strerror(-error));
    return error;
}

static int flush_samples(struct output *output, char *message, size_t bytes)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/samples.csv", output->directory);
    return out_file_flush(output->samples, path, message, bytes);
}

int output_open(struct output *output, const char *directory, const char *room, int argc,
                char **argv, char *message, size_t bytes)
{
    *output = (struct output){.samples = NULL};
    if (directory == NULL)
        return 0;
    int error = name_directory(output, directory, room, message, bytes);
    if (error != 0)
        return error;
    FILE *environment = output_create(output->directory, "environment.json", message, bytes);
    if (environment == NULL)
        return -EACCES;
    error = environment_write(environment, argc, argv);
    error =
        output_finish(environment, output->directory, "environment.json", error, message, bytes);
    if (error != 0)
        return error;
    output->samples = output_create(output->directory, "samples.csv", message, bytes);
    if (output->samples == NULL)
        return -EACCES;
    sample_write_header(output->samples);
    return flush_samples(output, message, bytes);
}

int output_add(struct output *output, const struct sample_table *rows, char *message, size_t bytes)
{
    if (output->samples == NULL)
        return 0;
    for (size_t i = 0; i < rows->count; i++)
        sample_write(output->samples, &rows->rows[i]);
    return flush_samples(output, message, bytes);
}

int output_close(struct output *output, const struct summary_table *summary, char *message,
                 size_t bytes)
{
    if (*output->directory == '\0')
        return 0;
    int error = 0;
    if (output->samples != NULL)
        error = output_finish(output->samples, output->directory, "samples.csv", 0, message, bytes);
    output->samples = NULL;
    FILE *file = output_create(output->directory, "summary.csv", message, bytes);
    if (file == NULL)
        return -EACCES;
    summary_write_csv(file, summary);
    int second = output_finish(file, output->directory, "summary.csv", 0, message, bytes);
    return error != 0 ? error : second;
}
