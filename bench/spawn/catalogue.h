/*
 * catalogue.h - the ways to start a worker that bench spawn measures: a mechanism, and under which
 * condition. The front asks for them by number, the measuring program has its code for each.
 */
#ifndef PARBENCH_BENCH_SPAWN_CATALOGUE_H
#define PARBENCH_BENCH_SPAWN_CATALOGUE_H

#include <stdbool.h>

enum spawn_way { /* those of one mechanism stand together */
                 SPAWN_FORK_SMALL,
                 SPAWN_FORK_PAGES,
                 SPAWN_FORK_HUGE,
                 SPAWN_FORK_SHARED,
                 SPAWN_CLONE3,
                 SPAWN_VFORK,
                 SPAWN_POSIX_SPAWN,
                 SPAWN_PTHREAD,
                 SPAWN_OPENMP_FIRST,
                 SPAWN_OPENMP_NEXT,
                 SPAWN_OPENMP_BOUND,
                 SPAWN_MPIRUN,
                 SPAWN_PYTHON,
                 SPAWN_POOL_FORK,
                 SPAWN_POOL_SPAWN,
                 SPAWN_WAYS
};

struct spawn_entry {
    const char *mechanism, *condition; /* as in spawn.csv */
    const char *summary;               /* of the mechanism; NULL: as the entry before */
    bool python;                       /* needs an interpreter */
};

extern const struct spawn_entry spawn_catalogue[SPAWN_WAYS];

#endif
