/*
 * Ping-pong over a socketpair, and over two pipes, as one writes it on a blackboard: write, read.
 *
 * perf has a benchmark of two processes and pipes (sched pipe), which bench ipc --check runs as
 * well. For socketpairs it has only sched messaging, which says how long groups of senders take to
 * flood groups of receivers: no round trip, nothing to be held against one.
 */
#include "bench/ipc/tool/reference.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_TRIPS 2

static int open_pipes(struct reference_link *link)
{
    int there[2], back[2];
    if (pipe(there) != 0)
        return -errno;
    if (pipe(back) != 0) {
        int error = -errno;
        close(there[0]);
        close(there[1]);
        return error;
    }
    *link = (struct reference_link){.in = {back[0], there[0]}, .out = {there[1], back[1]}};
    return 0;
}

static int open_sockets(struct reference_link *link)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return -errno;
    *link = (struct reference_link){.in = {ends[0], ends[1]}, .out = {ends[0], ends[1]}};
    return 0;
}

static void close_all(struct reference_link *link)
{
    for (int side = 0; side < 2; side++) {
        close(link->in[side]);
        if (link->out[side] != link->in[side])
            close(link->out[side]);
    }
}

static int leads(const struct reference_link *link, uint32_t trips, double *taken_ns)
{
    struct timespec begin = {0}, end;
    char message[REFERENCE_BYTES] = {0};
    for (uint32_t i = 0; i < WARM_TRIPS + trips; i++) {
        if (i == WARM_TRIPS)
            clock_gettime(CLOCK_MONOTONIC, &begin);
        if (write(link->out[0], message, sizeof message) != sizeof message ||
            read(link->in[0], message, sizeof message) != sizeof message)
            return -EIO;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    *taken_ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
    return 0;
}

static int follows(const struct reference_link *link, uint32_t trips)
{
    char message[REFERENCE_BYTES];
    for (uint32_t i = 0; i < WARM_TRIPS + trips; i++)
        if (read(link->in[1], message, sizeof message) != sizeof message ||
            write(link->out[1], message, sizeof message) != sizeof message)
            return -EIO;
    return 0;
}

static const struct reference pipes = {"plain pipes", false, open_pipes, leads, follows, close_all};
static const struct reference sockets = {"plain socketpair", false,   open_sockets,
                                         leads,              follows, close_all};

const struct reference *reference_find(const char *transport)
{
    if (strcmp(transport, "pipe") == 0)
        return &pipes;
    return strcmp(transport, "socketpair") == 0 ? &sockets : NULL;
}
