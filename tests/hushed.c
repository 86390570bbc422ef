/*
 * hushed - does a rank that waits for its next map stop polling when the board says so?
 *
 *     mpirun -n 2 hushed FILE
 *
 * Rank 1 waits for a message as it does between maps; FILE holds the board. A nap is a voluntary
 * switch, so rank 0 sees in /proc whether it polls: it has to, then it has to stop, and then it has
 * to get its message. Exits with 0 in both ranks, or with the number of the step that failed.
 */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/rank_wait.h"
#include "common/board.h"
#include "common/clock.h"

#define TAG       0
#define LIMIT_NS  (20 * NS_PER_S) /* against hanging */
#define WINDOW_US 30000           /* in which one that polls naps some hundred times */

static long switches_of(int pid)
{
    char path[64], line[128];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    if (file != NULL)
        fclose(file);
    return count;
}

/* Waits for a window in which rank 1 polls, or does not. */
static bool see(int pid, bool polls)
{
    uint64_t deadline_ns = clock_deadline(LIMIT_NS);
    while (clock_ns() < deadline_ns) {
        long before = switches_of(pid);
        usleep(WINDOW_US);
        if ((switches_of(pid) != before) == polls)
            return true;
    }
    return false;
}

static int lead(struct board *board)
{
    int pid = atomic_load(&board->lines[0].pid);
    if (!see(pid, true))
        return 2;
    board_hush(board, true);
    if (!see(pid, false))
        return 3;
    board_hush(board, false);
    return MPI_Send(&pid, 1, MPI_INT, 1, TAG, MPI_COMM_WORLD) == MPI_SUCCESS ? 0 : 4;
}

static int follow(const struct board *board)
{
    int number = 0;
    MPI_Request request;
    MPI_Irecv(&number, 1, MPI_INT, 0, TAG, MPI_COMM_WORLD, &request);
    int error = rank_wait_idly(&request, board, clock_deadline(2 * LIMIT_NS));
    return error == 0 && number == getpid() ? 0 : 5;
}

int main(int argc, char **argv)
{
    struct board *board;
    int rank;
    if (argc != 2 || board_open(argv[1], &board) != 0 || MPI_Init(NULL, NULL) != MPI_SUCCESS)
        return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 1)
        atomic_store(&board->lines[0].pid, getpid());
    MPI_Barrier(MPI_COMM_WORLD);
    int step = rank == 0 ? lead(board) : follow(board);
    if (step != 0)
        MPI_Abort(MPI_COMM_WORLD, step);
    MPI_Finalize();
    return 0;
}
