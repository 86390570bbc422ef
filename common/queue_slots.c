#include "common/queue_slots.h"

#include <stdlib.h>

#include "common/check.h"

const struct slot_role slot_producer = {
    .wanted = SLOT_FREE, .held = SLOT_WRITING, .given = SLOT_READY};
const struct slot_role slot_consumer = {
    .wanted = SLOT_READY, .held = SLOT_TAKEN, .given = SLOT_FREE};

#define ALIGNMENT 64 /* a cache line: neighbours' slots don't share one */

static size_t round_up(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t slots_offset(uint32_t capacity)
{
    return round_up(sizeof(struct queue) + 2 * (size_t)capacity * sizeof(uint32_t));
}

size_t queue_slot_bytes(size_t item_bytes)
{
    return round_up(offsetof(struct queue_slot, payload) + item_bytes);
}

size_t queue_bytes(uint32_t capacity, size_t item_bytes)
{
    return slots_offset(capacity) + capacity * queue_slot_bytes(item_bytes);
}

/* The index names slots by their place: how many cache lines behind the queue's begin. */
static struct queue_slot *slot_at(const struct queue *queue, uint32_t place)
{
    return (struct queue_slot *)((char *)queue + (size_t)place * ALIGNMENT);
}

static uint32_t place_of(const struct queue *queue, const struct queue_slot *slot)
{
    return (uint32_t)((size_t)((const char *)slot - (const char *)queue) / ALIGNMENT);
}

static struct queue_slot *slot_number(const struct queue *queue, uint32_t number)
{
    return (struct queue_slot *)((char *)queue + slots_offset(queue->capacity) +
                                 number * queue->slot_bytes);
}

struct slot_line *slots_line(struct queue *queue, enum slot_state state)
{
    return state == SLOT_READY ? &queue->ready : &queue->free;
}

static uint32_t *order_of(struct queue *queue, enum slot_state state)
{
    return (uint32_t *)(queue + 1) + (state == SLOT_READY ? queue->capacity : 0);
}

/* The lock orders these accesses between users that live. Release is for those that die: what the
 * new state needs is stored before it, also in the eyes of the user that then rebuilds (pairs with
 * the acquire in state_of). */
static void set_state(struct queue_slot *slot, enum slot_state state, uint32_t owner)
{
    atomic_store_explicit(&slot->word, (uint64_t)owner << 32 | state, memory_order_release);
}

static enum slot_state state_of(struct queue_slot *slot)
{
    return (enum slot_state)(uint32_t)atomic_load_explicit(&slot->word, memory_order_acquire);
}

static uint32_t owner_of(struct queue_slot *slot)
{
    return (uint32_t)(atomic_load_explicit(&slot->word, memory_order_acquire) >> 32);
}

static void append(struct queue *queue, enum slot_state state, const struct queue_slot *slot)
{
    struct slot_line *line = slots_line(queue, state);
    uint32_t end = line->head + line->count;
    STEP(append_order);
    order_of(queue, state)[end < queue->capacity ? end : end - queue->capacity] =
        place_of(queue, slot);
    STEP(append_count);
    line->count++;
}

void slots_announce(struct slot_line *line)
{
    uint32_t event = atomic_load_explicit(&line->event, memory_order_relaxed);
    STEP(announce);
    atomic_store_explicit(&line->event, event + 1, memory_order_relaxed);
}

void slots_give(struct queue *queue, const struct slot_role *role, struct queue_slot *const slots[],
                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK(state_of(slots[i]) == role->held);
        if (role->given == SLOT_READY) {
            STEP(give_ticket);
            slots[i]->ticket = queue->next_ticket;
            STEP(give_next_ticket); /* or another slot gets this ticket, for this one isn't ready */
            queue->next_ticket++;
        }
        STEP(give_word); /* a producer's publish, a consumer's release */
        set_state(slots[i], role->given, 0);
        append(queue, role->given, slots[i]);
    }
    slots_announce(slots_line(queue, role->given));
}

int slots_get(struct queue *queue, const struct slot_role *role, uint32_t owner,
              struct queue_slot *slots[], size_t most)
{
    struct slot_line *line = slots_line(queue, role->wanted);
    const uint32_t *order = order_of(queue, role->wanted);
    size_t got = 0;
    while (got < most && line->count > 0) {
        slots[got] = slot_at(queue, order[line->head]);
        CHECK(state_of(slots[got]) == role->wanted);
        STEP(get_word); /* a producer's reserve, a consumer's take */
        set_state(slots[got++], role->held, owner);
        STEP(get_head);
        line->head = line->head + 1 < queue->capacity ? line->head + 1 : 0;
        STEP(get_count);
        line->count--;
    }
    return (int)got;
}

static int by_ticket(const void *left, const void *right, void *queue)
{
    uint64_t a = slot_at(queue, *(const uint32_t *)left)->ticket;
    uint64_t b = slot_at(queue, *(const uint32_t *)right)->ticket;
    return (a > b) - (a < b);
}

void slots_rebuild(struct queue *queue)
{
    STEP(rebuild_clear);
    queue->free.head = queue->free.count = 0;
    queue->ready.head = queue->ready.count = 0;
    for (uint32_t i = 0; i < queue->capacity; i++) {
        struct queue_slot *slot = slot_number(queue, i);
        enum slot_state state = state_of(slot);
        if (state == SLOT_FREE || state == SLOT_READY)
            append(queue, state, slot);
    }
    STEP(rebuild_sort);
    qsort_r(order_of(queue, SLOT_READY), queue->ready.count, sizeof(uint32_t), by_ticket, queue);
}

int slots_reclaim(struct queue *queue, uint32_t owner,
                  bool (*again)(void *context, const struct queue_tag *tag), void *context)
{
    int taken = 0;
    for (uint32_t i = 0; i < queue->capacity; i++) {
        struct queue_slot *slot = slot_number(queue, i);
        if (owner_of(slot) != owner)
            continue;
        bool had = state_of(slot) == SLOT_TAKEN;
        bool back = had && again != NULL && again(context, &slot->tag);
        STEP(reclaim_word); /* with its old ticket, so it is among the first again */
        set_state(slot, back ? SLOT_READY : SLOT_FREE, 0);
        taken += had;
    }
    return taken;
}
