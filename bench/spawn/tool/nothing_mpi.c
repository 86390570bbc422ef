/*
 * nothing-mpi - the same as ranks of MPI: each says when it had become one, and ends.
 *
 *     mpirun -n 3 nothing-mpi MARKS [idle]        MARKS: the path of a file, see mark.h
 *
 * With `idle` it waits for SIGTERM, which is blocked before MPI may start threads. It dies with its
 * mpirun: a rank that is orphaned in MPI_Init goes on for seconds, and makes directories anew that
 * whoever cleans up has just removed.
 */
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <unistd.h>

#include "bench/spawn/tool/mark.h"
#include "common/clock.h"
#include "common/starter.h"

int main(int argc, char **argv)
{
    sigset_t end;
    int rank, number;
    if (starter_join() != 0)
        return 1;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL);
    if (argc < 2 || MPI_Init(NULL, NULL) != MPI_SUCCESS)
        return 1;
    uint64_t first_ns = clock_ns(); /* from now on it can talk to the others */
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    int file = open(argv[1], O_WRONLY | O_CLOEXEC);
    if (file < 0 || !mark_write(file, (unsigned)rank, first_ns))
        MPI_Abort(MPI_COMM_WORLD, 1);
    close(file);
    if (argc > 2)
        sigwait(&end, &number);
    MPI_Finalize();
    return 0;
}
