#include "bench/launch/describe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/launch/mpirun.h"
#include "bench/launch/spawn.h"
#include "common/clock.h"

#define ANSWER_LIMIT_NS (5 * NS_PER_S)

/* Runs `cell OPTION NAME` with its output in a memory file, from its beginning. */
static int ask(const char *option, const char *name, FILE **answer, char *problem, size_t bytes)
{
    char cell[PATH_MAX];
    int error = spawn_find("cell", cell, sizeof cell);
    if (error != 0)
        return error;
    int output = memfd_create("parbench-description", MFD_CLOEXEC);
    if (output < 0)
        return -errno;
    struct child child;
    struct spawn spawn = {.argv = (char *const[]){cell, (char *)option, (char *)name, NULL},
                          .output = output};
    int status = 0;
    error = spawn_program(&spawn, &child);
    if (error == 0 && child_wait(&child, clock_deadline(ANSWER_LIMIT_NS), &status) != 0) {
        child_end(&child);
        snprintf(problem, bytes, "did not say what it is within 5 s");
    } else if (status != 0) {
        char how[64];
        snprintf(problem, bytes, "loading it, the process was %s",
                 child_describe(status, how, sizeof how));
    }
    *answer = error == 0 ? fdopen(output, "r+") : NULL;
    if (*answer == NULL) {
        close(output);
        return error != 0 ? error : -ENOMEM;
    }
    rewind(*answer);
    return 0;
}

/* The rest of the next line that begins with key and a tab; the caller's to free, NULL: none. */
static char *read_field(FILE *answer, const char *key)
{
    char *line = NULL, *value = NULL;
    size_t bytes = 0, length = strlen(key);
    rewind(answer);
    while (value == NULL && getline(&line, &bytes, answer) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, length) == 0 && line[length] == '\t')
            value = strdup(line + length + 1);
    }
    free(line);
    return value;
}

static int describe_one(const char *name, struct description *description)
{
    char problem[256] = "";
    FILE *answer = NULL;
    int error = ask("--describe", name, &answer, problem, sizeof problem);
    if (error != 0)
        return error;
    char *mpirun = read_field(answer, "mpirun");
    description->name = read_field(answer, "name");
    description->summary = read_field(answer, "summary");
    description->problem = read_field(answer, "problem");
    for (int schedule = 0; schedule < SCHEDULES; schedule++)
        description->lacks[schedule] = read_field(answer, schedule_name((enum schedule)schedule));
    description->mpirun = mpirun != NULL;
    free(mpirun);
    fclose(answer);
    if (description->name == NULL)
        description->name = strdup(name);
    if (description->summary == NULL)
        description->summary = strdup("");
    if (description->mpirun && description->problem == NULL && *problem == '\0' &&
        mpirun_find(problem, sizeof problem) == 0)
        *problem = '\0';
    if (*problem != '\0' && description->problem == NULL)
        description->problem = strdup(problem);
    return description->name == NULL || description->summary == NULL ? -ENOMEM : 0;
}

int describe_backends(const char *const *names, size_t count, struct description **list)
{
    *list = calloc(count > 0 ? count : 1, sizeof **list);
    if (*list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int error = describe_one(names[i], &(*list)[i]);
        if (error != 0) {
            describe_free(*list, count);
            return error;
        }
    }
    return 0;
}

void describe_free(struct description *list, size_t count)
{
    for (size_t i = 0; list != NULL && i < count; i++) {
        free(list[i].name);
        free(list[i].summary);
        free(list[i].problem);
        for (int schedule = 0; schedule < SCHEDULES; schedule++)
            free(list[i].lacks[schedule]);
    }
    free(list);
}

static size_t read_size(FILE *answer, const char *key)
{
    char *text = read_field(answer, key);
    size_t value = text != NULL ? strtoull(text, NULL, 10) : 0;
    free(text);
    return value;
}

int describe_work(const char *text, struct work_description *work, char *message, size_t bytes)
{
    FILE *answer = NULL;
    *message = '\0';
    int error = ask("--describe-work", text, &answer, message, bytes);
    if (error != 0) {
        snprintf(message, bytes,
                 "cannot start libexec/parbench/cell, which belongs beside this program: %s",
                 strerror(-error));
        return error;
    }
    *work = (struct work_description){
        .name = read_field(answer, "name"),
        .parameters = read_field(answer, "parameters"),
        .tasks = read_size(answer, "tasks"),
        .shape = {read_size(answer, "task_bytes"), read_size(answer, "result_bytes")},
    };
    char *problem = read_field(answer, "problem");
    fclose(answer);
    if (work->name != NULL && work->parameters != NULL && problem == NULL && *message == '\0')
        return 0;
    if (problem != NULL)
        snprintf(message, bytes, "--workload: %s", problem);
    free(problem);
    describe_work_free(work);
    return -EINVAL;
}

void describe_work_free(struct work_description *work)
{
    free(work->name);
    free(work->parameters);
    *work = (struct work_description){0};
}
