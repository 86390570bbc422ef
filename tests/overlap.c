/*
 * overlap - does a message arrive while its sender computes? Progress in MPI happens inside of
 * calls of MPI, so that depends on how the message goes.
 *
 *     mpirun -n 2 overlap FILE BYTES LIMIT_NS
 *
 * Rank 0 begins to send (MPI_Isend) and then stays out of MPI until rank 1 has the message, or for
 * LIMIT_NS. FILE is shared memory: rank 1 leaves 1 in its first byte once it has received, and rank
 * 0 in its second if it saw that before the limit.
 */
#include <fcntl.h>
#include <mpi.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/clock.h"

#define TAG 0

static void compute(const _Atomic char *received, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_deadline(limit_ns);
    while (atomic_load(received) == 0 && clock_ns() < deadline_ns)
        ;
}

static void play(int rank, _Atomic char flags[2], int bytes, uint64_t limit_ns)
{
    char *message = calloc(1, (size_t)bytes);
    MPI_Request request;
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) {
        MPI_Isend(message, bytes, MPI_BYTE, 1, TAG, MPI_COMM_WORLD, &request);
        compute(&flags[0], limit_ns);
        atomic_store(&flags[1], atomic_load(&flags[0]));
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    } else {
        MPI_Recv(message, bytes, MPI_BYTE, 0, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        atomic_store(&flags[0], 1);
    }
    free(message);
}

int main(int argc, char **argv)
{
    int rank;
    int file = argc == 4 ? open(argv[1], O_RDWR) : -1;
    _Atomic char *flags = mmap(NULL, 2, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || flags == MAP_FAILED || MPI_Init(NULL, NULL) != MPI_SUCCESS)
        return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    play(rank, flags, atoi(argv[2]), strtoull(argv[3], NULL, 10));
    MPI_Finalize();
    return 0;
}
