/*
 * registry.h - which backends there are.
 */
#ifndef PARBENCH_BACKENDS_REGISTRY_H
#define PARBENCH_BACKENDS_REGISTRY_H

#include "backends/backend.h"

struct registry_entry {
    const char *name;
    const struct backend *backend; /* compiled in; NULL: in the module beside the cell program */
    const char *module;            /* file name of that module, or NULL */
};

/* All of them, in the order in which they are taught; ends with a NULL name. */
extern const struct registry_entry backend_registry[];

/* The entry of that name, or NULL. */
const struct registry_entry *registry_find(const char *name);

#endif
