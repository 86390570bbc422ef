#include "bench/spawn/tool/way.h"

const struct way spawn_ways[SPAWN_WAYS] = {
    [SPAWN_FORK_SMALL] = {NULL, fork_sample, fork_weigh, NULL},
    [SPAWN_FORK_PAGES] = {fork_pages, fork_sample, fork_weigh, NULL},
    [SPAWN_FORK_HUGE] = {fork_huge, fork_sample, fork_weigh, NULL},
    [SPAWN_FORK_SHARED] = {fork_shared, fork_sample, fork_weigh, NULL},
    [SPAWN_CLONE3] = {NULL, clone3_sample, fork_weigh, NULL},
    [SPAWN_VFORK] = {NULL, vfork_sample, exec_weigh, NULL},
    [SPAWN_POSIX_SPAWN] = {NULL, posix_spawn_sample, exec_weigh, NULL},
    [SPAWN_PTHREAD] = {NULL, thread_sample, thread_weigh, NULL},
    [SPAWN_OPENMP_FIRST] = {NULL, openmp_first, openmp_weigh, NULL},
    [SPAWN_OPENMP_NEXT] = {openmp_prepare, openmp_next, NULL, NULL}, /* as with the first */
    [SPAWN_OPENMP_BOUND] = {openmp_bind, openmp_next, NULL, NULL},
    [SPAWN_MPIRUN] = {mpirun_prepare, mpirun_sample, mpirun_weigh, NULL},
    [SPAWN_PYTHON] = {python_prepare, python_sample, python_weigh, NULL},
    [SPAWN_POOL_FORK] = {pool_prepare, pool_sample, pool_weigh, pool_finish},
    [SPAWN_POOL_SPAWN] = {pool_prepare, pool_sample, pool_weigh, pool_finish},
};
