#include "bench/spawn/catalogue.h"

#include <stddef.h>

const struct spawn_entry spawn_catalogue[SPAWN_WAYS] = {
    [SPAWN_FORK_SMALL] = {"fork", "small parent", "a copy of the process, page tables and all",
                          false},
    [SPAWN_FORK_PAGES] = {"fork", "1 GiB touched, 4 KiB pages", NULL, false},
    [SPAWN_FORK_HUGE] = {"fork", "1 GiB touched, huge pages", NULL, false},
    [SPAWN_FORK_SHARED] = {"fork", "1 GiB shared", NULL, false},
    [SPAWN_CLONE3] = {"clone3", "CLONE_PIDFD",
                      "the system call below fork, with a descriptor for the child", false},
    [SPAWN_VFORK] = {"vfork", "and exec", "a child that borrows our memory until it executes",
                     false},
    [SPAWN_POSIX_SPAWN] = {"posix_spawn", "small parent", "the same, done by the C library", false},
    [SPAWN_PTHREAD] = {"pthread_create", "default stack", "a thread of the process", false},
    [SPAWN_OPENMP_FIRST] = {"openmp", "first region", "a team of threads, one for each core",
                            false},
    [SPAWN_OPENMP_NEXT] = {"openmp", "next region", NULL, false},
    [SPAWN_OPENMP_BOUND] = {"openmp", "next region, bound", NULL, false},
    [SPAWN_MPIRUN] = {"mpirun", "3 ranks", "ranks of MPI, until all have left MPI_Init", false},
    [SPAWN_PYTHON] = {"python", "interpreter", "an interpreter, until its first bytecode of ours",
                      true},
    [SPAWN_POOL_FORK] = {"python-pool", "fork",
                         "multiprocessing.Pool of 4 workers, until a first result is in", true},
    [SPAWN_POOL_SPAWN] = {"python-pool", "spawn", NULL, true},
};
