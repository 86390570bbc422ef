#include "bench/launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "backends/registry.h"
#include "bench/command/placement.h"
#include "bench/launch/command_line.h"
#include "bench/launch/descendants.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/own_row.h"
#include "bench/launch/ranks.h"
#include "bench/launch/spawn.h"
#include "bench/launch/verdict.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"

#define OUTPUT_BYTES     4096 /* so much of the end of what a cell prints is kept */
#define OUTPUT_PIECES    64   /* read at once, lest a cell that chatters takes us up */
#define SIGN_ON_MS       10   /* how often to look for ranks that have signed on */
#define ORPHANS_LIMIT_NS (2 * NS_PER_S)

struct run { /* one cell while it runs; everything here is owned */
    const struct launch *launch;
    struct board *board;
    struct trace *trace;
    int board_fd, rows_fd, results_fd, trace_fd;
    int output[2]; /* pipe: what the cell prints */
    char printed[OUTPUT_BYTES + 1];
    size_t printed_bytes;
    struct child child;
    pid_t group; /* of the child and most of what it starts */
    struct ranks ranks;
    uint64_t deadline_ns;
    int status; /* of the child, once it has ended */
    bool ended, timed_out;
    int signal;
    unsigned left_behind;
};

/* ---- before --------------------------------------------------------------------------------- */

static void name_descriptor(char *path, size_t bytes, int fd)
{
    snprintf(path, bytes, "/proc/%d/fd/%d", (int)getpid(), fd);
}

/* Each worker finds its place on its line of the board. */
static int place_workers(struct run *run)
{
    const unsigned workers = run->launch->cell->workers;
    int cpus[BOARD_LINES];
    int error = placement_find(run->launch->options->pin, workers, cpus);
    for (unsigned w = 0; error == 0 && w < workers; w++)
        run->board->lines[w].cpu = cpus[w];
    return error;
}

static int open_all(struct run *run, char *message, size_t bytes)
{
    int error = board_create(&run->board, &run->board_fd);
    if (error != 0) {
        snprintf(message, bytes, "cannot make the board in shared memory: %s", strerror(-error));
        return error;
    }
    error = place_workers(run);
    if (error != 0) {
        snprintf(message, bytes, "hwloc cannot place the workers: %s", strerror(-error));
        return error;
    }
    if (run->launch->trace)
        error = trace_create(run->launch->cell->work->tasks, &run->trace, &run->trace_fd);
    if (error != 0) {
        snprintf(message, bytes, "cannot make the trace in shared memory: %s", strerror(-error));
        return error;
    }
    run->rows_fd = memfd_create("parbench-rows", MFD_CLOEXEC);
    if (run->launch->options->results)
        run->results_fd = memfd_create("parbench-results", MFD_CLOEXEC);
    if (run->rows_fd < 0 || pipe2(run->output, O_CLOEXEC) != 0 ||
        io_set_nonblocking(run->output[0]) != 0 || /* our end only: a cell may wait for us */
        ranks_watch(&run->ranks, run->board,
                    run->launch->cell->backend->mpirun ? run->launch->cell->workers : 0) != 0) {
        error = errno != 0 ? -errno : -ENOMEM;
        snprintf(message, bytes, "cannot make the files of a cell: %s", strerror(-error));
    }
    return error;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void close_all(struct run *run)
{
    child_end(&run->child);
    ranks_close(&run->ranks);
    close_fd(run->output[0]);
    close_fd(run->output[1]);
    trace_close(run->trace);
    close_fd(run->trace_fd);
    close_fd(run->results_fd);
    close_fd(run->rows_fd);
    close_fd(run->board_fd);
    board_close(run->board);
}

/* libgomp's threads wait for work by spinning for milliseconds, which steals the core from whomever
 * they wait for; let them spin as briefly as the other backends do. Users may say otherwise. */
static void calm_openmp(void)
{
    setenv("GOMP_SPINCOUNT", "250", 0);
}

/* Starts the cell's command line, behind mpirun if need be. */
static int start_cell(struct run *run, char **argv, char *message, size_t bytes)
{
    const struct cell *cell = run->launch->cell;
    struct spawn spawn = {.argv = argv, .output = run->output[1]};
    snprintf(message, bytes, "cannot start a process for the cell");
    if (!cell->backend->mpirun)
        return spawn_program(&spawn, &run->child);
    struct mpirun mpirun = {
        .argv = argv, .ranks = cell->workers + 1, .directory = run->launch->janitor->directory};
    struct mpirun_command command;
    int error = mpirun_command(&mpirun, &command, message, bytes);
    if (error != 0)
        return error;
    spawn.argv = command.argv;
    spawn.environment = command.environment;
    error = spawn_program(&spawn, &run->child);
    mpirun_command_free(&command);
    return error;
}

static int start(struct run *run, char *message, size_t bytes)
{
    struct cell_paths paths = {.results = "", .trace = ""};
    const char *program = run->launch->cell->backend->python != NULL ? REGISTRY_PYTHON : "cell";
    int error = spawn_find(program, paths.program, sizeof paths.program);
    if (error != 0) {
        snprintf(message, bytes, "libexec/parbench/%s is missing beside this program: build it",
                 program);
        return error;
    }
    name_descriptor(paths.board, sizeof paths.board, run->board_fd);
    name_descriptor(paths.rows, sizeof paths.rows, run->rows_fd);
    if (run->results_fd >= 0)
        name_descriptor(paths.results, sizeof paths.results, run->results_fd);
    if (run->trace_fd >= 0)
        name_descriptor(paths.trace, sizeof paths.trace, run->trace_fd);
    char **argv = command_line_make(run->launch, &paths, clock_ns());
    if (argv == NULL)
        return -ENOMEM;
    calm_openmp();
    setenv("TMPDIR", run->launch->janitor->directory, 1); /* files of a cell that is killed */
    run->deadline_ns = clock_deadline(run->launch->options->timeout_ns);
    error = start_cell(run, argv, message, bytes);
    command_line_free(argv);
    if (error != 0)
        return error;
    *message = '\0';
    run->group = run->child.pid;
    janitor_watch(run->launch->janitor, run->group);
    close(run->output[1]);
    run->output[1] = -1;
    return 0;
}

/* ---- while it runs -------------------------------------------------------------------------- */

/* Keeps the end of what the cell prints; false once nobody can print any more. */
static bool read_output(struct run *run)
{
    char piece[OUTPUT_BYTES];
    ssize_t got = 1;
    for (int i = 0; i < OUTPUT_PIECES; i++) {
        got = read(run->output[0], piece, sizeof piece);
        if (got <= 0)
            break;
        size_t bytes = (size_t)got;
        size_t keep = OUTPUT_BYTES - bytes;
        if (run->printed_bytes > keep) {
            memmove(run->printed, run->printed + run->printed_bytes - keep, keep);
            run->printed_bytes = keep;
        }
        memcpy(run->printed + run->printed_bytes, piece, bytes);
        run->printed_bytes += bytes;
        run->printed[run->printed_bytes] = '\0';
    }
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

enum { END, OUTPUT, SIGNALS, EVENTS }; /* places in the poll set; the ranks follow */

static void handle_events(struct run *run, struct pollfd *events)
{
    if (events[OUTPUT].revents != 0 && !read_output(run))
        events[OUTPUT].fd = -1;
    ranks_look(&run->ranks);
    if (events[SIGNALS].revents != 0) {
        struct signalfd_siginfo info;
        if (read(run->launch->signals, &info, sizeof info) == sizeof info)
            run->signal = (int)info.ssi_signo;
    }
    if (events[END].revents != 0)
        run->ended = child_wait(&run->child, UINT64_MAX, &run->status) == 0;
}

/* Sleeps until the cell has ended, its time is up or somebody wants the run to stop. */
static int wait_for_end(struct run *run)
{
    struct pollfd *events = calloc(EVENTS + run->ranks.workers, sizeof *events);
    if (events == NULL)
        return -ENOMEM;
    events[END] = (struct pollfd){.fd = run->child.pidfd, .events = POLLIN};
    events[OUTPUT] = (struct pollfd){.fd = run->output[0], .events = POLLIN};
    events[SIGNALS] = (struct pollfd){.fd = run->launch->signals, .events = POLLIN};
    while (!run->ended && run->signal == 0 && !run->timed_out) {
        int left_ms = clock_left_ms(run->deadline_ns);
        if (!ranks_complete(&run->ranks) && left_ms > SIGN_ON_MS)
            left_ms = SIGN_ON_MS;
        memcpy(events + EVENTS, run->ranks.ends, run->ranks.workers * sizeof events[0]);
        int ready = poll(events, EVENTS + run->ranks.workers, left_ms);
        if (ready > 0)
            handle_events(run, events);
        run->timed_out = !run->ended && clock_ns() >= run->deadline_ns;
    }
    free(events);
    if (run->ended)
        ranks_look(&run->ranks);
    return 0;
}

/* Ends what still runs: a cell whose time is up, and whatever a cell left behind. */
static void end(struct run *run)
{
    if (!run->ended) {
        kill(-run->group, SIGKILL);
        child_end(&run->child);
        run->status = SIGKILL; /* as waitpid tells it */
    }
    unsigned found = descendants_end(run->group, run->launch->janitor->child.pid, ORPHANS_LIMIT_NS);
    run->left_behind = run->ended ? found : 0;
    janitor_watch(run->launch->janitor, 0);
    read_output(run);
}

/* ---- after ---------------------------------------------------------------------------------- */

static int read_rows(const struct run *run, struct sample_table *rows, char *message, size_t bytes)
{
    FILE *file = fdopen(dup(run->rows_fd), "r");
    if (file == NULL)
        return -ENOMEM;
    rewind(file);
    int first = getc(file);
    int error = 0;
    if (first != EOF) { /* the cell may have died before its first word */
        ungetc(first, file);
        error = sample_read(file, "the cell's rows", rows, NULL, message, bytes);
    }
    fclose(file);
    for (size_t i = 0; i < rows->count; i++)
        rows->rows[i].stop_ns = atomic_load(&run->board->stop_ns);
    return error;
}

static char *read_results(const struct run *run)
{
    off_t bytes = run->results_fd >= 0 ? lseek(run->results_fd, 0, SEEK_END) : 0;
    char *text = bytes > 0 ? malloc((size_t)bytes + 1) : NULL;
    if (text == NULL)
        return NULL;
    ssize_t got = pread(run->results_fd, text, (size_t)bytes, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static int conclude(struct run *run, struct launched *launched, char *message, size_t bytes)
{
    char status[VERDICT_BYTES];
    struct verdict verdict = {
        .board = run->board,
        .workers = run->launch->cell->workers,
        .workers_are_threads = !run->launch->cell->backend->mpirun,
        .status = run->status,
        .timed_out = run->timed_out,
        .limit_s = (double)run->launch->options->timeout_ns / (double)NS_PER_S,
        .signal = run->signal,
        .rank = &run->ranks.first,
        .left_behind = run->left_behind,
        .output = run->printed,
    };
    char nonsense[VERDICT_BYTES / 2];
    int error = 0;
    if (read_rows(run, &launched->rows, nonsense, sizeof nonsense) != 0)
        verdict.nonsense = nonsense;
    verdict.rows = launched->rows.count;
    for (size_t i = 0; i < launched->rows.count; i++) {
        const struct sample *row = &launched->rows.rows[i];
        launched->failed |= !row->verified && strncmp(row->status, "skip", 4) != 0;
    }
    /* Where the cell itself has said why, its death is only the consequence. */
    if (!launched->failed && verdict_write(&verdict, status, sizeof status)) {
        launched->failed = true;
        error = own_row_add(&launched->rows, run->launch->cell, run->launch->round, status);
    }
    if (error != 0)
        snprintf(message, bytes, "cannot add a row: %s", strerror(-error));
    launched->rank_died = launched->failed && run->ranks.first.error != 0 && !run->timed_out &&
                          atomic_load(&run->board->finished) == 0;
    launched->signal = run->signal;
    launched->results = read_results(run);
    launched->trace = run->trace;
    run->trace = NULL;
    return error;
}

int launch_cell(const struct launch *launch, struct launched *launched, char *message, size_t bytes)
{
    struct run run = {.launch = launch,
                      .board_fd = -1,
                      .rows_fd = -1,
                      .results_fd = -1,
                      .trace_fd = -1,
                      .output = {-1, -1},
                      .child = CHILD_NONE};
    *launched = (struct launched){0};
    int error = open_all(&run, message, bytes);
    if (error == 0)
        error = start(&run, message, bytes);
    if (error == 0) {
        error = wait_for_end(&run);
        end(&run);
    }
    if (error == 0)
        error = conclude(&run, launched, message, bytes);
    close_all(&run);
    return error;
}
