#include "bench/command/nested.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process.h"

#define RANKS_MAX (1ul << 20)

/* What launchers tell the processes that they start, and how those are called, in their first
 * letters, that start them on a machine. srun's size is that of its step: a batch script has no
 * step. */
static const struct launcher {
    const char *rank, *size;
    const char *names[8]; /* end with NULL */
} launchers[] = {
    {"OMPI_COMM_WORLD_RANK",
     "OMPI_COMM_WORLD_SIZE", /* Open MPI's, up to 4 and since 5 */
     {"mpirun", "mpiexec", "orterun", "orted", "prterun", "prted", "slurmstepd", NULL}},
    {"PMI_RANK", "PMI_SIZE", {"hydra_", "mpirun", "mpiexec", "slurmstepd", NULL}}, /* MPICH's */
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", {"slurmstepd", "srun", NULL}},
};

/* Returns false where text is no number, or NULL. */
static bool read_number(const char *text, unsigned long *number)
{
    char *end = NULL;
    if (text == NULL || *text < '0' || *text > '9')
        return false;
    *number = strtoul(text, &end, 10);
    return *end == '\0' && *number <= RANKS_MAX;
}

static bool is_one_of(const char *name, const char *const beginnings[])
{
    while (*beginnings != NULL && strncmp(name, *beginnings, strlen(*beginnings)) != 0)
        beginnings++;
    return *beginnings != NULL;
}

/* Whether one of them is an ancestor. One that may not be looked at (hidepid of proc(5)) may be. */
static bool descends_from(const char *const names[])
{
    struct process process = {.parent = getppid()};
    while (process.parent > 0) {
        int error = process_read(process.parent, &process);
        if (error != 0 || is_one_of(process.name, names))
            return true;
    }
    return false;
}

/* Finds the launcher that started this process as one of several, and its numbers. */
static bool find_launcher(unsigned long *rank, unsigned long *size)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (read_number(getenv(launchers[i].rank), rank) &&
            read_number(getenv(launchers[i].size), size) && *size > 1 && *rank < *size &&
            descends_from(launchers[i].names))
            return true;
    return false;
}

unsigned nested_rank(void)
{
    unsigned long rank, size;
    return find_launcher(&rank, &size) ? (unsigned)rank : 0;
}

unsigned nested_workers(void)
{
    unsigned long rank, size;
    return find_launcher(&rank, &size) ? (unsigned)size - 1 : 0;
}
