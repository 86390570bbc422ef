#include "bench/command/nested.h"

#include <stddef.h>
#include <stdlib.h>

/* What launchers tell the processes that they start; the first that is set counts. */
static const struct {
    const char *rank, *size;
} launchers[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, /* Open MPI's mpirun */
    {"PMI_RANK", "PMI_SIZE"},                         /* MPICH's */
    {"SLURM_PROCID", "SLURM_NTASKS"},                 /* srun */
};

static unsigned number(const char *text)
{
    unsigned long value = text != NULL ? strtoul(text, NULL, 10) : 0;
    return value <= 1u << 20 ? (unsigned)value : 0;
}

unsigned nested_rank(void)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (getenv(launchers[i].rank) != NULL)
            return number(getenv(launchers[i].rank));
    return 0;
}

unsigned nested_workers(void)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++) {
        if (getenv(launchers[i].rank) == NULL)
            continue;
        unsigned ranks = number(getenv(launchers[i].size));
        return ranks > 1 ? ranks - 1 : 1;
    }
    return 0;
}
