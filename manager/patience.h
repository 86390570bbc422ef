/*
 * patience.h - how long to look again and again before going to sleep.
 *
 * Waking somebody who sleeps on another core takes some 20 us; an append is done in 2. So while
 * messages come that fast, both ends of a connection look for them for a while before they sleep.
 * Where looking does not help, because there are more runners than cores or because the other side
 * has its own work to do, it takes a core from somebody. So each wait tells how it went: patience
 * is halved by one that was in vain and restored by one that was not. When none is left, one wait
 * in PATIENCE_TRIES tries anew.
 *
 * Looking is in vain as long as both sides are on the same core, and there the kernel puts them:
 * who writes to a socket is expected to sleep soon, so who is woken by it is moved to the writer's
 * core. Therefore one of the two (the manager) steps aside to another core when it tries anew.
 *
 * The idea is that of adaptive locks: A. Karlin and others, "Empirical Studies of Competitive
 * Spinning for a Shared-Memory Multiprocessor", SOSP 1991.
 *
 * One thread.
 */
#ifndef PARBENCH_MANAGER_PATIENCE_H
#define PARBENCH_MANAGER_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

struct patience {
    bool none;                  /* looking would keep the other side off its core */
    bool steps_aside;           /* when it tries anew */
    uint64_t left_ns;           /* of patience, for the next wait */
    unsigned slept;             /* waits without any since the last try */
    bool trying;                /* this wait is a try. Of this wait are also: */
    uint64_t until_ns, last_ns; /* when looking ends; the last look */
    unsigned looks;             /* so far */
};

/* steps_aside: for one side of a connection only; its affinity is changed and restored. */
void patience_open(struct patience *patience, bool steps_aside);

/* There are more runners than cores, so who looks takes a core from who works: never look. */
void patience_forgo(struct patience *patience);

/* A wait begins. Returns whether to look at all. */
bool patience_begin(struct patience *patience);

/* After a look that has found something or not. Returns whether to look again. */
bool patience_again(struct patience *patience, bool found);

#endif
