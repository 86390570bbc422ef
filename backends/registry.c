#include "backends/registry.h"

#include <string.h>

extern const struct backend serial_backend;
extern const struct backend pipes_backend;
extern const struct backend shm_backend;
extern const struct backend pthreads_backend;
extern const struct backend openmp_backend;

/* mpi is a module, loaded only into cells that mpirun starts: with libmpi in every process, the
 * fork of the other backends would pay for its mappings. */
const struct registry_entry backend_registry[] = {
    {"serial", &serial_backend, NULL},
    {"pipes", &pipes_backend, NULL},
    {"shm", &shm_backend, NULL},
    {"pthreads", &pthreads_backend, NULL},
    {"openmp", &openmp_backend, NULL},
    {"mpi", NULL, "parbench-mpi.so"},
    {NULL, NULL, NULL},
};

const struct registry_entry *registry_find(const char *name)
{
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}
