#include "bench/ipc/rival.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/data/columns_read.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/perf.h"
#include "bench/ipc/plain.h"
#include "bench/ipc/row.h"
#include "bench/spawn/figures.h"
#include "bench/spawn/launch.h"
#include "common/clock.h"

#define PERF_TURNS 3
#define TRIPS_NS   (60 * NS_PER_MS)  /* so long round trips are measured, about, */
#define REGIONS_NS (60 * NS_PER_MS)  /* regions */
#define APPENDS_NS (100 * NS_PER_MS) /* and appends */

/* ---- ours ----------------------------------------------------------------------------------- */

struct taken { /* rows, so far */
    struct rival_pair *pair;
    bool windows; /* the figure is the time of a message in a window */
    unsigned count;
};

/* The transport's row comes first, behind it the reference's. */
static int take_row(const void *record, void *context)
{
    const struct ipc_start *row = record;
    struct taken *taken = context;
    double figure_ns = taken->windows
                           ? (double)row->bytes * (double)NS_PER_S / row->window_bytes_per_s
                           : row->round_trip_ns;
    *(taken->count == 0 ? &taken->pair->own_ns : &taken->pair->rival_ns) = figure_ns;
    snprintf(taken->pair->status, sizeof taken->pair->status, "%s", row->status);
    taken->count++;
    return 0;
}

/* Runs a program that writes rows of that form. */
static int run(struct session *session, const struct tool *tool, bool windows,
               struct rival_pair *pair, char *message, size_t bytes)
{
    struct taken taken = {.pair = pair, .windows = windows};
    struct tool_end end;
    struct ipc_start row;
    const struct columns_reader reader = {ipc_start_columns, IPC_START_COLUMNS, &row, take_row,
                                          &taken};
    int error = tool_run(session, tool, &end, message, bytes);
    if (error != 0)
        return error;
    snprintf(pair->status, sizeof pair->status, "%.*s%s", RIVAL_STATUS_BYTES - 64, end.status,
             *end.status != '\0' ? "" : "failed: its program ended without a row");
    error = columns_read(end.rows, &reader, message, bytes);
    pair->signal = end.signal;
    fclose(end.rows);
    return error;
}

static int measure(struct session *session, const struct rival_task *task, const char *reference,
                   struct rival_pair *pair, char *message, size_t bytes)
{
    char transport[32];
    snprintf(transport, sizeof transport, "%.*s", (int)strcspn(task->subject, " "), task->subject);
    const struct ipc_launch launch = {.entry = transport_find(transport),
                                      .placement = task->placement,
                                      .sizes = &task->bytes,
                                      .count = 1,
                                      .budget_ns = TRIPS_NS,
                                      .timeout_ns = task->timeout_ns,
                                      .reference = reference};
    struct ipc_call call;
    ipc_call_make(&launch, &call);
    const bool windows = reference != NULL && strcmp(reference, "windows") == 0;
    return run(session, &call.tool, windows, pair, message, bytes);
}

/* ---- and theirs ----------------------------------------------------------------------------- */

/* Once each. */
static int take_turns(struct session *session, const struct rival_task *task, bool perf, size_t turn,
                      struct rival_pair *pair, char *message, size_t bytes)
{
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN, .status = "ok"};
    for (unsigned i = 0; i < 2; i++) {
        int error = (turn + i) % 2 == 0 ? measure(session, task, NULL, pair, message, bytes)
                    : perf ? perf_measure(session, task->placement, pair, message, bytes)
                           : plain_measure(session, pair, message, bytes);
        if (error != 0 || pair->signal != 0 || strcmp(pair->status, "ok") != 0)
            return error;
    }
    return 0;
}

/* Other users of the machine only make a run longer, a perf's mean more than our median. So both
 * are run three times in turns, and of either the least counts. (Where the scheduler chooses the
 * cores, that would be its luckiest choice: there, once.) */
int rival_perf(struct session *session, const struct rival_task *task, struct rival_pair *pair,
               char *message, size_t bytes)
{
    double own_ns = INFINITY, rival_ns = INFINITY;
    const size_t turns = strcmp(task->placement, "free") == 0 ? 1 : PERF_TURNS;
    for (size_t turn = 0; turn < turns; turn++) {
        int error = take_turns(session, task, true, task->round + turn, pair, message, bytes);
        if (error != 0 || pair->signal != 0 || strcmp(pair->status, "ok") != 0)
            return error;
        own_ns = fmin(own_ns, pair->own_ns);
        rival_ns = fmin(rival_ns, pair->rival_ns);
    }
    pair->own_ns = own_ns;
    pair->rival_ns = rival_ns;
    pair->disturbed = isinf(rival_ns);
    return 0;
}

/* How fast two ranks are is decided when they start, so the least of some starts would be luck. */
int rival_mpirun(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                 char *message, size_t bytes)
{
    if (task->round == 0) { /* where ours can't run, theirs is not asked */
        int error = measure(session, task, NULL, pair, message, bytes);
        if (error != 0 || pair->signal != 0 || strcmp(pair->status, "ok") != 0)
            return error;
    }
    return take_turns(session, task, false, task->round, pair, message, bytes);
}

static int measure_both(struct session *session, const struct rival_task *task,
                        const char *reference, struct rival_pair *pair, char *message, size_t bytes)
{
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN};
    int error = measure(session, task, reference, pair, message, bytes);
    if (error == 0 && strcmp(pair->status, "ok") == 0 && isnan(pair->rival_ns))
        snprintf(pair->status, sizeof pair->status, "failed: ipc ended without its second row");
    return error;
}

int rival_plain(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                char *message, size_t bytes)
{
    return measure_both(session, task, "trips", pair, message, bytes);
}

int rival_windows(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                  char *message, size_t bytes)
{
    return measure_both(session, task, "windows", pair, message, bytes);
}

int rival_epcc(struct session *session, const struct rival_task *task, struct rival_pair *pair,
               char *message, size_t bytes)
{
    const struct spawn_launch launch = {.way = SPAWN_OPENMP_BOUND,
                                        .budget_ns = REGIONS_NS,
                                        .timeout_ns = task->timeout_ns,
                                        .python = "",
                                        .reference = true};
    struct spawn_figures figures;
    struct spawn_raw raw;
    const struct columns_reader reader = {spawn_raw_columns, SPAWN_RAW_COLUMNS, &raw,
                                          spawn_figures_take, &figures};
    struct spawn_call call;
    struct tool_end end;
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN};
    spawn_figures_open(&figures);
    spawn_call_make(&launch, &call);
    int error = tool_run(session, &call.tool, &end, message, bytes);
    if (error != 0)
        return error;
    error = columns_read(end.rows, &reader, message, bytes);
    fclose(end.rows);
    pair->signal = end.signal;
    struct spawn_start start = spawn_figures_start(&figures, SPAWN_OPENMP_BOUND, end.status);
    snprintf(pair->status, sizeof pair->status, "%s", start.status);
    pair->own_ns = start.total_ns;
    pair->rival_ns = spawn_figures_median(figures.reference_ns, figures.references);
    spawn_figures_free(&figures);
    return error;
}

int rival_append(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                 char *message, size_t bytes)
{
    const char *reason = describe_no_interpreter(task->python);
    char budget[32];
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN};
    if (reason != NULL) {
        snprintf(pair->status, sizeof pair->status, "skip: %.256s", reason);
        return 0;
    }
    snprintf(budget, sizeof budget, "%llu", APPENDS_NS);
    char *const arguments[] = {(char *)"--python", task->python->python, (char *)"--budget-ns",
                               budget, NULL};
    const struct tool tool = {
        .program = "append", .arguments = arguments, .limit_ns = task->timeout_ns};
    return run(session, &tool, false, pair, message, bytes);
}
