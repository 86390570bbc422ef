#include "bench/command/choices.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/registry.h"
#include "bench/command/cores.h"
#include "bench/command/units.h"
#include "bench/data/text.h"
#include "workloads/plugin.h"
#include "workloads/words.h"
#include "workloads/workload.h"

#define BACKENDS_NAMED_MAX 64 /* in a message */
#define PATH_SHOWN_BYTES   200

/* Adds one element of a list. */
typedef int add_function(struct options *options, const char *element, char *message, size_t bytes);

/* The length of the first element of a list. */
typedef size_t length_function(const char *list);

static size_t plain_length(const char *list)
{
    return strcspn(list, ",");
}

/* Whether a piece between commas looks like key=value: '=' comes before any ':'. */
static bool is_parameter(const char *piece)
{
    return piece[strcspn(piece, ",:=")] == '=';
}

static size_t workload_length(const char *list)
{
    size_t length = plain_length(list);
    while (list[length] == ',' && is_parameter(list + length + 1))
        length += 1 + plain_length(list + length + 1);
    return length;
}

/* Cuts text into elements and adds each. option: for messages. */
static int add_each(struct options *options, const char *option, const char *text,
                    length_function *length_of, add_function *add, char *message, size_t bytes)
{
    for (;;) {
        size_t length = length_of(text);
        if (length == 0) {
            snprintf(message, bytes,
                     "--%s: an element is empty: write a list like a,b,c without spaces", option);
            return -EINVAL;
        }
        char *element = strndup(text, length);
        int error = element == NULL ? -ENOMEM : add(options, element, message, bytes);
        free(element);
        if (error != 0 || text[length] == '\0')
            return error;
        text += length + 1;
    }
}

/* Makes room for one more in list[count] of elements of `size` bytes. */
static int grow(void **list, size_t count, size_t size)
{
    void *longer = reallocarray(*list, count + 1, size);
    if (longer == NULL)
        return -ENOMEM;
    *list = longer;
    return 0;
}

int choices_append(char ***list, size_t *count, const char *text)
{
    void *longer = *list;
    int error = grow(&longer, *count, sizeof **list);
    if (error != 0)
        return error;
    *list = longer;
    (*list)[*count] = strdup(text);
    if ((*list)[*count] == NULL)
        return -ENOMEM;
    (*count)++;
    return 0;
}

static int append_new(char ***list, size_t *count, const char *text)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*list)[i], text) == 0)
            return 0;
    return choices_append(list, count, text);
}

static int refuse_backend(const char *name, char *message, size_t bytes)
{
    const char *names[BACKENDS_NAMED_MAX + 1];
    char shown[WORD_SHOWN_BYTES], known[2 * WORDS_BYTES];
    size_t count = 0;
    for (; count < BACKENDS_NAMED_MAX && backend_registry[count].name != NULL; count++)
        names[count] = backend_registry[count].name;
    names[count] = NULL;
    snprintf(message, bytes,
             "--backend: '%s' is no backend: %s; all and python mean many of them, and a file is "
             "written with a '/', as in ./mine.so",
             text_brief(name, shown, sizeof shown),
             words_suggest(name, names, known, sizeof known));
    return -EINVAL;
}

/* Finds the absolute path of a plugin, a readable file. option: for messages. */
static int find_plugin(const char *option, const char *path, char absolute[PATH_MAX],
                       char *message, size_t bytes)
{
    char shown[PATH_SHOWN_BYTES];
    struct stat status;
    bool there = realpath(path, absolute) != NULL && stat(absolute, &status) == 0 &&
                 access(absolute, R_OK) == 0;
    if (there && S_ISREG(status.st_mode))
        return 0;
    snprintf(message, bytes, "--%s: cannot load '%s' (%s): write the path of a shared object",
             option, text_brief(path, shown, sizeof shown), there ? "not a file" : strerror(errno));
    return -EINVAL;
}

static int add_plugin(struct options *options, const char *path, char *message, size_t bytes)
{
    char absolute[PATH_MAX];
    int error = find_plugin("backend", path, absolute, message, bytes);
    return error != 0 ? error
                      : append_new(&options->backends, &options->backend_count, absolute);
}

/* Words that stand for several backends: all of this repository, or all of Python's own. */
static bool is_group(const char *name)
{
    return strcmp(name, "all") == 0 || strcmp(name, "python") == 0;
}

static int add_group(struct options *options, const char *group)
{
    int error = 0;
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++) {
        bool python = registry_is_python(entry);
        if (registry_is_variant(entry))
            continue;
        if (error == 0 && python == (strcmp(group, "python") == 0))
            error = append_new(&options->backends, &options->backend_count, entry->name);
    }
    return error;
}

static int add_backend(struct options *options, const char *name, char *message, size_t bytes)
{
    if (strchr(name, '/') != NULL)
        return add_plugin(options, name, message, bytes);
    if (is_group(name))
        return add_group(options, name);
    if (registry_find(name) == NULL)
        return refuse_backend(name, message, bytes);
    return append_new(&options->backends, &options->backend_count, name);
}

int choices_add_backends(struct options *options, const char *text, char *message, size_t bytes)
{
    return add_each(options, "backend", text, plain_length, add_backend, message, bytes);
}

/* A workload from a file: its parameters are checked by whoever loads it, a cell. */
static int add_work_plugin(struct options *options, const char *text, size_t length, char *message,
                           size_t bytes)
{
    char absolute[PATH_MAX];
    char *path = strndup(text, length), *complete = NULL;
    int error = path != NULL ? find_plugin("workload", path, absolute, message, bytes) : -ENOMEM;
    if (error == 0 && asprintf(&complete, "%s%s", absolute, text + length) < 0)
        error = -ENOMEM;
    if (error == 0)
        error = append_new(&options->workloads, &options->workload_count, complete);
    free(complete);
    free(path);
    return error;
}

static int add_workload(struct options *options, const char *text, char *message, size_t bytes)
{
    struct work *work;
    char *complete, line[OPTIONS_LINE_BYTES] = "";
    if (strcmp(text, "all") == 0)
        return choices_add_workloads(options, OPTIONS_WORKLOADS, message, bytes);
    if (text[strcspn(text, ":,")] == ',') {
        snprintf(message, bytes,
                 "--workload: '%s' lacks a colon before its parameters: write NAME:KEY=VALUE,...",
                 text_brief(text, line, WORD_SHOWN_BYTES));
        return -EINVAL;
    }
    if (plugin_length(text) > 0)
        return add_work_plugin(options, text, plugin_length(text), message, bytes);
    int error = work_open(text, &work, line, sizeof line);
    if (error == -EINVAL)
        snprintf(message, bytes, "--workload: %s", line);
    if (error != 0)
        return error;
    const char *colon = work->parameters[0] != '\0' ? ":" : "";
    if (asprintf(&complete, "%s%s%s", work->workload->name, colon, work->parameters) < 0)
        complete = NULL;
    work_close(work);
    error = complete == NULL ? -ENOMEM
                             : append_new(&options->workloads, &options->workload_count, complete);
    free(complete);
    return error;
}

int choices_add_workloads(struct options *options, const char *text, char *message, size_t bytes)
{
    return add_each(options, "workload", text, workload_length, add_workload, message, bytes);
}

static int append_workers(struct options *options, unsigned workers)
{
    for (size_t i = 0; i < options->worker_count; i++)
        if (options->workers[i] == workers)
            return 0;
    void *longer = options->workers;
    int error = grow(&longer, options->worker_count, sizeof *options->workers);
    if (error != 0)
        return error;
    options->workers = longer;
    options->workers[options->worker_count++] = workers;
    return 0;
}

static int add_all_workers(struct options *options)
{
    unsigned cores = cores_usable();
    cores = cores < BOARD_LINES ? cores : BOARD_LINES;
    int error = 0;
    for (unsigned workers = 1; workers < cores && error == 0; workers *= 2)
        error = append_workers(options, workers);
    return error != 0 ? error : append_workers(options, cores);
}

static int add_workers(struct options *options, const char *text, char *message, size_t bytes)
{
    uint64_t workers;
    char shown[WORD_SHOWN_BYTES];
    if (strcmp(text, "all") == 0)
        return add_all_workers(options);
    if (units_read_count(text, 1, BOARD_LINES, &workers) != 0) {
        snprintf(message, bytes,
                 "--workers: '%s' is no number of workers: write whole numbers from 1 to %d, "
                 "such as 1,2,4",
                 text_brief(text, shown, sizeof shown), BOARD_LINES);
        return -EINVAL;
    }
    return append_workers(options, (unsigned)workers);
}

int choices_add_workers(struct options *options, const char *text, char *message, size_t bytes)
{
    return add_each(options, "workers", text, plain_length, add_workers, message, bytes);
}

static int add_schedule(struct options *options, const char *text, char *message, size_t bytes)
{
    struct schedule_choice choice;
    char line[OPTIONS_LINE_BYTES];
    if (strcmp(text, "all") == 0)
        return choices_add_schedules(options, OPTIONS_SCHEDULES, message, bytes);
    if (schedule_parse(text, &choice.schedule, &choice.chunk, line, sizeof line) != 0) {
        snprintf(message, bytes, "--schedule: %s", line);
        return -EINVAL;
    }
    for (size_t i = 0; i < options->schedule_count; i++)
        if (options->schedules[i].schedule == choice.schedule &&
            options->schedules[i].chunk == choice.chunk)
            return 0;
    void *longer = options->schedules;
    int error = grow(&longer, options->schedule_count, sizeof *options->schedules);
    if (error != 0)
        return error;
    options->schedules = longer;
    options->schedules[options->schedule_count++] = choice;
    return 0;
}

int choices_add_schedules(struct options *options, const char *text, char *message, size_t bytes)
{
    return add_each(options, "schedule", text, plain_length, add_schedule, message, bytes);
}
