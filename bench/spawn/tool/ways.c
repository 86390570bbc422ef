/*
 * Which code measures which way. OpenMP's is in a module that is loaded when it is asked for:
 * linked to this program, its runtime would make each fork of it a tenth dearer.
 */
#include <dlfcn.h>
#include <stdio.h>

#include "bench/spawn/tool/way.h"

#define OPENMP_MODULE "parbench-spawn-openmp.so"

static const struct way ways[SPAWN_WAYS] = {
    [SPAWN_FORK_SMALL] = {NULL, fork_sample, fork_weigh, NULL, NULL, false},
    [SPAWN_FORK_PAGES] = {fork_pages, fork_sample, fork_weigh, NULL, NULL, false},
    [SPAWN_FORK_HUGE] = {fork_huge, fork_sample, fork_weigh, NULL, NULL, false},
    [SPAWN_FORK_SHARED] = {fork_shared, fork_sample, fork_weigh, NULL, NULL, false},
    [SPAWN_CLONE3] = {NULL, clone3_sample, fork_weigh, NULL, NULL, false},
    [SPAWN_VFORK] = {NULL, vfork_sample, exec_weigh, NULL, NULL, false},
    [SPAWN_POSIX_SPAWN] = {NULL, posix_spawn_sample, exec_weigh, NULL, NULL, false},
    [SPAWN_PTHREAD] = {NULL, thread_sample, thread_weigh, NULL, NULL, false},
    [SPAWN_MPIRUN] = {mpirun_prepare, mpirun_sample, mpirun_weigh, NULL, NULL, true},
    [SPAWN_PYTHON] = {python_prepare, python_sample, python_weigh, NULL, NULL, true},
    [SPAWN_POOL_FORK] = {pool_prepare, pool_sample, pool_weigh, pool_finish, NULL, false},
    [SPAWN_POOL_SPAWN] = {pool_prepare, pool_sample, pool_weigh, pool_finish, NULL, false},
};

static const struct way *load(struct stage *stage)
{
    char path[PATH_MAX + sizeof OPENMP_MODULE + 1];
    snprintf(path, sizeof path, "%s/%s", stage->library, OPENMP_MODULE);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* until the end of this program */
    const struct way *loaded = module != NULL ? dlsym(module, "parbench_ways") : NULL;
    if (loaded == NULL)
        snprintf(stage->why, sizeof stage->why, "cannot load %s: %.200s", OPENMP_MODULE, dlerror());
    return loaded;
}

const struct way *way_find(enum spawn_way way, struct stage *stage)
{
    if (way < SPAWN_OPENMP_FIRST || way > SPAWN_OPENMP_BOUND)
        return &ways[way];
    const struct way *loaded = load(stage);
    return loaded != NULL ? loaded + (way - SPAWN_OPENMP_FIRST) : NULL;
}
