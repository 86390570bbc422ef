/*
 * sweep.h - the k-th call of some kind misbehaves, for every k, on every backend and schedule.
 *
 * Each run starts a pool, maps twice and stops it, in a process of its own (isolate.h), which sees
 * to hangs and leaks. Results must be right wherever map says so. k grows until a run has had no
 * k-th call. Every process of a run counts its own calls, and those of its parent before the fork.
 */
#ifndef PARBENCH_TESTS_SWEEP_H
#define PARBENCH_TESTS_SWEEP_H

#include <stdbool.h>

#include "common/failure.h"

struct sweep {
    const char *what; /* "fork fails", for messages */
    int kind;         /* for arm */

    /* From now on the k-th call of this kind misbehaves, in this process and those forked later,
     * and sets *happened; with k = 0 none does. */
    void (*arm)(int kind, unsigned k, bool *happened);

    /* Whether a pool may say this of it: NULL, or what is wrong with start (or map) failing so. */
    const char *(*judge)(const char *verb, int error, const struct failure *why);
};

/* Sweeps; a run that is wrong fails the running cmocka test. Returns how many calls misbehaved. */
unsigned sweep_backends(const struct sweep *sweep);

#endif
