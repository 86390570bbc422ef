/*
 * rogue.c - a plugin that does what a plugin must not, as $ROGUE says: whatever comes from outside,
 * bench has to name it, go on and leave nothing behind. Without $ROGUE it is a plain loop.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "backends/backend.h"
#include "common/failure.h"

#define LINE_BYTES    4096
#define CHATTER_LINES 20000

struct pool {
    const struct plan *plan;
};

static void write_lines(unsigned long lines)
{
    char line[LINE_BYTES];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (unsigned long i = 0; i < lines; i++)
        if (write(STDERR_FILENO, line, sizeof line) < 0)
            return;
}

static void crash(void)
{
    raise(SIGSEGV);
}

static void leave(void)
{
    exit(0);
}

static void loop(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static void shout(void)
{
    write_lines(-1ul);
}

/* Says much, and last why it ends. */
static void chatter(void)
{
    write_lines(CHATTER_LINES);
    fprintf(stderr, "last words\n");
    _exit(3);
}

static void daemonize(void)
{
    if (fork() != 0)
        return;
    setsid();
    if (fork() == 0)
        for (;;)
            pause();
    _exit(0);
}

/* The same under a name like systemd's "(sd-pam)": not everybody counts parentheses right. */
static void disguise(void)
{
    prctl(PR_SET_NAME, "a) b");
    daemonize();
}

/* While it is only being looked at: bench asks a backend what it is before it runs anything. */
__attribute__((constructor)) static void on_load(void)
{
    const char *wanted = getenv("ROGUE");
    if (wanted != NULL && strcmp(wanted, "linger") == 0)
        daemonize();
}

/* A process that is always another one: each forks the next and ends. No look at the list of
 * processes is sure to find it, so it notes its group in the file $ROGUE_GROUP. */
static void flee(void)
{
    FILE *note = fopen(getenv("ROGUE_GROUP"), "w");
    if (note == NULL || fork() != 0)
        return;
    fprintf(note, "%d\n", (int)getpgrp());
    fclose(note);
    while (fork() == 0)
        ;
    _exit(0);
}

static void close_descriptors(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
}

static const struct {
    const char *name;
    void (*act)(void);
} crimes[] = {
    {"crash", crash},     {"leave", leave},         {"loop", loop}, {"shout", shout},
    {"chatter", chatter}, {"daemonize", daemonize}, {"flee", flee}, {"close", close_descriptors},
    {"disguise", disguise},
};

static int rogue_start(const struct plan *plan, struct pool **made, struct failure *why)
{
    struct pool *pool = malloc(sizeof *pool);
    if (pool == NULL)
        return failure_system(why, -1, "make a pool");
    pool->plan = plan;
    *made = pool;
    board_enter(plan->job->board, 0);
    return 0;
}

static int rogue_map(struct pool *pool, const void *tasks, size_t count, void *results,
                     struct traffic *traffic, struct failure *why)
{
    const char *wanted = getenv("ROGUE");
    (void)traffic;
    for (size_t i = 0; wanted != NULL && i < sizeof crimes / sizeof crimes[0]; i++)
        if (strcmp(crimes[i].name, wanted) == 0)
            crimes[i].act();
    int error = job_run(pool->plan->job, 0, 0, count, tasks, results, why);
    if (wanted != NULL && strcmp(wanted, "lie") == 0)
        memset(results, 0, pool->plan->job->shape.result_bytes);
    return error;
}

static int rogue_stop(struct pool *pool, struct failure *why)
{
    failure_clear(why);
    free(pool);
    return 0;
}

const struct backend parbench_backend = {
    .abi = BACKEND_ABI,
    .name = "rogue",
    .summary = "does what a plugin must not",
    .start = rogue_start,
    .map = rogue_map,
    .stop = rogue_stop,
};
