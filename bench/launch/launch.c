#include "bench/launch/launch.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/registry.h"
#include "bench/cell/plain.h"
#include "bench/command/cores.h"
#include "bench/command/placement.h"
#include "bench/launch/command_line.h"
#include "bench/launch/lack.h"
#include "bench/launch/mpirun.h"
#include "bench/launch/own_row.h"
#include "bench/launch/quote.h"
#include "bench/launch/spawn.h"
#include "bench/launch/verdict.h"
#include "bench/launch/watch.h"
#include "common/clock.h"

struct run { /* one cell while it runs; everything here is owned */
    const struct launch *launch;
    struct board *board;
    struct trace *trace;
    int board_fd, rows_fd, results_fd, trace_fd;
    struct watch watch;
    struct lack lack; /* as it was before */
};

/* ---- before --------------------------------------------------------------------------------- */

/* Whether some of the workers are bound to the same processor. */
static bool share_a_core(const struct board *board, unsigned workers)
{
    for (unsigned w = 0; w < workers; w++)
        for (unsigned v = 0; v < w; v++)
            if (board->lines[w].cpu != BOARD_ANYWHERE && board->lines[w].cpu == board->lines[v].cpu)
                return true;
    return false;
}

/* Only of openmp it is known, and a plug-in (its path has a '/') may do what it likes. */
static bool may_load_openmp(const struct cell *cell)
{
    return strcmp(cell->backend_path, "openmp") == 0 || strchr(cell->backend_path, '/') != NULL;
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
        lack_line(message, bytes, "cannot make the board in shared memory", error);
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
        lack_line(message, bytes, "cannot make the trace in shared memory", error);
        return error;
    }
    const bool mpirun = run->launch->cell->backend->mpirun;
    const unsigned workers = run->launch->cell->workers;
    const struct watch_means means = {
        .janitor = &run->launch->session->janitor,
        .signals = run->launch->session->signals,
        .reader = may_load_openmp(run->launch->cell) ? VARIABLES_OPENMP : VARIABLES_CELL,
        .board = run->board,
        .workers = mpirun ? workers : 0,
        .single_copy = mpirun && session_single_copy(run->launch->session),
        .one_core = mpirun && share_a_core(run->board, workers)};
    run->rows_fd = memfd_create("parbench-rows", MFD_CLOEXEC);
    if (run->launch->options->results)
        run->results_fd = memfd_create("parbench-results", MFD_CLOEXEC);
    if (run->rows_fd < 0 || watch_open(&run->watch, &means) != 0) {
        error = errno != 0 ? -errno : -ENOMEM;
        lack_line(message, bytes, "cannot make the files of a cell", error);
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
    watch_close(&run->watch);
    if (run->trace != NULL)
        trace_settle(run->trace, run->launch->cell->work->tasks);
    trace_close(run->trace);
    close_fd(run->trace_fd);
    close_fd(run->results_fd);
    close_fd(run->rows_fd);
    close_fd(run->board_fd);
    board_close(run->board);
}

static int start(struct run *run, char *message, size_t bytes)
{
    struct cell_paths paths = {.results = "", .trace = "", .gbench = ""};
    const char *program = run->launch->cell->backend->python != NULL ? REGISTRY_PYTHON : "cell";
    int error =
        run->launch->programs == NULL
            ? spawn_find(program, paths.program, sizeof paths.program)
            : spawn_find_of(run->launch->programs, program, paths.program, sizeof paths.program);
    if (error != 0) {
        snprintf(message, bytes, "libexec/parbench/%s is missing beside this program: build it",
                 program);
        return error;
    }
    watch_name_descriptor(&run->watch, paths.board, run->board_fd);
    watch_name_descriptor(&run->watch, paths.rows, run->rows_fd);
    if (run->results_fd >= 0)
        watch_name_descriptor(&run->watch, paths.results, run->results_fd);
    if (run->trace_fd >= 0)
        watch_name_descriptor(&run->watch, paths.trace, run->trace_fd);
    if (run->launch->gbench_fd >= 0)
        watch_name_descriptor(&run->watch, paths.gbench, run->launch->gbench_fd);
    char **argv = command_line_make(run->launch, &paths, clock_ns());
    if (argv == NULL)
        return -ENOMEM;
    const struct cell *cell = run->launch->cell;
    unsigned ranks = cell->backend->mpirun ? cell->workers + 1 : 0;
    error = watch_start(&run->watch, argv, ranks, run->launch->options->timeout_ns, message, bytes);
    command_line_free(argv);
    return error;
}

/* ---- after ---------------------------------------------------------------------------------- */

/* A cell may write there what it likes. The figure is what the file will say, no digit more: who
 * reads it must come to the same summary. */
static double known(double value)
{
    char text[COLUMN_REAL_BYTES];
    return value >= 0 && isfinite(value) ? strtod(column_real_text(value, text), NULL) : NAN;
}

/* What a cell knows only at its end. */
static void fill_row(const struct board *board, struct sample *row)
{
    row->stop_ns = atomic_load(&board->stop_ns);
    row->capacity = known(board->capacity);
    row->capacity_cpu = known(board->capacity_cpu);
    row->floor_ns = known(board->floor_ns);
    row->cores = cores_granted();
}

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
        fill_row(run->board, &rows->rows[i]);
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

static bool has_failed(const struct sample *row)
{
    return !row->verified && strncmp(row->status, "skip", 4) != 0;
}

/* Says in the rows that failed what the cell's programs said of it, unless it stands there already,
 * and what of this machine explains it. */
static int explain(struct run *run, struct sample_table *rows)
{
    char status[VERDICT_BYTES], line[QUOTE_BYTES];
    int error = 0;
    quote_line(run->watch.signal == 0 ? run->watch.printed : "", line, sizeof line);
    for (size_t i = 0; i < rows->count && error == 0; i++) {
        const struct sample *row = &rows->rows[i];
        if (!has_failed(row))
            continue;
        snprintf(status, sizeof status, "%s", row->status);
        quote_add(line, status, sizeof status);
        lack_judge(&run->lack, status, sizeof status);
        error = sample_table_restate(rows, i, status);
    }
    return error;
}

/* Where the cell itself has said why, its death is only the consequence. */
static int add_verdict(struct run *run, struct launched *launched)
{
    char status[VERDICT_BYTES], nonsense[VERDICT_BYTES / 2];
    struct verdict verdict = {
        .board = run->board,
        .workers = run->launch->cell->workers,
        .pid = run->watch.group,
        .status = run->watch.status,
        .timed_out = run->watch.timed_out,
        .limit_s = (double)run->launch->options->timeout_ns / (double)NS_PER_S,
        .signal = run->watch.signal,
        .rank = &run->watch.ranks.first,
        .left_behind = run->watch.left_behind,
    };
    if (read_rows(run, &launched->rows, nonsense, sizeof nonsense) != 0)
        verdict.nonsense = nonsense;
    verdict.rows = launched->rows.count;
    for (size_t i = 0; i < launched->rows.count; i++)
        if (has_failed(&launched->rows.rows[i]) && !plain_is_lost(launched->rows.rows[i].status))
            return 0;
    if (!verdict_write(&verdict, status, sizeof status))
        return 0;
    return own_row_add(&launched->rows, run->launch->cell, run->launch->round, run->watch.settings,
                       status);
}

static int conclude(struct run *run, struct launched *launched, char *message, size_t bytes)
{
    bool timed_out = run->watch.timed_out;
    int error = add_verdict(run, launched);
    if (error == 0)
        error = explain(run, &launched->rows);
    if (error != 0)
        snprintf(message, bytes, "cannot add a row: %s", strerror(-error));
    for (size_t i = 0; i < launched->rows.count; i++) {
        const struct sample *row = &launched->rows.rows[i];
        launched->failed |= has_failed(row);
        timed_out |= has_failed(row) && strncmp(row->status, "timeout", 7) == 0;
    }
    launched->rank_died = launched->failed && run->watch.ranks.first.error != 0 && !timed_out &&
                          atomic_load(&run->board->finished) == 0;
    launched->signal = run->watch.signal;
    launched->results = read_results(run);
    if (run->trace != NULL)
        trace_settle(run->trace, run->launch->cell->work->tasks);
    launched->trace = run->trace;
    run->trace = NULL;
    return error;
}

/* A row for a cell for which this machine has too little; *error: 0, or a negative errno. */
static bool skip(const struct launch *launch, struct launched *launched, int *error)
{
    const struct cell *cell = launch->cell;
    char why[LACK_BYTES], status[VERDICT_BYTES];
    if (!cell->backend->mpirun || mpirun_find(cell->workers + 1, why, sizeof why) == 0)
        return false;
    snprintf(status, sizeof status, "skip: %s", why);
    *error = own_row_add(&launched->rows, cell, launch->round, "", status);
    return true;
}

int launch_cell(const struct launch *launch, struct launched *launched, char *message, size_t bytes)
{
    struct run run = {.launch = launch,
                      .board_fd = -1,
                      .rows_fd = -1,
                      .results_fd = -1,
                      .trace_fd = -1,
                      .watch = {.child = CHILD_NONE, .output = {-1, -1}}};
    *launched = (struct launched){0};
    int error = 0;
    if (skip(launch, launched, &error))
        return error;
    lack_look(&run.lack);
    error = open_all(&run, message, bytes);
    if (error == 0)
        error = start(&run, message, bytes);
    if (error == 0)
        error = watch_wait(&run.watch);
    if (error == 0)
        error = conclude(&run, launched, message, bytes);
    close_all(&run);
    return error;
}
