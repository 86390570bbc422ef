#include "common/inject.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    enum inject_kind kind;
} kinds[] = {{"kill", INJECT_KILL},
             {"stop", INJECT_STOP},
             {"segv", INJECT_SEGV},
             {"exit0", INJECT_EXIT0},
             {"slow", INJECT_SLOW}};

static int refuse(const char *text, char *message, size_t bytes)
{
    snprintf(message, bytes,
             "'%s' is no fault: write kill, stop, segv, exit0 or slow, then :task=N or :worker=N, "
             "as in kill:task=3 or slow:task=5,ms=200",
             text);
    return -EINVAL;
}

int inject_parse(const char *text, struct inject *inject, char *message, size_t bytes)
{
    const size_t count = sizeof kinds / sizeof kinds[0];
    const char *colon = strchr(text, ':');
    size_t kind = 0;
    if (colon == NULL)
        return refuse(text, message, bytes);
    while (kind < count && (strncmp(text, kinds[kind].name, (size_t)(colon - text)) != 0 ||
                            kinds[kind].name[colon - text] != '\0'))
        kind++;
    if (kind == count)
        return refuse(text, message, bytes);
    *inject = (struct inject){.kind = kinds[kind].kind, .task = -1, .worker = -1};

    int64_t where = -1;
    int length = 0;
    const char *place = colon + 1;
    if (sscanf(place, "task=%9" SCNd64 "%n", &where, &length) == 1)
        inject->task = where;
    else if (sscanf(place, "worker=%9" SCNd64 "%n", &where, &length) == 1)
        inject->worker = where;
    place += length;
    if (where >= 0 && inject->kind == INJECT_SLOW) {
        length = 0;
        if (sscanf(place, ",ms=%6" SCNu64 "%n", &inject->ms, &length) != 1)
            return refuse(text, message, bytes);
        place += length;
    }
    return where < 0 || *place != '\0' ? refuse(text, message, bytes) : 0;
}

static void sleep_ms(uint64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* A bad memory access as a kernel would make it: no page is ever mapped so low. */
static void write_nowhere(void)
{
    volatile char *volatile nowhere = (volatile char *)16;
    *nowhere = 1;
}

void inject_fault(const struct inject *inject, struct board *board, unsigned worker, size_t task)
{
    if (inject->task >= 0 && (uint64_t)inject->task != task)
        return;
    if (inject->worker >= 0 && (uint64_t)inject->worker != worker)
        return;
    if (atomic_fetch_add(&board->injected, 1) != 0 && inject->kind != INJECT_SLOW)
        return;
    switch (inject->kind) {
    case INJECT_KILL:
        raise(SIGKILL);
        break;
    case INJECT_STOP:
        raise(SIGSTOP);
        break;
    case INJECT_SEGV:
        write_nowhere();
        break;
    case INJECT_EXIT0:
        _exit(0);
    case INJECT_SLOW:
        sleep_ms(inject->ms);
        break;
    }
}
