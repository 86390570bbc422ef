/*
 * plain-mpi - a ping-pong between two ranks, as one who knows nothing of parbench writes and starts
 * it.
 *
 *     mpirun -np 2 plain-mpi
 *
 * bench ipc asks mpirun for a dozen things (bench/launch/mpirun.c), and the plain loop that it
 * holds its own against runs under the same: what such a setting costs is then in both, and nobody
 * sees it. So this one is started by mpirun without any. As in osu_latency the first trips are not
 * counted; the figure is the median of the batches that follow. Rank 0 prints
 *
 *     round_trip_ns 843.2
 *
 * See D. Panda et al., OSU Micro-Benchmarks, osu_latency.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES      8
#define BATCHES    301
#define TRIPS      200 /* of a batch */
#define WARM_TRIPS 10000
#define TAG        1

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void exchange(int rank, int trips)
{
    char message[BYTES] = {0};
    for (int i = 0; i < trips; i++) {
        if (rank == 0)
            MPI_Send(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD);
        MPI_Recv(message, BYTES, MPI_CHAR, 1 - rank, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (rank == 1)
            MPI_Send(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD);
    }
}

int main(int argc, char **argv)
{
    static double trips_ns[BATCHES];
    int rank, ranks;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks != 2)
        MPI_Abort(MPI_COMM_WORLD, 2);
    exchange(rank, WARM_TRIPS);
    for (int i = 0; i < BATCHES; i++) {
        double begin = MPI_Wtime();
        exchange(rank, TRIPS);
        trips_ns[i] = (MPI_Wtime() - begin) * 1e9 / TRIPS;
    }
    qsort(trips_ns, BATCHES, sizeof trips_ns[0], compare);
    if (rank == 0)
        printf("round_trip_ns %.1f\n", trips_ns[BATCHES / 2]);
    MPI_Finalize();
    return 0;
}
