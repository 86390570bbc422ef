/*
 * queue.h - a bounded queue in shared memory that survives the death of any of its users.
 *
 * Idea     A fixed number of slots. Each goes round a circle of four states; who makes an item
 *          fills a slot in place, who takes it reads it in place, and only the four steps between
 *          the states are done under the queue's lock. So a 16 MiB item holds nobody up.
 *
 *              FREE --reserve--> WRITING --publish--> READY --take--> TAKEN --release--> FREE
 *                               (a producer's)                     (a consumer's)
 *
 * Order    First published, first taken. A slow user of one slot delays nobody in the others.
 *
 * Crashes  A user may be killed at any instruction. A slot's state and its owner are one word, so
 *          each step happens by one store: before it or after it, never in between. All else
 *          (who is next, what is free) is an index that is rebuilt from the slots. If a user dies
 *          with the lock, the next one is told by the robust mutex (EOWNERDEAD) and rebuilds it;
 *          what it owned is given back by queue_reclaim, once somebody knows that it is dead:
 *          never by a time limit, for a paused process may go on.
 *
 * Waiting  spins for a few microseconds, then sleeps on a futex, in slices, until a deadline. A
 *          user that is killed after its publish and before its wake-up call thus delays the
 *          others by one slice at most, and queue_reclaim wakes everybody at once.
 *          A consumer that has other events to wait for lets a bell (an eventfd) ring instead.
 *
 * All functions are safe in any thread of any process that maps the memory. A deadline is a moment
 * of clock_ns; UINT64_MAX is for a user that waits as long as its owner lets it live. Where a call
 * returns -ETIMEDOUT nothing has happened, unless it says otherwise.
 */
#ifndef PARBENCH_COMMON_QUEUE_H
#define PARBENCH_COMMON_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an item is, beside its payload; its meaning is the users'. A sentinel is a kind, too: an
 * end that is told by a tag can't be mistaken for a value. */
struct queue_tag {
    uint64_t first; /* such as the index of its first task */
    uint32_t count; /* such as how many tasks */
    uint16_t kind;
    uint16_t series; /* such as which map: what was left over from the last one can be told */
};

/* A slot. Its user between reserve and publish writes tag and payload; its user between take and
 * release reads them. The rest is the queue's, guarded by its lock. */
struct queue_slot {
    _Alignas(64) _Atomic uint64_t word; /* state and owner */
    uint64_t ticket;                    /* ready ones are taken in this order */
    struct queue_tag tag;
    unsigned char payload[]; /* [item_bytes], aligned to 32 */
};

struct queue; /* lies in shared memory; no pointer in it but those of its mutex */

/* Bytes of memory that a queue needs, and each slot of it. capacity >= 1; item_bytes may be 0. */
size_t queue_bytes(uint32_t capacity, size_t item_bytes);
size_t queue_slot_bytes(size_t item_bytes);

/* Makes an empty queue in memory of queue_bytes, zeroed and aligned to 64, that is shared by all
 * who will use it. */
struct queue *queue_init(void *memory, uint32_t capacity, size_t item_bytes);

/* Makes a queue in memory of its own (memory.h), to be inherited by fork. Returns 0 with *queue
 * owned by the caller, or a negative errno (-ENOSPC, -ENOMEM: shared memory is full). */
int queue_create(struct queue **queue, uint32_t capacity, size_t item_bytes);

/* Unmaps what queue_create made, in this process. NULL is allowed. */
void queue_destroy(struct queue *queue);

uint32_t queue_capacity(const struct queue *queue);

/* Waits until a slot is free, and makes up to `most` (>= 1) free ones the owner's. owner: any
 * number but 0 that names one user, such as its process id. Returns how many are now in slots[],
 * or -ETIMEDOUT. */
int queue_reserve(struct queue *queue, uint32_t owner, struct queue_slot *slots[], size_t most,
                  uint64_t deadline_ns);

/* Hands count reserved slots to the consumers, in this order. Returns 0, or -ETIMEDOUT: they are
 * still reserved. */
int queue_publish(struct queue *queue, struct queue_slot *const slots[], size_t count,
                  uint64_t deadline_ns);

/* Waits until an item is ready, and makes up to `most` (>= 1) of them the owner's. Returns how
 * many are now in slots[], or -ETIMEDOUT. */
int queue_take(struct queue *queue, uint32_t owner, struct queue_slot *slots[], size_t most,
               uint64_t deadline_ns);

/* Gives count taken slots back. Returns 0, or -ETIMEDOUT: they are still taken. */
int queue_release(struct queue *queue, struct queue_slot *const slots[], size_t count,
                  uint64_t deadline_ns);

/* Both in one lock hold, without waiting for slots: publishes done[done_count], then reserves what
 * is free now. The arrays may be the same. Returns how many are in next[], 0 .. most; or
 * -ETIMEDOUT (the lock was not to be had). */
int queue_publish_reserve(struct queue *queue, uint32_t owner, struct queue_slot *const done[],
                          size_t done_count, struct queue_slot *next[], size_t most,
                          uint64_t deadline_ns);

/* The same for a consumer: releases done[done_count], then takes what is ready now. */
int queue_release_take(struct queue *queue, uint32_t owner, struct queue_slot *const done[],
                       size_t done_count, struct queue_slot *next[], size_t most,
                       uint64_t deadline_ns);

/* Copies data[bytes] (at most item_bytes) in, as one item. Returns 0 or -ETIMEDOUT; a slot may then
 * have stayed reserved, if the lock was lost in between. */
int queue_push(struct queue *queue, uint32_t owner, const struct queue_tag *tag, const void *data,
               size_t bytes, uint64_t deadline_ns);

/* Copies the next item out: *tag and data[bytes] (at most item_bytes). Returns 0 or -ETIMEDOUT; as
 * with push, a slot may then have stayed taken. */
int queue_pop(struct queue *queue, uint32_t owner, struct queue_tag *tag, void *data, size_t bytes,
              uint64_t deadline_ns);

/* For one consumer that sleeps in poll(): bell is an eventfd that all users inherited under this
 * number. To be set before they exist. */
void queue_set_bell(struct queue *queue, int bell);

/* Asks for one ring as soon as `least` items are ready. Returns 0: it will ring; 1: they are ready
 * already, and it won't; or -ETIMEDOUT. The ringer may die before it rings: watch it, too. */
int queue_ask_bell(struct queue *queue, uint32_t least, uint64_t deadline_ns);

/* To be called once owner is known to be dead: frees what it had reserved; for each item that it
 * had taken asks again(context, tag), under the lock: true returns the item to its old place in
 * the queue, false drops it (again == NULL: drops all). Wakes all sleepers. Returns how many it had
 * taken, or -ETIMEDOUT. */
int queue_reclaim(struct queue *queue, uint32_t owner,
                  bool (*again)(void *context, const struct queue_tag *tag), void *context,
                  uint64_t deadline_ns);

#endif
