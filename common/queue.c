/*
 * The queue's lock and its waiting; what happens to the slots meanwhile is in queue_slots.h.
 *
 * A step for a user is always the same (turn): lock, give what it holds, wait for what it wants,
 * get it, unlock, and only then wake those who wait for what it gave.
 */
#include "common/queue.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/futex.h"
#include "common/memory.h"
#include "common/queue_slots.h"
#include "common/robust.h"

#define SPIN_WAIT 200 /* pauses before sleeping: about the price of a sleep */

/* Whom to wake once the lock is released. */
struct calls {
    uint32_t free, ready;
    bool bell;
};

static void ring(const struct queue *queue)
{
    const uint64_t once = 1;
    CHECK(write(queue->bell, &once, sizeof once) == sizeof once || errno == EAGAIN);
}

/* With the lock: makes the index right and wakes everybody, since the dead may owe a call. Waiters
 * are counted anew: those that live come back and see that the epoch is another one. */
static void repair(struct queue *queue)
{
    struct slot_line *lines[] = {&queue->free, &queue->ready};
    slots_rebuild(queue);
    queue->epoch++;
    for (int i = 0; i < 2; i++) {
        STEP(repair_waiters);
        lines[i]->waiters = 0;
        slots_announce(lines[i]);
        futex_wake(&lines[i]->event, UINT32_MAX);
    }
    STEP(repair_bell);
    if (queue->bell_at != 0)
        ring(queue);
    queue->bell_at = 0;
}

static int lock(struct queue *queue, uint64_t deadline_ns)
{
    STEP(lock);
    int error = robust_lock(&queue->lock, deadline_ns);
    if (error == -ETIMEDOUT)
        return error;
    STEP(locked);
    if (error == -EOWNERDEAD) { /* and so it stays for the next one, if we die in here */
        repair(queue);
        STEP(repaired);
        robust_repaired(&queue->lock);
    }
    return 0;
}

/* Sleepers are called after the unlock, or they would run into the lock. Dying between the two is
 * what SLICE_NS and queue_reclaim are for. */
static void unlock(struct queue *queue, struct calls *calls)
{
    STEP(unlock);
    robust_unlock(&queue->lock);
    STEP(call);
    if (calls->free > 0)
        futex_wake(&queue->free.event, calls->free);
    if (calls->ready > 0)
        futex_wake(&queue->ready.event, calls->ready);
    if (calls->bell)
        ring(queue);
    *calls = (struct calls){0};
}

/* With the lock, after the lines have grown by this much. */
static void note_calls(struct queue *queue, const struct slot_role *role, size_t count,
                       struct calls *calls)
{
    uint32_t waiters = slots_line(queue, role->given)->waiters;
    uint32_t wanted = count < waiters ? (uint32_t)count : waiters;
    *(role->given == SLOT_READY ? &calls->ready : &calls->free) = wanted;
    if (queue->bell_at != 0 && queue->ready.count >= queue->bell_at) {
        STEP(bell_off);
        queue->bell_at = 0;
        calls->bell = true;
    }
}

static void spin(const _Atomic uint32_t *event, uint32_t seen)
{
    for (int i = 0; i < SPIN_WAIT; i++) {
        if (atomic_load_explicit(event, memory_order_relaxed) != seen) /* pairs with announce */
            return;
        spin_pause();
    }
}

/* With the lock: counts as a waiter, sleeps without it, has it again if 0 is returned. */
static int doze(struct queue *queue, struct slot_line *line, uint32_t seen, struct calls *calls,
                uint64_t deadline_ns)
{
    uint32_t epoch = queue->epoch;
    uint64_t slice_ns = clock_deadline(SLICE_NS);
    STEP(wait_count);
    line->waiters++;
    unlock(queue, calls);
    STEP(wait_sleep);
    futex_wait(&line->event, seen, slice_ns < deadline_ns ? slice_ns : deadline_ns);
    int error = lock(queue, deadline_ns);
    if (error == 0 && queue->epoch == epoch)
        line->waiters--; /* left counted, it would cost a needless call now and then, no more */
    return error;
}

/*
 * With the lock: waits until the line is not empty. Returns 0 with the lock, or -ETIMEDOUT without.
 *
 * No call is lost. Invariant of the loop: we have the lock, and the line was empty while event was
 * `seen`. Who makes the line grow changes event before it unlocks, and calls if it saw us counted;
 * so either event is not `seen` any more, and the kernel lets us not sleep, or we are called.
 */
static int await(struct queue *queue, struct slot_line *line, struct calls *calls,
                 uint64_t deadline_ns)
{
    for (bool patient = false; line->count == 0; patient = true) {
        uint32_t seen = atomic_load_explicit(&line->event, memory_order_relaxed);
        int error;
        if (patient) {
            error = doze(queue, line, seen, calls, deadline_ns);
        } else {
            unlock(queue, calls);
            spin(&line->event, seen);
            error = lock(queue, deadline_ns);
        }
        if (error != 0)
            return error;
        if (line->count == 0 && clock_ns() >= deadline_ns) {
            unlock(queue, calls);
            return -ETIMEDOUT;
        }
    }
    return 0;
}

/* All that users do: give what is done, then get what is next, waiting for it if told so. */
static int turn(struct queue *queue, const struct slot_role *role, uint32_t owner,
                struct queue_slot *const done[], size_t done_count, struct queue_slot *next[],
                size_t most, bool wait, uint64_t deadline_ns)
{
    struct calls calls = {0};
    int got = lock(queue, deadline_ns);
    if (got != 0)
        return got;
    if (done_count > 0) {
        slots_give(queue, role, done, done_count);
        note_calls(queue, role, done_count, &calls);
    }
    if (wait && (got = await(queue, slots_line(queue, role->wanted), &calls, deadline_ns)) != 0)
        return got;
    got = slots_get(queue, role, owner, next, most);
    unlock(queue, &calls);
    return got;
}

int queue_reserve(struct queue *queue, uint32_t owner, struct queue_slot *slots[], size_t most,
                  uint64_t deadline_ns)
{
    return turn(queue, &slot_producer, owner, NULL, 0, slots, most, true, deadline_ns);
}

int queue_publish(struct queue *queue, struct queue_slot *const slots[], size_t count,
                  uint64_t deadline_ns)
{
    return turn(queue, &slot_producer, 0, slots, count, NULL, 0, false, deadline_ns);
}

int queue_take(struct queue *queue, uint32_t owner, struct queue_slot *slots[], size_t most,
               uint64_t deadline_ns)
{
    return turn(queue, &slot_consumer, owner, NULL, 0, slots, most, true, deadline_ns);
}

int queue_release(struct queue *queue, struct queue_slot *const slots[], size_t count,
                  uint64_t deadline_ns)
{
    return turn(queue, &slot_consumer, 0, slots, count, NULL, 0, false, deadline_ns);
}

int queue_publish_reserve(struct queue *queue, uint32_t owner, struct queue_slot *const done[],
                          size_t done_count, struct queue_slot *next[], size_t most,
                          uint64_t deadline_ns)
{
    return turn(queue, &slot_producer, owner, done, done_count, next, most, false, deadline_ns);
}

int queue_release_take(struct queue *queue, uint32_t owner, struct queue_slot *const done[],
                       size_t done_count, struct queue_slot *next[], size_t most,
                       uint64_t deadline_ns)
{
    return turn(queue, &slot_consumer, owner, done, done_count, next, most, false, deadline_ns);
}

int queue_push(struct queue *queue, uint32_t owner, const struct queue_tag *tag, const void *data,
               size_t bytes, uint64_t deadline_ns)
{
    struct queue_slot *slot;
    CHECK(bytes <= queue->item_bytes);
    int got = queue_reserve(queue, owner, &slot, 1, deadline_ns);
    if (got < 0)
        return got;
    slot->tag = *tag;
    STEP(push_copy);
    if (bytes > 0)
        memcpy(slot->payload, data, bytes);
    return queue_publish(queue, &slot, 1, deadline_ns);
}

int queue_pop(struct queue *queue, uint32_t owner, struct queue_tag *tag, void *data, size_t bytes,
              uint64_t deadline_ns)
{
    struct queue_slot *slot;
    CHECK(bytes <= queue->item_bytes);
    int got = queue_take(queue, owner, &slot, 1, deadline_ns);
    if (got < 0)
        return got;
    *tag = slot->tag;
    STEP(pop_copy);
    if (bytes > 0)
        memcpy(data, slot->payload, bytes);
    return queue_release(queue, &slot, 1, deadline_ns);
}

void queue_set_bell(struct queue *queue, int bell)
{
    queue->bell = bell;
}

int queue_ask_bell(struct queue *queue, uint32_t least, uint64_t deadline_ns)
{
    struct calls calls = {0};
    CHECK(queue->bell >= 0 && least > 0 && least <= queue->capacity);
    int error = lock(queue, deadline_ns);
    if (error != 0)
        return error;
    bool ready = queue->ready.count >= least;
    STEP(bell_on);
    queue->bell_at = ready ? 0 : least;
    unlock(queue, &calls);
    return ready;
}

int queue_reclaim(struct queue *queue, uint32_t owner,
                  bool (*again)(void *context, const struct queue_tag *tag), void *context,
                  uint64_t deadline_ns)
{
    struct calls calls = {0};
    CHECK(owner != 0);
    int error = lock(queue, deadline_ns);
    if (error != 0)
        return error;
    int taken = slots_reclaim(queue, owner, again, context);
    repair(queue);
    unlock(queue, &calls);
    return taken;
}

struct queue *queue_init(void *memory, uint32_t capacity, size_t item_bytes)
{
    struct queue *queue = memory;
    CHECK(capacity > 0 && (uintptr_t)memory % _Alignof(struct queue) == 0);
    queue->capacity = capacity;
    queue->bell = -1;
    queue->item_bytes = item_bytes;
    queue->slot_bytes = queue_slot_bytes(item_bytes);
    robust_init(&queue->lock);
    slots_rebuild(queue); /* zeroed slots are free ones; nobody else is here yet */
    return queue;
}

int queue_create(struct queue **queue, uint32_t capacity, size_t item_bytes)
{
    void *memory = NULL;
    int error = robust_try();
    if (error == 0)
        error = memory_create("parbench-queue", queue_bytes(capacity, item_bytes), &memory, NULL);
    *queue = error == 0 ? queue_init(memory, capacity, item_bytes) : NULL;
    return error;
}

void queue_destroy(struct queue *queue)
{
    if (queue != NULL)
        memory_unmap(queue, queue_bytes(queue->capacity, queue->item_bytes));
}

uint32_t queue_capacity(const struct queue *queue)
{
    return queue->capacity;
}
