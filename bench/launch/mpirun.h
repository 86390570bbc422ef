/*
 * mpirun.h - the command line that starts a program as MPI ranks, on this machine, in any place.
 *
 * Open MPI's mpirun is made for clusters: it looks for a batch system, for ssh, for graphics cards,
 * refuses root and more ranks than cores, gives a dying rank one second, and leaves files where it
 * finds room. A measurement wants none of that. What is asked of it and why stands in mpirun.c.
 *
 * This knows nothing of cells: any program can be started so. Safe in any thread that does not
 * change the environment.
 */
#ifndef PARBENCH_BENCH_LAUNCH_MPIRUN_H
#define PARBENCH_BENCH_LAUNCH_MPIRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/launch/variables.h"

struct mpirun {        /* what to start; borrowed */
    char *const *argv; /* of each rank; ends with NULL */
    unsigned ranks;
    unsigned cores;   /* that all ranks together may keep busy (cores_whole); 1 where some are bound
                         to one and the same */
    bool single_copy; /* ranks may read each other's memory (cross_memory.h) */
    const char *directory; /* private and empty, best in memory (tmpfs): for mpirun's files and the
                              segments that ranks share. What a killed mpirun leaves is here. */
};

struct mpirun_command { /* for execve; owned by the caller */
    char **argv;        /* argv[0] is a path; both end with NULL */
    char **environment; /* as variables.h and mpirun.c decide */
};

/* Whether a rank that waits gives its core away each time that it finds nothing (sched_yield). Only
 * where there are more ranks than cores: then the one that is waited for may need this very core.
 * Else it costs a system call for each look, which makes a short message 2.7 times as dear; and
 * beside another program whoever yields gets its core back only after that one's time slice. */
bool mpirun_yields(const struct mpirun *mpirun);

/* What the figures of its ranks depend on, for their rows: what MPI is told, and variables of the
 * user's (variables.h): "yield=0 copy=cma". Returns text. copy=none: messages above the eager limit
 * go in fragments, by two copies each. */
char *mpirun_settings(const struct mpirun *mpirun, char text[VARIABLES_SETTINGS_BYTES]);

/* Makes the command. Returns 0; -ENOENT: there is no Open MPI 4 or 5, as message[bytes] says in one
 * line that gives the reason to skip; or -ENOMEM. Then *command is empty, and freeing it is a
 * no-op. */
int mpirun_command(const struct mpirun *mpirun, struct mpirun_command *command, char *message,
                   size_t bytes);

/* The environment of an mpirun without any options of ours: without a user's files and variables.
 * To be freed by variables_free; NULL: no memory. */
char **mpirun_plain_environment(const char *directory);

void mpirun_command_free(struct mpirun_command *command);

/* Whether there is an mpirun, and nothing of this machine keeps it from starting so many ranks (0:
 * any): 0, or a negative errno with message[bytes], one line that gives the reason to skip. Starts
 * nothing. May raise this process's soft limit of descriptors for the sake of the ranks. */
int mpirun_find(unsigned ranks, char *message, size_t bytes);

#endif
