/*
 * queue_slots.h - the inside of a queue: its slots, and who is next. Only for queue.c and its test.
 *
 * How a crash at any instruction is survived:
 *
 * Truth     is what the slots say: state and owner, and for ready ones ticket and contents.
 * Index     is what the lines say: which slots are free, which are ready and in which order.
 *
 * Invariant (T) At every instruction the slots are right. A step from state to state is one store
 *               of slot.word, and what the new state needs was stored before.
 *           (I) Whenever nobody has the lock, the index says what the slots say.
 *
 * A user that dies without the lock leaves both. One that dies with it leaves (T); the next one to
 * lock is told so, rebuilds the index from the slots and has (I) again; if it dies in doing so, the
 * next one starts over.
 *
 * All functions are called with the lock.
 */
#ifndef PARBENCH_COMMON_QUEUE_SLOTS_H
#define PARBENCH_COMMON_QUEUE_SLOTS_H

#include <pthread.h>

#include "common/queue.h"

/* STEP(name) stands before each store (or call) that others can see. A model of the queue has the
 * same names, and the test kills a process at each of them. SLICE_NS: how late a wake-up call comes
 * at most that a dead user owes. The test sets it high, to see that the living forget none. */
#ifdef QUEUE_KILL_POINTS
void queue_kill_point(const char *step);
extern uint64_t queue_slice_ns;
#define STEP(name) queue_kill_point(#name)
#define SLICE_NS   queue_slice_ns
#else
#define STEP(name) ((void)0)
#define SLICE_NS   (40 * NS_PER_MS)
#endif

enum slot_state { SLOT_FREE, SLOT_WRITING, SLOT_READY, SLOT_TAKEN };

/* The two kinds of users are mirror images: a producer turns free slots into ready ones, a consumer
 * ready ones into free ones. */
struct slot_role {
    enum slot_state wanted, held, given;
};
extern const struct slot_role slot_producer, slot_consumer;

struct slot_line {          /* slots that wait to be got; guarded by the lock, but for event */
    uint32_t head, count;   /* order[head], order[head + 1], .. of capacity, round and round */
    uint32_t waiters;       /* asleep on event, or more if some were killed there */
    _Atomic uint32_t event; /* changes, under the lock, whenever the line grows */
};

struct queue {
    uint32_t capacity; /* these four never change while there are users */
    int32_t bell;
    uint64_t item_bytes, slot_bytes;

    _Alignas(64) pthread_mutex_t lock; /* robust, process-shared; guards what follows */
    struct slot_line ready;            /* here, so that a take needs just one cache line of these */
    uint32_t bell_at;                  /* ring when so many are ready; 0: nobody asks */
    uint32_t epoch;                    /* changes when waiters are counted anew */
    struct slot_line free;
    uint64_t next_ticket;
    /* then: uint32_t order[2][capacity], places of free and of ready slots; slots[capacity] of
     * slot_bytes */
};

struct slot_line *slots_line(struct queue *queue, enum slot_state state); /* of FREE or READY */

/* Changes event. Relaxed: the lock orders the index; a spinner or the kernel that still sees the
 * old value only looks once more (pairs with the loads in queue.c: spin and doze). */
void slots_announce(struct slot_line *line);

/* Hands over slots[count], which role holds. A crash leaves each of them either held or given. */
void slots_give(struct queue *queue, const struct slot_role *role, struct queue_slot *const slots[],
                size_t count);

/* Makes up to `most` of the slots that role wants the owner's. Returns how many. A crash leaves
 * each of them either untouched or the owner's. */
int slots_get(struct queue *queue, const struct slot_role *role, uint32_t owner,
              struct queue_slot *slots[], size_t most);

/* Given (T), makes (I) true. */
void slots_rebuild(struct queue *queue);

/* See queue_reclaim; to be followed by slots_rebuild. */
int slots_reclaim(struct queue *queue, uint32_t owner,
                  bool (*again)(void *context, const struct queue_tag *tag), void *context);

#endif
