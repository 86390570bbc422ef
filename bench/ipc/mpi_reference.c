/*
 * A ping-pong and windows as in the OSU benchmarks, which bench ipc's mpi is held against.
 *
 * Plain MPI_Send and MPI_Recv, blocking, between the two ranks, with the first trips not counted,
 * as osu_latency does it. That program prints half of the mean of all trips; here it is told per
 * batch, so that whoever asked can take the median, as it does of its own.
 *
 * Windows are as in osu_bw: 64 MPI_Isend of one message, as many MPI_Irecv (which there all go to
 * one buffer; the standard wants them apart, so here they are), and an answer when all are done.
 *
 * See D. Panda et al., OSU Micro-Benchmarks, osu_latency and osu_bw.
 */
#include <errno.h>
#include <mpi.h>

#include "bench/ipc/tool/reference.h"

#define TAG          1 /* the transport has 0 */
#define WARM_TRIPS   10
#define WARM_WINDOWS 1
#define WINDOW       64

static int opens(struct reference_link *link)
{
    (void)link; /* ranks are there */
    return 0;
}

static void closes(struct reference_link *link)
{
    (void)link;
}

static int sends(char *message, int rank)
{
    return MPI_Send(message, REFERENCE_BYTES, MPI_CHAR, rank, TAG, MPI_COMM_WORLD);
}

static int receives(char *message, int rank)
{
    return MPI_Recv(message, REFERENCE_BYTES, MPI_CHAR, rank, TAG, MPI_COMM_WORLD,
                    MPI_STATUS_IGNORE);
}

static int leads(const struct reference_link *link, uint32_t trips, double *taken_ns)
{
    char message[REFERENCE_BYTES] = {0};
    double begin = 0;
    int error = MPI_SUCCESS;
    (void)link;
    for (uint32_t i = 0; i < WARM_TRIPS + trips && error == MPI_SUCCESS; i++) {
        if (i == WARM_TRIPS)
            begin = MPI_Wtime();
        error = sends(message, 1);
        if (error == MPI_SUCCESS)
            error = receives(message, 1);
    }
    *taken_ns = (MPI_Wtime() - begin) * 1e9;
    return error == MPI_SUCCESS ? 0 : -EIO;
}

static int follows(const struct reference_link *link, uint32_t trips)
{
    char message[REFERENCE_BYTES];
    int error = MPI_SUCCESS;
    (void)link;
    for (uint32_t i = 0; i < WARM_TRIPS + trips && error == MPI_SUCCESS; i++) {
        error = receives(message, 0);
        if (error == MPI_SUCCESS)
            error = sends(message, 0);
    }
    return error == MPI_SUCCESS ? 0 : -EIO;
}

/* ---- windows -------------------------------------------------------------------------------- */

static int send_window(const char *message)
{
    MPI_Request requests[WINDOW];
    char answer[REFERENCE_BYTES];
    int error = MPI_SUCCESS;
    for (int i = 0; i < WINDOW && error == MPI_SUCCESS; i++)
        error = MPI_Isend(message, REFERENCE_WINDOW_BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD,
                          &requests[i]);
    if (error == MPI_SUCCESS)
        error = MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE);
    return error == MPI_SUCCESS ? receives(answer, 1) : error;
}

static int receive_window(char *messages)
{
    MPI_Request requests[WINDOW];
    char answer[REFERENCE_BYTES] = {0};
    int error = MPI_SUCCESS;
    for (int i = 0; i < WINDOW && error == MPI_SUCCESS; i++)
        error = MPI_Irecv(messages + (size_t)i * REFERENCE_WINDOW_BYTES, REFERENCE_WINDOW_BYTES,
                          MPI_CHAR, 0, TAG, MPI_COMM_WORLD, &requests[i]);
    if (error == MPI_SUCCESS)
        error = MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE);
    return error == MPI_SUCCESS ? sends(answer, 0) : error;
}

static int leads_windows(const struct reference_link *link, uint32_t windows, double *taken_ns)
{
    static const char message[REFERENCE_WINDOW_BYTES];
    double begin = 0;
    int error = MPI_SUCCESS;
    (void)link;
    for (uint32_t i = 0; i < WARM_WINDOWS + windows && error == MPI_SUCCESS; i++) {
        if (i == WARM_WINDOWS)
            begin = MPI_Wtime();
        error = send_window(message);
    }
    *taken_ns = (MPI_Wtime() - begin) * 1e9;
    return error == MPI_SUCCESS ? 0 : -EIO;
}

static int follows_windows(const struct reference_link *link, uint32_t windows)
{
    static char messages[WINDOW * REFERENCE_WINDOW_BYTES]; /* which each batch finds touched */
    int error = MPI_SUCCESS;
    (void)link;
    for (uint32_t i = 0; i < WARM_WINDOWS + windows && error == MPI_SUCCESS; i++)
        error = receive_window(messages);
    return error == MPI_SUCCESS ? 0 : -EIO;
}

extern const struct reference parbench_reference, parbench_window_reference;
const struct reference parbench_reference = {"OSU-style ping-pong", false, opens, leads, follows,
                                             closes};
const struct reference parbench_window_reference = {
    "OSU-style windows", true, opens, leads_windows, follows_windows, closes};
