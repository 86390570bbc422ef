/*
 * robust.h - a lock between processes that outlives its holder.
 *
 * A semaphore has no owner, so a holder that is killed keeps it for ever. A robust mutex has one:
 * the kernel walks through a dying thread's list of them (set_robust_list(2)), and the next to lock
 * gets the lock together with the news, EOWNERDEAD. See pthread_mutexattr_setrobust(3).
 */
#ifndef PARBENCH_COMMON_ROBUST_H
#define PARBENCH_COMMON_ROBUST_H

#include <pthread.h>
#include <stdint.h>

/* Whether the kernel takes care of such locks for us: 0; or the negative errno with which it
 * refuses, and then a lock whose holder died would be held for ever. */
int robust_try(void);

/* Makes an unlocked lock, in memory that its users share. */
void robust_init(pthread_mutex_t *lock);

/* Spins for a few microseconds, then sleeps. Returns 0; -EOWNERDEAD: the caller has the lock, but
 * its last holder died with it, so the caller repairs what the lock guards and calls
 * robust_repaired; or -ETIMEDOUT: somebody had it at the deadline. */
int robust_lock(pthread_mutex_t *lock, uint64_t deadline_ns);

/* With the lock. Until then each next holder gets -EOWNERDEAD again. */
void robust_repaired(pthread_mutex_t *lock);

void robust_unlock(pthread_mutex_t *lock);

#endif
