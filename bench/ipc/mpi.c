/*
 * mpi - messages between two ranks, by the library that all of high-performance computing uses.
 *
 * THE IDEA
 *
 * MPI has messages, not bytes: a length, a tag, a sender, and the library finds the way. Between
 * ranks of one machine that is shared memory, mapped by the library; between machines it would be
 * the network, and the program is the same.
 *
 * THE PICTURE
 *
 *       rank 0             Open MPI's shared memory            rank 1
 *     +---------+  Isend  +--------------------------+  Irecv +---------+
 *     | message | ------> | eager: a fragment, < 4 K | -----> | message |
 *     |         |         | else: "I have so much,   |        |         |
 *     |         | ------> |  and it lies here"       | -----> |         |
 *     |         |         +--------------------------+        |         |
 *     |         | <------------------------------------------ |         |  process_vm_readv,
 *     +---------+                                             +---------+  or fragments as above
 *
 * THE PROTOCOL
 *
 * A short message is copied into a fragment at once, whether it is wanted or not (eager). A long
 * one is announced, and travels when its receive has been posted (rendezvous); so a send may wait
 * for its receiver, and nothing here relies on buffers. Where the system allows it the receiver
 * then copies it out of the sender's memory (single copy, CMA; vm_readv.c), while the sender may do
 * what it likes; else both pass it on in fragments, and both must be inside of MPI for each. Ranks
 * are there before any link is, so open and attach only find out who is who; both ranks open the
 * same links in the same order, and one communicator does for all of them.
 *
 * WHAT IT COSTS
 *
 * Two copies of a short message, one by the kernel or two of a long one (the column `settings`
 * tells which); matching by sender and tag; and the progress engine, which looks at all queues that
 * there are. Two ranks on one core yield to each other, a system call for each look. There is
 * nothing to sleep on in shared memory, so who waits tests (rank_wait.h): eagerly for 50 us, then
 * with naps, so that ranks that share a core get on.
 *
 * Blocking sends one after the other move a byte at a time when the other side asks for it; with
 * many sends in flight both sides copy at once. So bench ipc tells two bandwidths of MPI: a chain of
 * MPI_Send, and windows of 64 MPI_Isend.
 *
 * WHEN THINGS GO WRONG
 *
 * A rank that dies takes the job with it: mpirun sees its end and kills the other.
 *
 * See MPI 3.1, sections 3.4 (modes) and 3.7 (nonblocking); ompi_info --param btl vader --level 9.
 */
#include <errno.h>
#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "backends/rank_wait.h"
#include "common/check.h"
#include "common/io.h"
#include "common/transport/transport.h"

#define EAGER_BYTES 1024 /* less than any transport of Open MPI sends eagerly */
#define TAG         0

static void finalize(void)
{
    MPI_Finalize();
}

/* The first time only: MPI begins once in a process, and ends with it. */
static int initialize(void)
{
    int started;
    MPI_Initialized(&started);
    if (started)
        return 0;
    if (getenv("PMIX_RANK") == NULL) /* without a job MPI_Init would try to make one */
        return -EINVAL;
    prctl(PR_SET_TIMERSLACK, 1ul); /* or each nap would be 50 us longer */
    int error = rank_error(MPI_Init(NULL, NULL));
    if (error == 0 && atexit(finalize) != 0)
        error = -ENOMEM;
    return error != 0 ? error
                      : rank_error(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
}

static int mpi_open(size_t bytes, void **link)
{
    int ranks;
    if (bytes > INT_MAX) /* MPI counts in int */
        return -EMSGSIZE;
    int error = initialize();
    if (error != 0)
        return error;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    *link = NULL; /* MPI has it all */
    return ranks == 2 ? 0 : -EINVAL;
}

static int mpi_attach(void *link, unsigned side, void **end)
{
    int rank, *other = malloc(sizeof *other);
    (void)link;
    if (other == NULL)
        return -ENOMEM;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    CHECK(side < 2 && (unsigned)rank == side);
    *other = 1 - rank;
    *end = other;
    return 0;
}

/* A small message is copied on its way at once (the eager protocol), so MPI_Send does not wait for
 * the other side; a large one does, and needs a wait with a limit. */
static int mpi_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    const int *other = end;
    MPI_Request request;
    if (bytes <= EAGER_BYTES || deadline_ns == IO_FOREVER)
        return rank_error(MPI_Send(message, (int)bytes, MPI_BYTE, *other, TAG, MPI_COMM_WORLD));
    int error =
        rank_error(MPI_Isend(message, (int)bytes, MPI_BYTE, *other, TAG, MPI_COMM_WORLD, &request));
    return error != 0 ? error : rank_wait(&request, 1, MPI_STATUSES_IGNORE, deadline_ns);
}

/* Who waits without a limit, because its owner keeps one, waits as any MPI program does. */
static int mpi_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    const int *other = end;
    MPI_Request request;
    if (deadline_ns == IO_FOREVER)
        return rank_error(MPI_Recv(message, (int)bytes, MPI_BYTE, *other, TAG, MPI_COMM_WORLD,
                                   MPI_STATUS_IGNORE));
    int error =
        rank_error(MPI_Irecv(message, (int)bytes, MPI_BYTE, *other, TAG, MPI_COMM_WORLD, &request));
    return error != 0 ? error : rank_wait(&request, 1, MPI_STATUSES_IGNORE, deadline_ns);
}

/* Many messages on their way at once: while one is copied by its receiver, the next is by us. The
 * same bytes may be in several sends at a time (MPI 3.1, 3.7.3), but not be received to twice. */
static int mpi_send_window(void *end, const void *message, size_t bytes, unsigned count)
{
    const int *other = end;
    MPI_Request requests[TRANSPORT_WINDOW_MOST];
    int error = MPI_SUCCESS;
    for (unsigned i = 0; i < count && error == MPI_SUCCESS; i++)
        error = MPI_Isend(message, (int)bytes, MPI_BYTE, *other, TAG, MPI_COMM_WORLD, &requests[i]);
    if (error == MPI_SUCCESS)
        error = MPI_Waitall((int)count, requests, MPI_STATUSES_IGNORE);
    return rank_error(error);
}

static int mpi_receive_window(void *end, void *messages, size_t bytes, unsigned count)
{
    const int *other = end;
    MPI_Request requests[TRANSPORT_WINDOW_MOST];
    int error = MPI_SUCCESS;
    for (unsigned i = 0; i < count && error == MPI_SUCCESS; i++)
        error = MPI_Irecv((char *)messages + i * bytes, (int)bytes, MPI_BYTE, *other, TAG,
                          MPI_COMM_WORLD, &requests[i]);
    if (error == MPI_SUCCESS)
        error = MPI_Waitall((int)count, requests, MPI_STATUSES_IGNORE);
    return rank_error(error);
}

static void mpi_detach(void *end)
{
    free(end);
}

static void mpi_close(void *link)
{
    (void)link; /* finalize is at exit */
}

extern const struct transport parbench_transport;
const struct transport parbench_transport = {
    .name = "mpi",
    .summary = "MPI_Send and MPI_Recv between two ranks",
    .open = mpi_open,
    .attach = mpi_attach,
    .send = mpi_send,
    .receive = mpi_receive,
    .send_window = mpi_send_window,
    .receive_window = mpi_receive_window,
    .detach = mpi_detach,
    .close = mpi_close,
};
