#include "bench/suite/gbench_files.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/data/text.h"

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

int gbench_files_open(struct gbench_files *files, const struct options *options, char *message,
                      size_t bytes)
{
    const char *format = flag_value(options, "--benchmark_out_format=");
    *files = (struct gbench_files){.path = flag_value(options, "--benchmark_out="), .fd = -1};
    files->json = format == NULL || strcmp(format, "json") == 0;
    if (files->path == NULL)
        return 0;
    FILE *file = fopen(files->path, "ae"); /* now, and not after an hour of measuring */
    if (file == NULL) {
        int error = -errno;
        char shown[PATH_SHOWN_BYTES];
        snprintf(message, bytes,
                 "--benchmark_out: cannot write '%s' (%s): write the path of a file",
                 text_brief(files->path, shown, sizeof shown), strerror(-error));
        return error;
    }
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

static void add_json(struct gbench_files *files, char *text, size_t bytes)
{
    make_strict(text, bytes);
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

static int write_file(struct gbench_files *files)
{
    FILE *file = fopen(files->path, "we");
    if (file == NULL)
        return -errno;
    if (files->json) {
        if (files->merged == NULL) /* no cell could be measured */
            files->merged = json_pack("{s:{},s:[]}", "context", "benchmarks");
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
