/*
 * disturbance.h - did others take the processors away during this sample?
 *
 * Two things are known of a map. How long its processes and threads were ready to run but did not
 * (their run delay, which the kernel counts for each), and how much processor time all other
 * programs used (common/neighbours.h). Neither says enough alone: a pool of more processes than
 * cores delays itself, and a neighbour on a core that we have no use for delays nobody. So what
 * others took from a sample, as a share of its time, is the greater of
 *
 *   the lesser of both   delay of the one that was delayed the most / wall, and neighbours' time /
 *                        wall: no more than others had, no more than we lacked. Only where not more
 *                        of ours may run than there are cores
 *   the cores missing    (neighbours' cores + ours wanted - cores there are) / ours wanted: a full
 *                        machine slows whoever wants to use all of it, whether or not delays tell
 *
 * and for a loop that has the process to itself (serial) it is its delay, for nobody of ours
 * can have caused that; so such a one sees neighbours in other containers, too. A sample that lost
 * more than DISTURBANCE_SHARE is disturbed.
 *
 * What the host takes from a virtual machine stands in no delay; nor does what a neighbour does to
 * caches, memory or the other half of a core.
 */
#ifndef PARBENCH_BENCH_CELL_DISTURBANCE_H
#define PARBENCH_BENCH_CELL_DISTURBANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/board.h"

#define DISTURBANCE_SHARE 0.05 /* of a sample's time: more is a disturbance */

struct disturbance_facts { /* of one map */
    uint64_t wall_ns;
    uint64_t delay_ns; /* of the process or thread that was delayed the most */
    bool delay_known;  /* false: workers came and went */
    bool alone;        /* one thread, with nobody of ours to wait for */
    double neighbours; /* cores' worth of time that they used */
    unsigned wanted;   /* processes and threads of ours that may run at once */
    unsigned cores;
};

/* What others took, as a share of the map's time: 0 .. 1. */
double disturbance_share(const struct disturbance_facts *facts);

struct disturbance; /* what is watched */

/* Begins to watch the workers on the board, the helper on the line after them, and this thread,
 * which coordinates. owner: all that descends from it is ours. Where no neighbours can be seen
 * it watches delays alone. Returns 0 with *disturbance owned by the caller, or -ENOMEM. */
int disturbance_open(const struct board *board, unsigned workers, pid_t owner,
                     struct disturbance **disturbance);
void disturbance_close(struct disturbance *disturbance); /* NULL: nothing to do */

struct disturbed {      /* columns of a sample */
    uint64_t delay_ns;  /* see facts; 0 where it is not known */
    uint64_t others_ns; /* processor time of neighbours during the map */
    uint64_t disturbed; /* 1: yes */
};

/* Around each map, outside of what is timed. Some microseconds for each worker; every
 * DISTURBANCE_WINDOW_NS, or where delays raise the question, a look at all processes as well. */
void disturbance_begin(struct disturbance *disturbance);
struct disturbed disturbance_end(struct disturbance *disturbance, uint64_t wall_ns);

/* Processors that this process might use when it was opened, before any of its threads was bound. */
unsigned disturbance_cores(const struct disturbance *disturbance);

/* What else is known of the cores' worth of time that others take now, until told otherwise: how
 * much the processes of the capacity probe were delayed, for example, which is others' doing where
 * nobody else of ours runs. The greater of this and what is seen counts. 0: nothing. */
void disturbance_hint(struct disturbance *disturbance, double cores);

#endif
