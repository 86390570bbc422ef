#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/parameters.h"
#include "workloads/plugin.h"
#include "workloads/words.h"
#include "workloads/workload.h"

#define NAMES_MAX 32

/* The workload whose name is the first length characters of text, or NULL. */
static const struct workload *find(const char *text, size_t length)
{
    for (size_t i = 0; workload_registry[i] != NULL; i++) {
        const char *name = workload_registry[i]->name;
        if (strlen(name) == length && memcmp(name, text, length) == 0)
            return workload_registry[i];
    }
    return NULL;
}

static int refuse_name(const char *text, size_t length, char *message, size_t bytes)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    char shown[WORD_SHOWN_BYTES], right[WORDS_BYTES];
    char *name = strndup(text, length);
    if (name == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < NAMES_MAX && workload_registry[i] != NULL; i++)
        names[i] = workload_registry[i]->name;
    snprintf(message, bytes, "'%s' is no workload: %s", word_show(name, shown, sizeof shown),
             words_suggest(name, names, right, sizeof right));
    free(name);
    return -EINVAL;
}

/* Whether all records of one kind fit; what: "tasks" or "results". */
static int check_records(const struct work *work, const char *what, size_t record_bytes,
                         char *message, size_t bytes)
{
    const char *name = work->workload->name;
    if (record_bytes > WORKLOAD_RECORD_BYTES_MAX)
        snprintf(message, bytes, "%s: %s of %zu bytes are too large: at most %u", name, what,
                 record_bytes, WORKLOAD_RECORD_BYTES_MAX);
    else if (record_bytes > 0 && work->tasks > WORKLOAD_TOTAL_BYTES_MAX / record_bytes)
        snprintf(message, bytes, "%s: %zu %s of %zu bytes are more than %llu bytes: at most %llu",
                 name, work->tasks, what, record_bytes, WORKLOAD_TOTAL_BYTES_MAX,
                 WORKLOAD_TOTAL_BYTES_MAX / record_bytes);
    else
        return 0;
    return -EINVAL;
}

static int check_size(const struct work *work, char *message, size_t bytes)
{
    if (work->tasks > WORKLOAD_TASKS_MAX) {
        snprintf(message, bytes, "%s: %zu tasks are too many: at most %u", work->workload->name,
                 work->tasks, WORKLOAD_TASKS_MAX);
        return -EINVAL;
    }
    int error = check_records(work, "tasks", work->shape.task_bytes, message, bytes);
    if (error == 0)
        error = check_records(work, "results", work->shape.result_bytes, message, bytes);
    return error;
}

/* From parameters as text (NULL: none given) to tasks. */
static int prepare(struct work *work, const char *parameters, char *message, size_t bytes)
{
    const struct workload *workload = work->workload;
    int error = parameters_read(workload->name, workload->parameters, parameters, work->settings,
                                message, bytes);
    if (error == 0)
        error = workload->plan(work, message, bytes);
    if (error == 0)
        error = check_size(work, message, bytes);
    if (error == 0) {
        work->parameters = parameters_write(workload->parameters, work->settings);
        error = work->parameters != NULL ? 0 : -ENOMEM;
    }
    return error;
}

int work_open(const char *text, struct work **opened, char *message, size_t bytes)
{
    size_t length = plugin_length(text);
    bool plugin = length > 0;
    const struct workload *workload;
    struct work *work = NULL;
    int error = -EINVAL;

    *opened = NULL;
    if (!plugin)
        length = strcspn(text, ":");
    workload = plugin ? plugin_load(text, length, message, bytes) : find(text, length);
    if (workload == NULL) {
        if (!plugin)
            error = refuse_name(text, length, message, bytes);
        goto out;
    }
    work = calloc(1, sizeof *work);
    if (work == NULL) {
        error = -ENOMEM;
        goto out;
    }
    work->workload = workload;
    error = prepare(work, text[length] == ':' ? text + length + 1 : NULL, message, bytes);
    if (error == 0) {
        *opened = work;
        return 0;
    }
out:
    if (error == -ENOMEM)
        snprintf(message, bytes, "not enough memory to open a workload");
    work_close(work);
    return error;
}

void work_close(struct work *work)
{
    if (work == NULL)
        return;
    parameters_free(work->settings);
    free(work->parameters);
    free(work);
}

void *work_tasks(const struct work *work)
{
    size_t task_bytes = work->shape.task_bytes;
    size_t total = work->tasks * task_bytes; /* at most WORKLOAD_TOTAL_BYTES_MAX */
    char *tasks = malloc(total > 0 ? total : 1);
    if (tasks == NULL)
        return NULL;
    for (size_t i = 0; i < work->tasks; i++)
        work->workload->make(work, i, tasks + i * task_bytes);
    return tasks;
}
