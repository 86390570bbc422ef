#include "bench/suite/output.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/command/environment.h"

FILE *output_create(const char *directory, const char *name, char *message, size_t bytes)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", directory, name);
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
    environment_write(environment, argc, argv);
    error = output_finish(environment, "environment.json", message, bytes);
    if (error != 0)
        return error;
    output->samples = output_create(output->directory, "samples.csv", message, bytes);
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
    if (*output->directory == '\0')
        return 0;
    int error = 0;
    if (output->samples != NULL)
        error = output_finish(output->samples, "samples.csv", message, bytes);
    FILE *file = output_create(output->directory, "summary.csv", message, bytes);
    if (file == NULL)
        return -EACCES;
    summary_write_csv(file, summary);
    int second = output_finish(file, "summary.csv", message, bytes);
    return error != 0 ? error : second;
}
