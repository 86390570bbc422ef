/*
 * registry.h - which backends there are.
 */
#ifndef PARBENCH_BACKENDS_REGISTRY_H
#define PARBENCH_BACKENDS_REGISTRY_H

#include "backends/backend.h"

/* The program of cells whose backend is Python's, in place of the cell program and beside it. */
#define REGISTRY_PYTHON "python/cell.py"

struct registry_entry {
    const char *name;
    const struct backend *backend; /* linked in; NULL: in the module beside the cell program */
    const char *module;            /* file name of that module, or REGISTRY_PYTHON; or NULL */
};

/* All of them, in the order in which they are taught; ends with a NULL name. */
extern const struct registry_entry backend_registry[];

/* The entry of that name, or NULL. Behind the name of a backend in Python may stand how it starts
 * its processes: python-pool:spawn. */
const struct registry_entry *registry_find(const char *name);

/* Whether it is another entry's mechanism in another way, such as manager:tcp: for who asks for it
 * by name. */
bool registry_is_variant(const struct registry_entry *entry);

/* Whether a Python program holds this backend. */
bool registry_is_python(const struct registry_entry *entry);

#endif
