/*
 * shared_buffer.h - two mailboxes in memory that both sides map, and a gate before each.
 *
 * Several mechanisms move bytes in just this way and differ in one thing alone: how a side waits
 * and how the other one wakes it. So the copying is here, once, and each page brings its gates.
 *
 *                         mailbox to side 1, in shared memory
 *      side 0            +-----------------+-----------------+            side 1
 *    +---------+  copy   | piece 0, 2, ..  | piece 1, 3, ..  |   copy   +---------+
 *    | message | ------> | up to 64 KiB    | up to 64 KiB    | -------> | message |
 *    +---------+         +-----------------+-----------------+          +---------+
 *      pass(room)  raise(ready) ---------------> pass(ready)  raise(room)
 *          ^                                                       |
 *          +-------------------------------------------------------+
 *      and another one to side 0
 *
 * A message goes in pieces. There is room for two, so the sender fills one while the receiver
 * empties the other (a double buffer). Two gates count the pieces: `ready` those filled so far,
 * from 0; `room` those that may be filled so far, from 2. The nth piece is filled once more than n
 * have room, and emptied once more than n are ready; the same rule on both sides.
 *
 * Guards: the bytes of a piece belong to the sender from pass(room) to raise(ready), and to the
 * receiver from pass(ready) to raise(room). Nothing else in the memory changes but the gates'
 * counts, and each of these is changed by one side only.
 *
 * A side that dies leaves its gates as they are: the other learns of it by its deadline.
 */
#ifndef PARBENCH_COMMON_TRANSPORT_SHARED_BUFFER_H
#define PARBENCH_COMMON_TRANSPORT_SHARED_BUFFER_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct shared_count {                     /* in shared memory; a cache line of its own */
    _Alignas(64) _Atomic uint32_t raised; /* pieces so far, wraps; written by the raising side */
    _Atomic uint32_t sleeping;            /* spin_futex.c only */
    sem_t semaphore;                      /* semaphore.c only, instead of raised */
};

struct shared_gate { /* one process's view of it */
    struct shared_count *count;
    int fd; /* eventfd.c only; else -1 */
};

struct shared_waiting { /* what a page brings */
    /* Before the sides exist, in memory that is zero but for count->raised == raised. Returns 0 or
     * a negative errno; NULL: there is nothing to do. */
    int (*make)(struct shared_gate *gate, uint32_t raised);

    /* Lets one piece more pass: all that was written before is seen by who passes. */
    void (*raise)(struct shared_gate *gate);

    /* To be called once for each piece. Waits until more than `passed` pieces have been raised.
     * Returns 0, or -ETIMEDOUT and has not passed. */
    int (*pass)(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns);
};

/* Makes the link of a page; the functions below are those of transport.h. waiting is borrowed. */
int shared_buffer_open(const struct shared_waiting *waiting, size_t bytes, void **link);

int shared_buffer_attach(void *link, unsigned side, void **end);
int shared_buffer_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns);
int shared_buffer_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns);
void shared_buffer_detach(void *end);
void shared_buffer_close(void *link);

/* What raise does in memory: one more, released to who acquires it in shared_buffer_has. */
static inline void shared_buffer_add(struct shared_count *count)
{
    /* relaxed: nobody else writes it. release: pairs with the acquire below; what was copied in
     * (or out) before is done for who sees the new number. */
    uint32_t raised = atomic_load_explicit(&count->raised, memory_order_relaxed);
    atomic_store_explicit(&count->raised, raised + 1, memory_order_release);
}

/* Whether more than `passed` have been raised. The raising side is at most two ahead, so another
 * number is a later one, also where it wraps. */
static inline _Bool shared_buffer_has(const struct shared_count *count, uint32_t passed)
{
    return atomic_load_explicit(&count->raised, memory_order_acquire) != passed;
}

#endif
