#include "bench/launch/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/cell/plain.h"
#include "common/child.h"

#define TASKS_SHOWN 4 /* enough to name a culprit; a table's cell is not a log */

/* ", task 3 on worker 1 (pid 4711), task 5 on worker 2 (pid 4712)": what was at work at the end. */
static void say_running(const struct verdict *verdict, char *text, size_t bytes)
{
    unsigned shown = 0;
    size_t used = 0;
    *text = '\0';
    for (unsigned worker = 0; worker < verdict->workers && shown < TASKS_SHOWN; worker++) {
        const struct board_line *line = &verdict->board->lines[worker];
        int64_t task = atomic_load(&line->task);
        if (task == BOARD_NO_TASK)
            continue;
        int length = snprintf(text + used, bytes - used, "%s task %" PRId64 " on worker %u (pid %d)",
                              shown++ == 0 ? "; running then:" : ",", task, worker,
                              (int)atomic_load(&line->pid));
        if (length < 0 || (size_t)length >= bytes - used)
            return;
        used += (size_t)length;
    }
    int64_t task = atomic_load(&verdict->board->lines[BOARD_PLAIN].task);
    if (task != BOARD_NO_TASK) /* then there was no pool yet */
        snprintf(text + used, bytes - used, "; running then: task %" PRId64 " in " PLAIN_NAME, task);
}

/* A crash in a thread of the cell's own process: the board knows which worker it was. A worker that
 * was a process of its own may have crashed, too, long ago; the cell's end is another story. */
static bool say_crash(const struct verdict *verdict, const char *how, char *text, size_t bytes)
{
    int32_t worker = atomic_load(&verdict->board->crashed);
    if (worker < 0 || (unsigned)worker >= verdict->workers)
        return false;
    const struct board_line *line = &verdict->board->lines[worker];
    if (atomic_load(&line->pid) != verdict->pid)
        return false;
    char who[VERDICT_BYTES];
    struct failure crash;
    failure_set(&crash, -1, worker, atomic_load(&line->pid), atomic_load(&line->task), "%s", how);
    snprintf(text, bytes, "failed: %s", failure_line(&crash, who, sizeof who));
    return true;
}

bool verdict_write(const struct verdict *verdict, char *text, size_t bytes)
{
    char how[96], running[256], who[VERDICT_BYTES / 2];
    bool finished = atomic_load(&verdict->board->finished) != 0;
    child_describe(verdict->status, how, sizeof how);
    say_running(verdict, running, sizeof running);
    if (verdict->signal != 0)
        snprintf(text, bytes, "failed: stopped by signal %d (%s)%s", verdict->signal,
                 strsignal(verdict->signal), running);
    else if (verdict->timed_out)
        snprintf(text, bytes, "timeout: not done within %g s%s", verdict->limit_s, running);
    else if (finished && verdict->left_behind > 0)
        snprintf(text, bytes, "failed: left %u processes behind", verdict->left_behind);
    else if (verdict->nonsense != NULL)
        snprintf(text, bytes, "failed: %s", verdict->nonsense);
    else if (finished && verdict->rows == 0)
        snprintf(text, bytes, "failed: the cell ended without a row");
    else if (finished && verdict->status != 0)
        snprintf(text, bytes, "failed: after its last sample the cell %s%s",
                 WIFSIGNALED(verdict->status) ? "was " : "", how);
    else if (finished)
        return false;
    else if (verdict->rank->error != 0)
        snprintf(text, bytes, "failed: %s", failure_line(verdict->rank, who, sizeof who));
    else if (!say_crash(verdict, how, text, bytes))
        snprintf(text, bytes, "failed: the cell %s%s%s", WIFSIGNALED(verdict->status) ? "was " : "",
                 how, running);
    return true;
}
