/*
 * shm_staff.h - the worker processes of a pool, watched while their coordinator sleeps.
 *
 * There are places 0 .. size-1, and in each at most one process. A futex can't be polled and a
 * process can't be waited for on a futex, so the coordinator sleeps in ppoll, on a pidfd for each
 * worker and on one eventfd, the bell, which workers ring.
 *
 * All calls are the coordinator's, from one thread.
 */
#ifndef PARBENCH_BACKENDS_SHM_STAFF_H
#define PARBENCH_BACKENDS_SHM_STAFF_H

#include <poll.h>
#include <stdbool.h>

#include "common/child.h"

struct staff {
    unsigned size, living;
    int bell;
    struct child *workers; /* workers[size]; CHILD_NONE: nobody is there */
    struct pollfd *events; /* events[size + 1]: their ends, and the bell */
};

/* Prepares size empty places. Returns 0 or a negative errno; in either case staff_close. */
int staff_open(struct staff *staff, unsigned size);

/* Kills who is left, and frees all. */
void staff_close(struct staff *staff);

/* Forks a process into an empty place, see child_start. Returns 0 or a negative errno. */
int staff_hire(struct staff *staff, unsigned place, int (*body)(void *argument), void *argument);

/* Sleeps until the bell rings, a worker ends or a slice of 50 ms is over. (Slices, since one who
 * was stopped or killed before it rang owes a ring.) Returns 0; -ETIMEDOUT: the deadline is over;
 * or another negative errno. */
int staff_sleep(struct staff *staff, uint64_t deadline_ns);

/* The same without sleeping: only looks who has ended. Returns 0 or a negative errno. */
int staff_look(struct staff *staff);

/* Whether staff_sleep or staff_look saw that the worker has ended; it is to be reaped. */
bool staff_ended(const struct staff *staff, unsigned place);

/* Reaps a worker that has ended, see child_wait; its place is empty then. */
int staff_reap(struct staff *staff, unsigned place, uint64_t deadline_ns, int *status);

#endif
