#include "backends/rank_wait.h"

#include <errno.h>
#include <time.h>

#include "common/clock.h"

#define LOOK_EVERY 16 /* tests for one look at the clock, which costs as much as one */
#define EAGER_NS   (50 * NS_PER_US)  /* a wait tests without a break for so long */
#define NAP_SHARE  16                /* then it naps for 1/16 of the time it has taken so far, */
#define NAP_MAX_NS (100 * NS_PER_US) /* but no longer than this */
#define HUSH_NS    NS_PER_S          /* hushed for so long, it looks once whether a message came */

/* An answer that comes soon comes within microseconds: for that long, test eagerly (where ranks
 * exceed cores, each test that finds nothing lets another process run). Then nap, because spinning
 * takes the core from the very rank that is waited for. A nap is a fraction of the time waited so
 * far, so it makes no wait longer by more than that fraction. */
int rank_be_patient(struct patience *patience)
{
    if (patience->begin_ns == 0 && ++patience->tests < LOOK_EVERY)
        return 0;
    uint64_t now = clock_ns();
    if (patience->begin_ns == 0)
        patience->begin_ns = now;
    if (now >= patience->deadline_ns)
        return -ETIMEDOUT;
    uint64_t waited = now - patience->begin_ns;
    if (patience->board != NULL && board_heed(patience->board, now + HUSH_NS)) {
        patience->begin_ns = clock_ns(); /* now the next map comes soon */
    } else if (waited > EAGER_NS) {
        uint64_t nap = waited / NAP_SHARE;
        struct timespec time = {.tv_nsec = (long)(nap < NAP_MAX_NS ? nap : NAP_MAX_NS)};
        nanosleep(&time, NULL); /* a signal makes it shorter, which does no harm */
    }
    return 0;
}

int rank_error(int code)
{
    return code == MPI_SUCCESS ? 0 : -EIO;
}

static int test(MPI_Request *requests, int count, MPI_Status *statuses, int *done)
{
    if (count == 1) /* costs less; and MPI has one name for no status, another for none of many */
        return MPI_Test(requests, done,
                        statuses == MPI_STATUSES_IGNORE ? MPI_STATUS_IGNORE : statuses);
    return MPI_Testall(count, requests, done, statuses);
}

static int wait_with(struct patience *patience, MPI_Request *requests, int count,
                     MPI_Status *statuses)
{
    int done = 0, error = 0;
    while (error == 0 && !done) {
        error = rank_error(test(requests, count, statuses, &done));
        if (error == 0 && !done)
            error = rank_be_patient(patience);
    }
    return error;
}

int rank_wait(MPI_Request *requests, int count, MPI_Status *statuses, uint64_t deadline_ns)
{
    struct patience patience = {.deadline_ns = deadline_ns};
    return wait_with(&patience, requests, count, statuses);
}

int rank_wait_idly(MPI_Request *request, const struct board *board, uint64_t deadline_ns)
{
    struct patience patience = {.deadline_ns = deadline_ns, .board = board};
    return wait_with(&patience, request, 1, MPI_STATUSES_IGNORE);
}
