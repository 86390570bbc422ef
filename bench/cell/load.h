/*
 * load.h - finds a backend by its name, or loads it from a shared object.
 */
#ifndef PARBENCH_BENCH_CELL_LOAD_H
#define PARBENCH_BENCH_CELL_LOAD_H

#include <stddef.h>

#include "backends/backend.h"

/* name: one of the registry, or a path (it holds a '/') of a shared object that exports
 * `const struct backend parbench_backend`. Returns the backend, which lives as long as the
 * process, or NULL with one line in message[bytes]. */
const struct backend *load_backend(const char *name, char *message, size_t bytes);

#endif
