/*
 * deal.h - what coordinators that keep a ledger (common/tasks.h) have in common: how the cards are
 * dealt, and what it means when a player drops out.
 *
 * It serves backends whose workers are processes that are sent tasks and send results. How those
 * travel is the backend's own business.
 */
#ifndef PARBENCH_BACKENDS_DEAL_H
#define PARBENCH_BACKENDS_DEAL_H

#include "backends/backend.h"
#include "common/child.h"
#include "common/tasks.h"

#define DEAL_BYTES (256u * 1024u) /* of records in one message, if it holds more than one */

/* Whether each task has a fresh worker. */
bool deal_fresh(const struct plan *plan);

/* The most tasks of this shape in one message. */
size_t deal_most(const struct shape *shape);

/* Begins a map of count tasks: with the chunk, flight and reservations of the plan. */
void deal_begin(struct tasks *ledger, const struct plan *plan, size_t count);

/* What a worker is at: the task that it noted on the board, if it owes that, or the first that it
 * owes; -1: it is idle. */
int64_t deal_task_at_hand(const struct tasks *ledger, const struct plan *plan, unsigned worker);

/* Whether a failure can be what a kernel reported for a task that this worker owes. */
bool deal_believes(const struct tasks *ledger, unsigned worker, const struct failure *report);

/* Waits for the end of a worker that has closed its channel ("pipe", ...), until the deadline if it is
 * ending and shortly if it is not, or ends it at once if what it sent was corrupt, and says in *loss
 * how it ended at task (-1: idle). Returns whether it ended well, being idle. */
bool deal_bury(struct child *child, unsigned worker, bool corrupt, const char *channel,
               int64_t task, uint64_t deadline_ns, struct failure *loss);

/* What a loss means for the map. Returns 0: the worker is to be replaced, its tasks wait for the
 * new one; or a negative errno with *why: the map has failed. */
int deal_loss(struct tasks *ledger, const struct plan *plan, const struct failure *loss,
              struct failure *why);

/* The map has taken too long: names a worker that owes something. Returns -ETIMEDOUT. */
int deal_time_is_up(const struct tasks *ledger, const struct plan *plan, struct failure *why);

/* Waits for the end of a worker that was told to end, and merges into *why if it did not end well;
 * it may still run then. */
void deal_see_off(struct child *child, unsigned worker, uint64_t deadline_ns, struct failure *why);

#endif
