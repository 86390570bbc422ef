/*
 * tasks.h - a ledger of tasks: what is unsent, what is in flight with whom, what is in.
 *
 * A coordinator that hands tasks to workers and gets results back keeps this book. It moves no
 * bytes and waits for nothing, so it serves any mechanism that sends and receives:
 *
 *     tasks_begin(&ledger, count, chunk, flight);
 *     for (w = 0; static schedule && w < workers; w++)
 *         tasks_reserve(&ledger, w, first, share);           with backends' schedule_share
 *     while (!tasks_done(&ledger)) {
 *         for each w in turn, until none gets any more:
 *             if (tasks_next(&ledger, w, &span))   send span to w
 *         wait; when w sends the results of span:
 *             if (!tasks_in(&ledger, w, span))     w does not owe that: a corrupt message
 *         when w dies:
 *             deaths = tasks_lost(&ledger, w, task), and start a new w: tasks_next gives it
 *             all that the dead one had
 *     }
 *
 * A worker runs what it is given in order, so its results come back in order: what it owes is a
 * queue, and a result is believed only if it is the head of that queue.
 *
 * How much a worker may have in flight is what balances speed and fairness. With one chunk it is
 * idle from its result until the next chunk comes; a second one hides that time. But what waits in
 * a worker's queue can't go to one that is free, which hurts at the end of a map of uneven tasks.
 * So the allowance is 1 + (chunks unsent) / (4 x workers), at most `flight`: a queue never holds
 * more than a small part of what is left, and nobody gets a second chunk when few are left (the
 * idea of guided self-scheduling, Polychronopoulos and Kuck, IEEE Trans. Computers C-36, 1987).
 * Reserved tasks are their worker's anyway; there the allowance is `flight`.
 *
 * Not safe in several threads at once: a coordinator is one thread.
 */
#ifndef PARBENCH_COMMON_TASKS_H
#define PARBENCH_COMMON_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TASKS_FLIGHT_MAX 64 /* the most chunks that one worker may have in flight */

struct span { /* the tasks first .. first+count-1 */
    size_t first, count;
};

struct tasks_line {                      /* one worker's page */
    struct span own;                     /* reserved for it and not handed out yet */
    struct span queue[TASKS_FLIGHT_MAX]; /* what it owes: a ring, the oldest at head */
    unsigned head;
    unsigned held; /* entries in queue */
    unsigned sent; /* the first so many of them are with the worker; less than held only when
                      they came back from a dead one */
};

struct tasks {
    unsigned workers;
    struct tasks_line *lines; /* lines[workers] */
    struct span open;         /* for anybody, not handed out yet */
    size_t count;             /* tasks in this map */
    size_t missing;           /* tasks whose results are not in */
    size_t chunk;
    unsigned flight;
    uint8_t *deaths; /* deaths[count] of workers by task; NULL: none so far */
};

/* Makes an empty ledger. Returns 0, or -ENOMEM. The caller owns it until tasks_close. */
int tasks_open(struct tasks *ledger, unsigned workers);

void tasks_close(struct tasks *ledger);

/* A new map of count tasks, handed out chunk (> 0) at a time; no worker gets more than flight
 * (1 .. TASKS_FLIGHT_MAX) chunks at once. Forgets all that an earlier map left. */
void tasks_begin(struct tasks *ledger, size_t count, size_t chunk, unsigned flight);

/* After tasks_begin, for worker 0, 1, 2 ... in turn: the next count tasks from first are for this
 * worker alone. first is where the last reservation ended. */
void tasks_reserve(struct tasks *ledger, unsigned worker, size_t first, size_t count);

/* What worker shall be given now; false: nothing, it has its allowance or all are handed out. */
bool tasks_next(struct tasks *ledger, unsigned worker, struct span *span);

/* Whether span is the next that worker owes; tasks_in also takes it off its queue: it is in. */
bool tasks_owes(const struct tasks *ledger, unsigned worker, struct span span);
bool tasks_in(struct tasks *ledger, unsigned worker, struct span span);

/* The first task that worker owes, or -1: it owes nothing. And whether it owes this task. */
int64_t tasks_oldest(const struct tasks *ledger, unsigned worker);
bool tasks_holds(const struct tasks *ledger, unsigned worker, int64_t task);

/* Worker died at this task (-1: none in particular). All it owed waits for its successor, who gets
 * it by tasks_next. Returns how many workers the task has ended by now, 0 for -1, or -ENOMEM. */
int tasks_lost(struct tasks *ledger, unsigned worker, int64_t task);

/* Whether all results are in. */
bool tasks_done(const struct tasks *ledger);

#endif
