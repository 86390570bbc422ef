/*
 * cell - the program of one measurement, in a fresh process.
 *
 * bench starts it for every cell and every round, behind mpirun where the backend asks for that, so
 * that no backend inherits another's threads, heap or page tables. It speaks to bench through two
 * files: the board and the rows of samples.
 *
 *     cell --describe NAME      says what a backend is
 *     cell --describe-work TEXT says what a workload with these parameters amounts to
 *     cell --describe-flag FLAG says whether Google Benchmark takes this flag
 *     cell --workload ... -- GOOGLE-BENCHMARK-FLAGS
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/cell/gbench.h"
#include "bench/cell/load.h"
#include "bench/cell/run.h"
#include "common/starter.h"

#define MESSAGE_BYTES 512

static int describe(const char *name)
{
    char message[MESSAGE_BYTES];
    const struct backend *backend = load_backend(name, message, sizeof message);
    if (backend == NULL) {
        printf("problem\t%s\n", message);
        return MEASURE_OK;
    }
    printf("name\t%s\nsummary\t%s\ninterface\t%d\n", backend->name, backend->summary,
           CELL_INTERFACE);
    if (backend->mpirun)
        printf("mpirun\tyes\n");
    for (int schedule = 0; backend->skip != NULL && schedule < SCHEDULES; schedule++) {
        const struct job job = {.shape = {.task_bytes = 8, .result_bytes = 8}};
        const struct plan plan = {.job = &job, .workers = 2, .schedule = (enum schedule)schedule};
        const char *lack = backend->skip(&plan);
        if (lack != NULL)
            printf("%s\t%s\n", schedule_name(plan.schedule), lack);
    }
    return MEASURE_OK;
}

static int describe_work(const char *text)
{
    char message[MESSAGE_BYTES];
    struct work *work;
    if (work_open(text, &work, message, sizeof message) != 0) {
        printf("problem\t%s\n", message);
        return MEASURE_OK;
    }
    printf("name\t%s\nparameters\t%s\ntasks\t%zu\ntask_bytes\t%zu\nresult_bytes\t%zu\n",
           work->workload->name, work->parameters, work->tasks, work->shape.task_bytes,
           work->shape.result_bytes);
    work_close(work);
    return MEASURE_OK;
}

/* By trying: Google Benchmark takes out of a command line what it knows, prints an error for a
 * value that it can't read, and where it finds no words it ends the process. */
static int describe_flag(char *program, char *flag)
{
    char *argv[] = {program, flag, NULL};
    int argc = 2;
    if (gbench_initialize(&argc, argv) == 0)
        printf("flag\tyes\n");
    gbench_shutdown();
    return MEASURE_OK;
}

int main(int argc, char **argv)
{
    char message[MESSAGE_BYTES];
    struct arguments arguments;

    if (starter_join() != 0)
        return MEASURE_FAILED;
    if (argc == 3 && strcmp(argv[1], "--describe") == 0)
        return describe(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--describe-work") == 0)
        return describe_work(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--describe-flag") == 0)
        return describe_flag(argv[0], argv[2]);
    if (arguments_read(argc, argv, &arguments) != 0)
        return MEASURE_USAGE;
    const struct backend *backend = load_backend(arguments.backend, message, sizeof message);
    if (backend == NULL) {
        fprintf(stderr, "%s\n", message);
        return MEASURE_USAGE;
    }
    return run_cell(&arguments, backend);
}
