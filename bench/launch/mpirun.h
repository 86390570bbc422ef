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

#include <stddef.h>

struct mpirun {        /* what to start; borrowed */
    char *const *argv; /* of each rank; ends with NULL */
    unsigned ranks;
    const char *directory; /* private and empty, best in memory (tmpfs): for mpirun's files and the
                              segments that ranks share. What a killed mpirun leaves is here. */
};

struct mpirun_command { /* for execve; owned by the caller */
    char **argv;        /* argv[0] is a path; both end with NULL */
    char **environment; /* this process's, without what would confuse mpirun */
};

/* Makes the command. Returns 0; -ENOENT: there is no Open MPI 4 or 5, as message[bytes] says in one
 * line that gives the reason to skip; or -ENOMEM. Then *command is empty, and freeing it is a
 * no-op. */
int mpirun_command(const struct mpirun *mpirun, struct mpirun_command *command, char *message,
                   size_t bytes);

void mpirun_command_free(struct mpirun_command *command);

/* Whether mpirun_command will find an mpirun: 0, or -ENOENT with message[bytes]. Starts nothing. */
int mpirun_find(char *message, size_t bytes);

#endif
