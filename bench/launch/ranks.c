#include "bench/launch/ranks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ABSENT = -1, ENDED = -2, UNSEEN = -3 }; /* instead of a pidfd: poll passes over them */

int ranks_watch(struct ranks *ranks, const struct board *board, unsigned workers)
{
    *ranks = (struct ranks){.board = board, .workers = workers};
    failure_clear(&ranks->first);
    ranks->ends = calloc(workers + 1, sizeof ranks->ends[0]);
    if (ranks->ends == NULL)
        return -ENOMEM;
    for (unsigned rank = 0; rank < workers; rank++)
        ranks->ends[rank] = (struct pollfd){.fd = ABSENT, .events = POLLIN};
    return 0;
}

/* mpirun ends the others within a millisecond or two, so one look may find several: one that was
 * idle is not it. Of two that had a task each nobody can tell; then both are named. */
static void note_end(struct ranks *ranks, unsigned worker, pid_t pid)
{
    struct failure *first = &ranks->first;
    int64_t task = atomic_load(&ranks->board->lines[worker].task);
    if (task == BOARD_NO_TASK)
        task = FAILURE_NONE;
    if (first->error == 0 || (first->task == FAILURE_NONE && task != FAILURE_NONE)) {
        failure_set(first, -EOWNERDEAD, (int)worker, pid, task, "rank %u died", worker + 1);
    } else if (task != FAILURE_NONE) {
        size_t used = strlen(first->text);
        snprintf(first->text + used, sizeof first->text - used,
                 ", as did worker %u (pid %d), task %" PRId64, worker, (int)pid, task);
    }
}

bool ranks_complete(struct ranks *ranks)
{
    bool known = ranks->first.error != 0; /* and the others die of that one */
    for (unsigned rank = 0; ranks->signed_on < ranks->workers && rank < ranks->workers; rank++) {
        pid_t pid = atomic_load(&ranks->board->lines[rank].pid);
        if (ranks->ends[rank].fd != ABSENT || pid == 0)
            continue;
        int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        const bool gone = pidfd < 0 && errno == ESRCH; /* it has been there */
        ranks->ends[rank].fd = pidfd >= 0 ? pidfd : gone ? ENDED : UNSEEN;
        ranks->signed_on++;
        if (gone && !known)
            note_end(ranks, rank, pid);
    }
    return ranks->signed_on == ranks->workers;
}

void ranks_look(struct ranks *ranks)
{
    bool known = ranks->first.error != 0;
    ranks_complete(ranks);
    if (poll(ranks->ends, ranks->workers, 0) <= 0)
        return;
    for (unsigned rank = 0; rank < ranks->workers; rank++) {
        if (ranks->ends[rank].fd < 0 || (ranks->ends[rank].revents & POLLIN) == 0)
            continue;
        if (!known)
            note_end(ranks, rank, atomic_load(&ranks->board->lines[rank].pid));
        close(ranks->ends[rank].fd);
        ranks->ends[rank].fd = ENDED;
    }
}

void ranks_close(struct ranks *ranks)
{
    for (unsigned rank = 0; ranks->ends != NULL && rank < ranks->workers; rank++)
        if (ranks->ends[rank].fd >= 0)
            close(ranks->ends[rank].fd);
    free(ranks->ends);
    ranks->ends = NULL;
}
