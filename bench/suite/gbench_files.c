#include "bench/suite/gbench_files.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *flag_value(const struct options *options, const char *name)
{
    const char *value = NULL;
    size_t length = strlen(name);
    for (size_t i = 0; i < options->flag_count; i++)
        if (strncmp(options->flags[i], name, length) == 0)
            value = options->flags[i] + length;
    return value;
}

int gbench_files_open(struct gbench_files *files, const struct options *options)
{
    const char *format = flag_value(options, "--benchmark_out_format=");
    *files = (struct gbench_files){.path = flag_value(options, "--benchmark_out="), .fd = -1};
    files->json = format == NULL || strcmp(format, "json") == 0;
    if (files->path == NULL)
        return 0;
    FILE *file = fopen(files->path, "ae"); /* now, and not after an hour of measuring */
    if (file == NULL)
        return -errno;
    fclose(file);
    files->fd = memfd_create("parbench-gbench", MFD_CLOEXEC);
    if (files->fd < 0)
        return -errno;
    snprintf(files->name, sizeof files->name, "/proc/%d/fd/%d", (int)getpid(), files->fd);
    return 0;
}

const char *gbench_files_next(struct gbench_files *files)
{
    if (files->path == NULL)
        return NULL;
    if (ftruncate(files->fd, 0) != 0)
        return NULL;
    return files->name;
}

static void add_json(struct gbench_files *files, const char *text, size_t bytes)
{
    json_t *one = json_loadb(text, bytes, 0, NULL);
    if (one == NULL)
        return;
    if (files->merged == NULL) {
        files->merged = one;
        return;
    }
    json_array_extend(json_object_get(files->merged, "benchmarks"),
                      json_object_get(one, "benchmarks"));
    json_decref(one);
}

static void add_text(struct gbench_files *files, const char *text, size_t bytes)
{
    char *longer = realloc(files->text, files->text_bytes + bytes + 1);
    if (longer == NULL)
        return;
    memcpy(longer + files->text_bytes, text, bytes);
    files->text = longer;
    files->text_bytes += bytes;
}

void gbench_files_add(struct gbench_files *files)
{
    off_t bytes = files->path != NULL ? lseek(files->fd, 0, SEEK_END) : 0;
    char *text = bytes > 0 ? malloc((size_t)bytes) : NULL;
    if (text == NULL)
        return;
    if (pread(files->fd, text, (size_t)bytes, 0) == bytes) {
        if (files->json)
            add_json(files, text, (size_t)bytes);
        else
            add_text(files, text, (size_t)bytes);
    }
    free(text);
}

static int write_file(const struct gbench_files *files)
{
    FILE *file = fopen(files->path, "we");
    if (file == NULL)
        return -errno;
    if (files->merged != NULL) {
        json_dumpf(files->merged, file, JSON_INDENT(2));
        fputc('\n', file);
    }
    if (files->text != NULL)
        fwrite(files->text, 1, files->text_bytes, file);
    return fclose(file) == 0 ? 0 : -errno;
}

int gbench_files_close(struct gbench_files *files)
{
    int error = files->path != NULL ? write_file(files) : 0;
    if (files->fd >= 0)
        close(files->fd);
    json_decref(files->merged);
    free(files->text);
    *files = (struct gbench_files){.fd = -1};
    return error;
}
