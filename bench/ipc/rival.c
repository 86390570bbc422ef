#include "bench/ipc/rival.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/data/columns_read.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/perf.h"
#include "bench/ipc/row.h"

/* ---- ours ----------------------------------------------------------------------------------- */

struct taken { /* rows, so far */
    struct rival_pair *pair;
    unsigned count;
};

/* The transport's row comes first, behind it the reference's. */
static int take_row(const void *record, void *context)
{
    const struct ipc_row *row = record;
    struct taken *taken = context;
    *(taken->count == 0 ? &taken->pair->own_ns : &taken->pair->rival_ns) = row->round_trip_ns;
    snprintf(taken->pair->status, sizeof taken->pair->status, "%s", row->status);
    taken->count++;
    return 0;
}

static int measure(struct session *session, const struct rival_task *task, bool reference,
                   struct rival_pair *pair, char *message, size_t bytes)
{
    const struct ipc_launch launch = {transport_find(task->subject),
                                      task->placement,
                                      &task->bytes,
                                      1,
                                      task->timeout_ns,
                                      reference};
    struct taken taken = {.pair = pair};
    struct ipc_call call;
    struct tool_end end;
    struct ipc_row row;
    const struct columns_reader reader = {ipc_columns, IPC_COLUMNS, &row, take_row, &taken};
    ipc_call_make(&launch, &call);
    int error = tool_run(session, &call.tool, &end, message, bytes);
    if (error != 0)
        return error;
    snprintf(pair->status, sizeof pair->status, "%s",
             *end.status != '\0' ? end.status : "failed: ipc ended without a row");
    error = columns_read(end.rows, &reader, message, bytes);
    pair->signal = end.signal;
    fclose(end.rows);
    return error;
}

/* ---- and theirs ----------------------------------------------------------------------------- */

int rival_perf(struct session *session, const struct rival_task *task, struct rival_pair *pair,
               char *message, size_t bytes)
{
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN, .status = "ok"};
    for (unsigned turn = 0; turn < 2; turn++) {
        int error = (turn + task->round) % 2 == 0
                        ? measure(session, task, false, pair, message, bytes)
                        : perf_measure(session, task->placement, pair, message, bytes);
        if (error != 0 || pair->signal != 0 || strcmp(pair->status, "ok") != 0)
            return error;
    }
    return 0;
}

int rival_plain(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                char *message, size_t bytes)
{
    *pair = (struct rival_pair){.own_ns = NAN, .rival_ns = NAN};
    int error = measure(session, task, true, pair, message, bytes);
    if (error == 0 && strcmp(pair->status, "ok") == 0 && isnan(pair->rival_ns))
        snprintf(pair->status, sizeof pair->status, "failed: ipc ended without its second row");
    return error;
}
