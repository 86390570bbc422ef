#include "backends/registry.h"

#include <string.h>

extern const struct backend serial_backend;
extern const struct backend pipes_backend;
extern const struct backend shm_backend;
extern const struct backend pthreads_backend;
/* A program that links openmp.c has it built in, as tests do; in all others this is NULL. */
extern const struct backend openmp_backend __attribute__((weak));
extern const struct backend manager_backend;
extern const struct backend manager_tcp_backend;

/* mpi and openmp are modules, each loaded only into its own cells: with libmpi in every process,
 * the fork of the other backends would pay for its mappings, and libgomp obeys OMP_PROC_BIND as
 * soon as it is loaded, which would bind them all. */
const struct registry_entry backend_registry[] = {
    {"serial", &serial_backend, NULL},
    {"pipes", &pipes_backend, NULL},
    {"shm", &shm_backend, NULL},
    {"pthreads", &pthreads_backend, NULL},
    {"openmp", &openmp_backend, "parbench-openmp.so"},
    {"mpi", NULL, "parbench-mpi.so"},
    {"manager", &manager_backend, NULL},
    {"manager:tcp", &manager_tcp_backend, NULL},
    {"python-pool", NULL, REGISTRY_PYTHON},
    {"python-queue", NULL, REGISTRY_PYTHON},
    {"python-manager", NULL, REGISTRY_PYTHON},
    {"python-process", NULL, REGISTRY_PYTHON},
    {"python-threads", NULL, REGISTRY_PYTHON},
    {"python-threads-nogil", NULL, REGISTRY_PYTHON},
    {"python-pure", NULL, REGISTRY_PYTHON},
    {NULL, NULL, NULL},
};

/* How Python starts a process, written behind a backend's name and a colon. */
static bool is_start_method(const char *word)
{
    return strcmp(word, "fork") == 0 || strcmp(word, "spawn") == 0 ||
           strcmp(word, "forkserver") == 0;
}

const struct registry_entry *registry_find(const char *name)
{
    for (const struct registry_entry *entry = backend_registry; entry->name != NULL; entry++) {
        size_t length = strlen(entry->name);
        if (strncmp(entry->name, name, length) != 0)
            continue;
        if (name[length] == '\0' || (name[length] == ':' && registry_is_python(entry) &&
                                     is_start_method(name + length + 1)))
            return entry;
    }
    return NULL;
}

bool registry_is_variant(const struct registry_entry *entry)
{
    return strchr(entry->name, ':') != NULL;
}

bool registry_is_python(const struct registry_entry *entry)
{
    return entry->module != NULL && strcmp(entry->module, REGISTRY_PYTHON) == 0;
}
