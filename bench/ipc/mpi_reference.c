/*
 * A ping-pong as in the OSU benchmarks, which bench ipc's mpi is held against.
 *
 * Plain MPI_Send and MPI_Recv, blocking, between the two ranks, with the first trips not counted,
 * as osu_latency does it. That program prints half of the mean of all trips; here it is told per
 * batch, so that whoever asked can take the median, as it does of its own.
 *
 * See D. Panda et al., OSU Micro-Benchmarks, osu_latency.
 */
#include <errno.h>
#include <mpi.h>

#include "bench/ipc/tool/reference.h"

#define TAG        1 /* the transport has 0 */
#define WARM_TRIPS 10

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

extern const struct reference parbench_reference;
const struct reference parbench_reference = {"OSU-style ping-pong", opens, leads, follows, closes};
