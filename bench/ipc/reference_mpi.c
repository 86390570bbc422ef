/*
 * reference-mpi - a ping-pong as in the OSU benchmarks, to compare bench ipc's mpi with.
 *
 *     mpirun -n 2 reference-mpi --cpus A,B --batches N --output FILE
 *
 * Plain MPI_Send and MPI_Recv of 8 bytes, blocking, as osu_latency does it: the first trips are
 * not counted. One figure goes to the file: half the round trip, in nanoseconds. osu_latency prints
 * the mean of all trips, which on a machine that is also used by others says more about these; so
 * here it is the median of the means of 100 trips each, which is what bench ipc shows, too. Rank r
 * runs on the rth cpu; -1: anywhere. It shares no code with what it is compared with, and has
 * another clock (MPI_Wtime).
 *
 * See D. Panda et al., OSU Micro-Benchmarks, osu_latency.
 */
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES   8
#define TAG     1
#define BATCH   100 /* trips that are timed together */
#define WARM_UP 10  /* of so many batches, one is run before and not counted */

struct arguments {
    int cpus[2];
    long batches;
    const char *output;
};

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.cpus = {-1, -1}};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--cpus") == 0 &&
            sscanf(argv[i + 1], "%d,%d", &arguments->cpus[0], &arguments->cpus[1]) != 2)
            return -1;
        if (strcmp(argv[i], "--batches") == 0)
            arguments->batches = strtol(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--output") == 0)
            arguments->output = argv[i + 1];
    }
    return arguments->batches > 0 && arguments->output != NULL ? 0 : -1;
}

static void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu < 0)
        return;
    CPU_SET((unsigned)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        perror("reference-mpi: sched_setaffinity");
}

/* Returns the seconds that one batch of trips took. */
static double ping_pong(int rank)
{
    char message[BYTES] = {0};
    double begin = MPI_Wtime();
    for (int i = 0; i < BATCH; i++) {
        if (rank == 0)
            MPI_Send(message, BYTES, MPI_CHAR, 1, TAG, MPI_COMM_WORLD);
        MPI_Recv(message, BYTES, MPI_CHAR, 1 - rank, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (rank == 1)
            MPI_Send(message, BYTES, MPI_CHAR, 0, TAG, MPI_COMM_WORLD);
    }
    return MPI_Wtime() - begin;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The median of that, of so many batches. */
static double measure(int rank, size_t batches, double seconds[])
{
    for (size_t i = 0; i < batches / WARM_UP; i++)
        ping_pong(rank);
    for (size_t i = 0; i < batches; i++)
        seconds[i] = ping_pong(rank);
    qsort(seconds, batches, sizeof *seconds, ascending);
    return seconds[batches / 2];
}

static int write_figure(const char *path, double half_trip_ns)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -1;
    fprintf(file, "%.3f\n", half_trip_ns);
    return fclose(file);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    int rank, ranks, failed = 0;
    if (read_arguments(argc, argv, &arguments) != 0) {
        fprintf(stderr, "reference-mpi: bench ipc --check knows how to call this program\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks == 2) {
        pin(arguments.cpus[rank]);
        MPI_Barrier(MPI_COMM_WORLD);
        double *seconds = calloc((size_t)arguments.batches, sizeof *seconds);
        double batch = seconds != NULL ? measure(rank, (size_t)arguments.batches, seconds) : 0;
        free(seconds);
        if (rank == 0)
            failed = batch > 0 ? write_figure(arguments.output, batch * 1e9 / (2 * BATCH)) : -1;
    }
    MPI_Finalize();
    return failed != 0 || ranks != 2;
}
