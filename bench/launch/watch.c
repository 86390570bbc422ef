#include "bench/launch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/command/cores.h"
#include "bench/launch/descendants.h"
#include "bench/launch/lack.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/spawn.h"
#include "common/clock.h"
#include "common/io.h"

#define DESCRIPTORS      "descriptors" /* in the janitor's directory, a link that spawn makes */
#define OUTPUT_PIECES    64            /* read at once, lest a program that chatters takes us up */
#define PIECE_BYTES      4096
#define SIGN_ON_MS       10 /* how often to look for ranks that have signed on */
#define ORPHANS_LIMIT_NS (2 * NS_PER_S)

static void name_link(const struct watch *watch, char link[WATCH_PATH_BYTES])
{
    snprintf(link, WATCH_PATH_BYTES, "%s/" DESCRIPTORS, watch->janitor->directory);
}

/* Ours would do as well, if all might look into /proc/PID/fd: but that of a program with
 * capabilities, or which its user may not read, is closed to its own children. */
void watch_name_descriptor(const struct watch *watch, char path[WATCH_PATH_BYTES], int fd)
{
    fcntl(fd, F_SETFD, 0); /* from now on it survives exec */
    snprintf(path, WATCH_PATH_BYTES, "%s/" DESCRIPTORS "/%d", watch->janitor->directory, fd);
}

int watch_open(struct watch *watch, const struct watch_means *means)
{
    *watch = (struct watch){.janitor = means->janitor,
                            .signals = means->signals,
                            .reader = means->reader,
                            .environment = means->environment,
                            .single_copy = means->single_copy,
                            .one_core = means->one_core,
                            .child = CHILD_NONE};
    int error = io_pipe(watch->output);
    if (error == 0)
        error = io_set_nonblocking(watch->output[0]); /* our end only: a program may wait for us */
    if (error == 0)
        error = ranks_watch(&watch->ranks, means->board, means->board != NULL ? means->workers : 0);
    return error;
}

void watch_close(struct watch *watch)
{
    child_end(&watch->child);
    ranks_close(&watch->ranks);
    io_close(&watch->output[0]);
    io_close(&watch->output[1]);
}

/* ---- starting ------------------------------------------------------------------------------- */

static int start_ranks(struct watch *watch, char *const *argv, unsigned ranks, const char *link,
                       char *message, size_t bytes)
{
    struct mpirun mpirun = {.argv = argv,
                            .ranks = ranks,
                            .cores = watch->one_core ? 1 : cores_whole(),
                            .single_copy = watch->single_copy,
                            .directory = watch->janitor->directory};
    struct mpirun_command command;
    int error = mpirun_command(&mpirun, &command, message, bytes);
    if (error != 0)
        return error;
    mpirun_settings(&mpirun, watch->settings);
    struct spawn spawn = {.argv = command.argv,
                          .environment = command.environment,
                          .output = watch->output[1],
                          .link = link};
    error = spawn_program(&spawn, &watch->child);
    mpirun_command_free(&command);
    return error;
}

int watch_start(struct watch *watch, char *const *argv, unsigned ranks, uint64_t limit_ns,
                char *message, size_t bytes)
{
    char link[WATCH_PATH_BYTES];
    name_link(watch, link);
    struct spawn spawn = {
        .argv = argv,
        .environment = watch->environment,
        /* files of a program that is killed are where the janitor looks */
        .variables = {.reader = watch->reader, .directory = watch->janitor->directory},
        .output = watch->output[1],
        .link = link};
    *message = '\0';
    variables_settings(&spawn.variables, watch->settings);
    watch->deadline_ns = clock_deadline(limit_ns);
    int error = ranks == 0 ? spawn_program(&spawn, &watch->child)
                           : start_ranks(watch, argv, ranks, link, message, bytes);
    if (error != 0) {
        if (*message == '\0')
            lack_line(message, bytes, "cannot start a process", error);
        return error;
    }
    watch->group = watch->child.pid;
    janitor_watch(watch->janitor, watch->group);
    io_close(&watch->output[1]);
    return 0;
}

/* ---- while it runs -------------------------------------------------------------------------- */

/* Keeps the end of what the program prints; false once nobody can print any more. */
static bool read_output(struct watch *watch)
{
    char piece[PIECE_BYTES];
    ssize_t got = 1;
    for (int i = 0; i < OUTPUT_PIECES; i++) {
        got = read(watch->output[0], piece, sizeof piece);
        if (got <= 0)
            break;
        size_t bytes = (size_t)got;
        size_t keep = WATCH_OUTPUT_BYTES - bytes;
        if (watch->printed_bytes > keep) {
            memmove(watch->printed, watch->printed + watch->printed_bytes - keep, keep);
            watch->printed_bytes = keep;
        }
        memcpy(watch->printed + watch->printed_bytes, piece, bytes);
        watch->printed_bytes += bytes;
        watch->printed[watch->printed_bytes] = '\0';
    }
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

enum { END, OUTPUT, SIGNALS, EVENTS }; /* places in the poll set; the ranks follow */

static void handle_events(struct watch *watch, struct pollfd *events)
{
    if (events[OUTPUT].revents != 0 && !read_output(watch))
        events[OUTPUT].fd = -1;
    ranks_look(&watch->ranks);
    if (events[SIGNALS].revents != 0) {
        struct signalfd_siginfo info;
        if (read(watch->signals, &info, sizeof info) == sizeof info)
            watch->signal = (int)info.ssi_signo;
    }
    if (events[END].revents != 0)
        watch->ended = true; /* and is reaped last, so that its number stays its group's */
}

/* Sleeps until the program has ended, its time is up or somebody wants the run to stop. */
static int wait_for_end(struct watch *watch)
{
    struct pollfd *events = calloc(EVENTS + watch->ranks.workers, sizeof *events);
    if (events == NULL)
        return -ENOMEM;
    events[END] = (struct pollfd){.fd = watch->child.pidfd, .events = POLLIN};
    events[OUTPUT] = (struct pollfd){.fd = watch->output[0], .events = POLLIN};
    events[SIGNALS] = (struct pollfd){.fd = watch->signals, .events = POLLIN};
    while (!watch->ended && watch->signal == 0 && !watch->timed_out) {
        int left_ms = clock_left_ms(watch->deadline_ns);
        if (!ranks_complete(&watch->ranks) && left_ms > SIGN_ON_MS)
            left_ms = SIGN_ON_MS;
        memcpy(events + EVENTS, watch->ranks.ends, watch->ranks.workers * sizeof events[0]);
        int ready = poll(events, EVENTS + watch->ranks.workers, left_ms);
        if (ready > 0)
            handle_events(watch, events);
        watch->timed_out = !watch->ended && clock_ns() >= watch->deadline_ns;
    }
    free(events);
    if (watch->ended)
        ranks_look(&watch->ranks);
    return 0;
}

/* Ends what still runs: a program whose time is up, and whatever one left behind. */
static void end(struct watch *watch)
{
    unsigned found =
        descendants_end(&watch->child, &watch->status, watch->janitor->child.pid, ORPHANS_LIMIT_NS);
    watch->left_behind = watch->ended ? found : 0;
    if (!watch->ended)
        watch->status = SIGKILL; /* as waitpid tells it */
    janitor_watch(watch->janitor, 0);
    read_output(watch);
}

int watch_wait(struct watch *watch)
{
    int error = wait_for_end(watch);
    end(watch);
    return error;
}
