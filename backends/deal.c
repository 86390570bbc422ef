#include "backends/deal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/frame.h"
#include "common/process.h"

#define FLIGHT_BYTES (64u * 1024u)     /* for one worker, where more than FLIGHT_LEAST chunks fly */
#define FLIGHT_LEAST 2                 /* one being run, one waiting */
#define GRACE_NS     (100 * NS_PER_MS) /* for one who has closed its channel, and lives */

bool deal_fresh(const struct plan *plan)
{
    return plan->schedule == SCHEDULE_PER_TASK;
}

static size_t record_bytes(const struct shape *shape)
{
    return shape->task_bytes > shape->result_bytes ? shape->task_bytes : shape->result_bytes;
}

size_t deal_most(const struct shape *shape)
{
    size_t record = record_bytes(shape);
    return record == 0 ? UINT32_MAX : record < DEAL_BYTES ? DEAL_BYTES / record : 1;
}

static size_t chunk_of(const struct plan *plan, size_t count)
{
    size_t most = deal_most(&plan->job->shape);
    size_t chunk = plan->schedule == SCHEDULE_PER_TASK  ? 1
                   : plan->schedule == SCHEDULE_DYNAMIC ? schedule_chunk(plan, count)
                                                        : most;
    return chunk < most ? chunk : most;
}

/* How many chunks of so many tasks may be in flight with one worker. */
static unsigned flight_of(const struct plan *plan, size_t chunk)
{
    size_t flight = FLIGHT_BYTES / (sizeof(struct frame) + chunk * record_bytes(&plan->job->shape));
    if (deal_fresh(plan))
        return 1;
    return flight < FLIGHT_LEAST       ? FLIGHT_LEAST
           : flight < TASKS_FLIGHT_MAX ? (unsigned)flight
                                       : TASKS_FLIGHT_MAX;
}

void deal_begin(struct tasks *ledger, const struct plan *plan, size_t count)
{
    size_t chunk = chunk_of(plan, count);
    tasks_begin(ledger, count, chunk, flight_of(plan, chunk));
    for (unsigned w = 0; plan->schedule == SCHEDULE_STATIC && w < plan->workers; w++) {
        size_t first;
        size_t share = schedule_share(count, plan->workers, w, &first);
        tasks_reserve(ledger, w, first, share);
    }
}

int64_t deal_task_at_hand(const struct tasks *ledger, const struct plan *plan, unsigned worker)
{
    const struct board_line *line = &plan->job->board->lines[worker];
    int64_t task = atomic_load_explicit(&line->task, memory_order_relaxed);
    bool owed = tasks_holds(ledger, worker, task);
    return owed ? task : tasks_oldest(ledger, worker);
}

bool deal_believes(const struct tasks *ledger, unsigned worker, const struct failure *report)
{
    return report->error == -ECANCELED && report->worker == (int32_t)worker &&
           tasks_holds(ledger, worker, report->task) &&
           memchr(report->text, '\0', sizeof report->text) != NULL;
}

/* A process that is ending closes its channel first, and may then have to wait for a processor: with
 * many workers for long. It will end, so for that one there is the map's whole time; nobody can tell
 * what one will do that has closed its channel and goes on. */
static int await_end(struct child *child, uint64_t deadline_ns, int *status)
{
    struct process process;
    int error = child_wait(child, clock_deadline(GRACE_NS), status);
    if (error == 0 || process_read(child->pid, &process) != 0 || !process.ending)
        return error;
    return child_wait(child, deadline_ns, status);
}

bool deal_bury(struct child *child, unsigned worker, bool corrupt, const char *channel,
               int64_t task, uint64_t deadline_ns, struct failure *loss)
{
    char text[96] = "sent a corrupt frame";
    int status = -1;
    int pid = child->pid;
    if (!corrupt && await_end(child, deadline_ns, &status) == 0)
        child_describe(status, text, sizeof text);
    else if (!corrupt)
        snprintf(text, sizeof text, "closed its %s without ending", channel);
    child_end(child);
    failure_set(loss, corrupt ? -EPROTO : -EOWNERDEAD, (int)worker, pid, task, "%s%s", text,
                task < 0 ? " while it was idle" : "");
    return status == 0 && task < 0;
}

int deal_loss(struct tasks *ledger, const struct plan *plan, const struct failure *loss,
              struct failure *why)
{
    int deaths = tasks_lost(ledger, (unsigned)loss->worker, loss->task);
    if (deaths >= TASK_DEATHS_MAX)
        return failure_set(why, loss->error, loss->worker, loss->pid, loss->task,
                           "%.80s; this task has ended %d workers", loss->text, deaths);
    if (plan->on_death == ON_DEATH_RETRY && loss->error != -EPROTO && deaths >= 0)
        return 0;
    *why = *loss;
    return loss->error;
}

int deal_time_is_up(const struct tasks *ledger, const struct plan *plan, struct failure *why)
{
    double limit_s = (double)plan->limit_ns / (double)NS_PER_S;
    for (unsigned w = 0; w < plan->workers; w++) {
        int64_t task = deal_task_at_hand(ledger, plan, w);
        int pid = atomic_load_explicit(&plan->job->board->lines[w].pid, memory_order_relaxed);
        if (task >= 0)
            return failure_set(why, -ETIMEDOUT, (int)w, pid, task, "no result within %g s",
                               limit_s);
    }
    return failure_set(why, -ETIMEDOUT, FAILURE_NONE, 0, FAILURE_NONE,
                       "the map did not end within %g s", limit_s);
}

void deal_see_off(struct child *child, unsigned worker, uint64_t deadline_ns, struct failure *why)
{
    char text[96];
    int status;
    int pid = child->pid;
    struct failure loss;
    failure_clear(&loss);
    if (child_wait(child, deadline_ns, &status) != 0)
        failure_set(&loss, -ETIMEDOUT, (int)worker, pid, FAILURE_NONE, "did not end when told to");
    else if (status != 0)
        failure_set(&loss, -EOWNERDEAD, (int)worker, pid, FAILURE_NONE, "%s",
                    child_describe(status, text, sizeof text));
    failure_merge(why, &loss);
}
