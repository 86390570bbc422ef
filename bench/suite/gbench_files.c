#include "bench/suite/gbench_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/command/environment.h"
#include "bench/data/out_file.h"
#include "bench/data/text.h"
#include "bench/suite/gbench_merge.h"

#define PATH_SHOWN_BYTES 200

static const char *flag_value(const struct options *options, const char *name)
{
    const char *value = NULL;
    size_t length = strlen(name);
    for (size_t i = 0; i < options->flag_count; i++)
        if (strncmp(options->flags[i], name, length) == 0)
            value = options->flags[i] + length;
    return value;
}

/* The machine's facts, as environment.json has them; NULL: they can't be had. */
static json_t *read_environment(int argc, char **argv)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL)
        return NULL;
    environment_write(file, argc, argv);
    fclose(file);
    json_t *environment = json_loadb(text, bytes, 0, NULL);
    free(text);
    return environment;
}

int gbench_files_open(struct gbench_files *files, const struct options *options, int argc,
                      char **argv, char *message, size_t bytes)
{
    *files = (struct gbench_files){.path = flag_value(options, "--benchmark_out="),
                                   .seed = options->seed,
                                   .rounds = options->rounds,
                                   .fd = -1};
    if (files->path == NULL)
        return 0;
    int error =
        out_file_open(files->path, false, &files->file); /* and not after an hour of measuring */
    if (error != 0) {
        char shown[PATH_SHOWN_BYTES];
        snprintf(message, bytes,
                 "--benchmark_out: cannot write '%s' (%s): write the path of a file",
                 text_brief(files->path, shown, sizeof shown), out_file_problem(error));
        return error;
    }
    files->fd = memfd_create("parbench-gbench", MFD_CLOEXEC);
    if (files->fd < 0)
        return -errno;
    files->environment = read_environment(argc, argv);
    return 0;
}

int gbench_files_next(struct gbench_files *files)
{
    return files->path != NULL && ftruncate(files->fd, 0) == 0 ? files->fd : -1;
}

/* Google Benchmark writes NaN where it divides by a mean of 0, which is no JSON. Up to version 1.8
 * that is so; later it writes 0, and so do we. */
static void make_strict(char *text, size_t bytes)
{
    static const char *const words[] = {"-NaN", "NaN", "-Infinity", "Infinity"};
    bool quoted = false;
    for (size_t i = 0; i < bytes; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        for (size_t w = 0; !quoted && w < sizeof words / sizeof words[0]; w++) {
            size_t length = strlen(words[w]);
            if (length > bytes - i || memcmp(text + i, words[w], length) != 0)
                continue;
            memset(text + i, ' ', length);
            text[i] = '0';
        }
    }
}

void gbench_files_add(struct gbench_files *files, uint64_t round)
{
    off_t bytes = files->path != NULL ? lseek(files->fd, 0, SEEK_END) : 0;
    char *text = bytes > 0 ? malloc((size_t)bytes) : NULL;
    if (text == NULL)
        return;
    if (pread(files->fd, text, (size_t)bytes, 0) == bytes) {
        make_strict(text, (size_t)bytes);
        json_t *one = json_loadb(text, (size_t)bytes, 0, NULL);
        if (one != NULL)
            gbench_merge_add(&files->merged, one, round);
    }
    free(text);
}

/* What GB's context doesn't know: of which build this is, how it was measured, and on what. */
static void complete_context(struct gbench_files *files)
{
    json_t *context = json_object_get(files->merged, "context");
    json_t *build = json_object_get(files->environment, "build");
    json_object_set(context, "commit", json_object_get(build, "commit"));
    json_object_set_new(context, "seed", json_sprintf("%" PRIu64, files->seed));
    json_object_set_new(context, "rounds", json_sprintf("%u", files->rounds));
    json_object_set(context, "environment", files->environment);
}

/* Puts all of it in place. */
static int complete(struct gbench_files *files)
{
    if (files->merged == NULL) /* no cell could be measured */
        files->merged = json_pack("{s:{},s:[]}", "context", "benchmarks");
    if (files->merged == NULL)
        return -ENOMEM;
    complete_context(files);
    return gbench_merge_finish(files->merged);
}

static int write_json(FILE *file, const json_t *merged)
{
    errno = 0;
    if (json_dumpf(merged, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF)
        return 0;
    return errno != 0 ? -errno : -EIO;
}

int gbench_files_close(struct gbench_files *files, char *message, size_t bytes)
{
    int error = files->file != NULL ? complete(files) : 0;
    if (files->file != NULL && error == 0)
        error = out_file_empty(files->file);
    if (files->file != NULL && error == 0)
        error = write_json(files->file, files->merged);
    if (files->file != NULL)
        error = out_file_close(files->file, files->path, error, message, bytes);
    if (files->fd >= 0)
        close(files->fd);
    json_decref(files->merged);
    json_decref(files->environment);
    *files = (struct gbench_files){.fd = -1};
    return error;
}
