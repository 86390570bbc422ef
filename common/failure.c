#include "common/failure.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"

void failure_clear(struct failure *failure)
{
    memset(failure, 0, sizeof *failure);
    failure->task = FAILURE_NONE;
    failure->worker = FAILURE_NONE;
}

int failure_set(struct failure *failure, int error, int worker, int pid, int64_t task,
                const char *format, ...)
{
    CHECK(error < 0);
    failure_clear(failure);
    failure->task = task;
    failure->worker = worker;
    failure->pid = pid;
    failure->error = error;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    return error;
}

int failure_system(struct failure *failure, int error, const char *what)
{
    return failure_set(failure, error, FAILURE_NONE, 0, FAILURE_NONE, "cannot %s: %s", what,
                       strerror(-error));
}

void failure_merge(struct failure *into, const struct failure *other)
{
    if (other->error == 0)
        return;
    if (into->error == 0 || (uint64_t)other->task < (uint64_t)into->task)
        *into = *other;
}

char *failure_line(const struct failure *failure, char *line, size_t bytes)
{
    char who[48] = "";
    char which[32] = "";
    if (failure->worker != FAILURE_NONE && failure->pid != 0)
        snprintf(who, sizeof who, "worker %d (pid %d)", failure->worker, failure->pid);
    else if (failure->worker != FAILURE_NONE)
        snprintf(who, sizeof who, "worker %d", failure->worker);
    if (failure->task != FAILURE_NONE)
        snprintf(which, sizeof which, "task %lld", (long long)failure->task);
    const char *comma = *who && *which ? ", " : "";
    const char *colon = *who || *which ? ": " : "";
    snprintf(line, bytes, "%s%s%s%s%s", who, comma, which, colon, failure->text);
    return line;
}
