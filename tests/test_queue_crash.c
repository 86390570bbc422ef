/*
 * The queue when users die: at each of its steps, in turn and at random.
 *
 * queue.c and queue_slots.c are compiled into this program with their kill points. A script (push,
 * take, wait, ...) is run by a child process again and again; in run k it is killed at its k-th
 * step, until it comes to its end. After each death the queue must be usable at once, and after
 * queue_reclaim hold exactly what it should.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/queue_slots.h"

#define ME       1u
#define VICTIM   2u
#define HELPER   3u
#define CAPACITY 8u
#define RUNS     3 /* of each script at each of its steps */
#define LIMIT    clock_deadline(20 * NS_PER_S)
#define SOONER   clock_deadline(8 * NS_PER_S) /* a child that waits for its own LIMIT hangs */

/* --- killing ------------------------------------------------------------------------------------
 */

/* A child's: it gets signal at the step with this number, or at the nth step of this name. */
static struct fate {
    int signal;
    unsigned step;
    const char *name;
    unsigned nth;
} fate;

uint64_t queue_slice_ns = 40 * NS_PER_MS;

void queue_kill_point(const char *step)
{
    bool met = fate.step > 0 && --fate.step == 0;
    if (fate.name != NULL && strcmp(fate.name, step) == 0 && --fate.nth == 0)
        met = true;
    if (met)
        raise(fate.signal);
}

struct act { /* what a child does */
    struct queue *queue;
    int (*script)(struct queue *queue, uint32_t owner);
    uint32_t owner;
    struct fate fate;
};

static int perform(void *argument)
{
    const struct act *act = argument;
    fate = act->fate;
    return act->script(act->queue, act->owner);
}

static struct child begin(struct act act)
{
    struct child child;
    assert_int_equal(child_start(&child, perform, &act), 0);
    return child;
}

static void assert_ends_well(struct child *child)
{
    int status = -1;
    assert_int_equal(child_wait(child, SOONER, &status), 0);
    assert_int_equal(status, 0);
}

/* Runs act in a child. Returns whether it was killed; else it must have ended well. */
static bool killed(struct act act)
{
    struct child child = begin(act);
    int status = -1;
    assert_int_equal(child_wait(&child, LIMIT, &status), 0);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_int_equal(status, 0);
    return false;
}

/* --- what is in the queue -----------------------------------------------------------------------
 */

static void fill(struct queue_slot *slot, uint64_t number)
{
    slot->tag = (struct queue_tag){.first = number, .count = (uint32_t)number * 3};
    memset(slot->payload, (int)number, 100);
}

static int push(struct queue *queue, uint32_t owner, uint64_t number)
{
    unsigned char payload[100];
    struct queue_tag tag = {.first = number, .count = (uint32_t)number * 3};
    memset(payload, (int)number, sizeof payload);
    return queue_push(queue, owner, &tag, payload, sizeof payload, LIMIT);
}

/* The next item's number, which must be whole; or a negative errno. */
static int64_t pop(struct queue *queue, uint32_t owner, uint64_t deadline_ns)
{
    unsigned char payload[100];
    struct queue_tag tag;
    int error = queue_pop(queue, owner, &tag, payload, sizeof payload, deadline_ns);
    if (error != 0)
        return error;
    for (size_t i = 0; i < sizeof payload; i++)
        if (payload[i] != (unsigned char)tag.first || tag.count != tag.first * 3)
            return -EBADMSG;
    return (int64_t)tag.first;
}

/* A queue with items 1 .. items, whose slots lie in another order than the items. */
static struct queue *make(uint64_t items)
{
    struct queue *queue;
    struct queue_slot *slots[CAPACITY], *turned[CAPACITY];
    assert_int_equal(queue_create(&queue, CAPACITY, 100), 0);
    assert_int_equal(queue_reserve(queue, ME, slots, CAPACITY, LIMIT), CAPACITY);
    assert_int_equal(queue_publish(queue, slots, CAPACITY, LIMIT), 0);
    assert_int_equal(queue_take(queue, ME, slots, CAPACITY, LIMIT), CAPACITY);
    for (unsigned i = 0; i < CAPACITY; i++)
        turned[i] = slots[(8 * CAPACITY - 5 * i) % CAPACITY];
    assert_int_equal(queue_release(queue, turned, CAPACITY, LIMIT), 0);
    for (uint64_t i = 1; i <= items; i++)
        assert_int_equal(push(queue, ME, i), 0);
    return queue;
}

static bool always(void *context, const struct queue_tag *tag)
{
    (void)context;
    (void)tag;
    return true;
}

/* Takes out all items: they must be in order. Returns the lowest and how many. */
static unsigned drain(struct queue *queue, int64_t *lowest)
{
    unsigned count = 0;
    int64_t last = *lowest = 0;
    for (int64_t number; (number = pop(queue, ME, 0)) != -ETIMEDOUT; last = number, count++) {
        assert_true(number > last);
        if (count == 0)
            *lowest = number;
    }
    return count;
}

/* No slot is lost: the queue takes in as much as on its first day, and gives it out again. */
static void assert_whole(struct queue *queue)
{
    struct queue_slot *slots[CAPACITY + 1];
    int64_t lowest;
    while (pop(queue, ME, 0) != -ETIMEDOUT)
        ;
    assert_int_equal(queue_reserve(queue, ME, slots, CAPACITY + 1, LIMIT), CAPACITY);
    for (unsigned i = 0; i < CAPACITY; i++)
        fill(slots[i], i + 1);
    assert_int_equal(queue_publish(queue, slots, CAPACITY, LIMIT), 0);
    assert_int_equal(drain(queue, &lowest), CAPACITY);
    assert_int_equal(lowest, 1);
    queue_destroy(queue);
}

/* --- scripts: each is killed at each of its steps -----------------------------------------------
 */

static int script_push(struct queue *queue, uint32_t owner)
{
    struct queue_slot *slots[2];
    if (push(queue, owner, 3) != 0 || queue_reserve(queue, owner, slots, 2, LIMIT) != 2)
        return 1;
    fill(slots[0], 4);
    fill(slots[1], 5);
    if (queue_publish_reserve(queue, owner, slots, 1, slots, 1, LIMIT) != 1)
        return 1;
    return queue_publish(queue, slots + 1, 1, LIMIT);
}

/* Items 1 and 2 are there before, 3 to 5 come from the script: what was published is a prefix. */
static void test_killed_while_pushing(void **state)
{
    (void)state;
    unsigned steps = 1;
    for (bool dead = true; dead; steps++) {
        for (int run = 0; run < RUNS; run++) {
            int64_t lowest;
            struct queue *queue = make(2);
            dead = killed((struct act){queue, script_push, VICTIM, {SIGKILL, steps, NULL, 0}});
            if (run == 1) { /* usable before anybody knows of the death */
                assert_int_equal(pop(queue, ME, LIMIT), 1);
                assert_int_equal(push(queue, ME, 6), 0);
            }
            assert_int_equal(queue_reclaim(queue, VICTIM, always, NULL, LIMIT), 0);
            unsigned count = drain(queue, &lowest);
            assert_int_equal(lowest, run == 1 ? 2 : 1);
            assert_in_range(count, 2, 5);
            assert_whole(queue);
        }
    }
    assert_true(steps > 30);
}

static int script_take(struct queue *queue, uint32_t owner)
{
    struct queue_slot *slots[3];
    if (pop(queue, owner, LIMIT) != 1 || queue_take(queue, owner, slots, 2, LIMIT) != 2)
        return 1;
    if (queue_release_take(queue, owner, slots, 1, slots, 1, LIMIT) != 1)
        return 1;
    if (slots[0]->tag.first != 4 || slots[1]->tag.first != 3)
        return 2;
    return queue_release(queue, slots + 1, 1, LIMIT); /* 4 it keeps */
}

/* What the script released is gone, a prefix of 1 2 3; all else comes back, in its old order. */
static void test_killed_while_taking(void **state)
{
    (void)state;
    unsigned steps = 1;
    for (bool dead = true; dead; steps++) {
        for (int run = 0; run < RUNS; run++) {
            int64_t lowest;
            struct queue *queue = make(5);
            dead = killed((struct act){queue, script_take, VICTIM, {SIGKILL, steps, NULL, 0}});
            if (run == 1) /* usable before anybody knows of the death */
                assert_true(pop(queue, ME, LIMIT) > 0);
            int taken = queue_reclaim(queue, VICTIM, run < 2 ? always : NULL, NULL, LIMIT);
            assert_in_range(taken, 0, 2);
            unsigned count = drain(queue, &lowest);
            if (run == 0)
                assert_int_equal(count, 5 - (lowest - 1));
            if (run == 2)
                assert_true(count + (unsigned)taken >= 2);
            assert_whole(queue);
        }
    }
    assert_true(steps > 30);
}

static int script_push_one(struct queue *queue, uint32_t owner)
{
    return push(queue, owner, 10 + owner);
}

/* The first user dies with the lock; the second while it repairs what the first has left. */
static void test_killed_while_repairing(void **state)
{
    (void)state;
    static const char *const places[] = {"give_ticket",  "give_next_ticket", "give_word",
                                         "append_order", "append_count",     "announce",
                                         "get_word",     "get_head",         "get_count"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        unsigned steps = 1;
        for (bool dead = true; dead; steps++) {
            int64_t lowest;
            struct queue *queue = make(2);
            struct fate first = {SIGKILL, 0, places[i], 1};
            assert_true(killed((struct act){queue, script_push_one, VICTIM, first}));
            dead = killed((struct act){queue, script_push_one, HELPER, {SIGKILL, steps, NULL, 0}});
            assert_int_equal(queue_reclaim(queue, VICTIM, NULL, NULL, LIMIT), 0);
            assert_int_equal(queue_reclaim(queue, HELPER, NULL, NULL, LIMIT), 0);
            unsigned count = drain(queue, &lowest);
            assert_int_equal(lowest, 1);
            assert_in_range(count, dead ? 2 : 3, 4);
            assert_whole(queue);
        }
        assert_true(steps > 30);
    }
}

static int script_reclaim(struct queue *queue, uint32_t owner)
{
    (void)owner;
    return queue_reclaim(queue, VICTIM, always, NULL, LIMIT) >= 0 ? 0 : 1;
}

static int script_take_two_reserve_one(struct queue *queue, uint32_t owner)
{
    struct queue_slot *slots[2];
    queue_take(queue, owner, slots, 2, LIMIT);
    queue_reserve(queue, owner, slots, 1, LIMIT);
    return 0;
}

static void test_killed_while_reclaiming(void **state)
{
    (void)state;
    unsigned steps = 1;
    for (bool dead = true; dead; steps++) {
        int64_t lowest;
        struct queue *queue = make(4);
        assert_false(
            killed((struct act){queue, script_take_two_reserve_one, VICTIM, {0, 0, NULL, 0}}));
        dead = killed((struct act){queue, script_reclaim, HELPER, {SIGKILL, steps, NULL, 0}});
        int taken = queue_reclaim(queue, VICTIM, always, NULL, LIMIT);
        assert_in_range(taken, 0, 2);
        assert_int_equal(drain(queue, &lowest), 4);
        assert_int_equal(lowest, 1);
        assert_whole(queue);
    }
    assert_true(steps > 20);
}

static int script_wait(struct queue *queue, uint32_t owner)
{
    struct queue_slot *slot;
    int got = queue_take(queue, owner, &slot, 1, clock_deadline(30 * NS_PER_MS));
    return got == -ETIMEDOUT ? 0 : 1;
}

static int script_pop_one(struct queue *queue, uint32_t owner)
{
    return pop(queue, owner, LIMIT) == 1 ? 0 : 1;
}

/* Two wait, one of them is killed; the item must wake the other. With long slices, for who knows
 * of the death reclaims, and that wakes whom the dead one should have. */
static void test_killed_while_waiting(void **state)
{
    (void)state;
    unsigned steps = 1;
    queue_slice_ns = 60 * NS_PER_S;
    for (bool dead = true; dead; steps++) {
        struct queue *queue = make(0);
        struct child other = begin((struct act){queue, script_pop_one, HELPER, {0, 0, NULL, 0}});
        dead = killed((struct act){queue, script_wait, VICTIM, {SIGKILL, steps, NULL, 0}});
        assert_int_equal(push(queue, ME, 1), 0);
        assert_int_equal(queue_reclaim(queue, VICTIM, always, NULL, LIMIT), 0);
        assert_ends_well(&other);
        assert_whole(queue);
    }
    assert_true(steps > 10);
    queue_slice_ns = 40 * NS_PER_MS;
}

static int script_publish_one(struct queue *queue, uint32_t owner)
{
    return push(queue, owner, 1);
}

/* The item is published, and its producer dies before the wake-up call that it owes: in its second
 * step named call, for reserve has one, too. The sleeper finds it all the same. */
static void test_killed_before_its_call(void **state)
{
    (void)state;
    for (int reclaim = 0; reclaim < 2; reclaim++) {
        queue_slice_ns = reclaim ? 60 * NS_PER_S : 40 * NS_PER_MS;
        struct queue *queue = make(0);
        struct child sleeper = begin((struct act){queue, script_pop_one, HELPER, {0, 0, NULL, 0}});
        usleep(20000); /* it sleeps by now, or this run proves less */
        struct fate before_call = {SIGKILL, 0, "call", 2};
        assert_true(killed((struct act){queue, script_publish_one, VICTIM, before_call}));
        if (reclaim)
            assert_int_equal(queue_reclaim(queue, VICTIM, always, NULL, LIMIT), 0);
        assert_ends_well(&sleeper);
        assert_whole(queue);
    }
    queue_slice_ns = 40 * NS_PER_MS;
}

struct belt { /* numbers go round: down to a worker, up from it */
    struct queue *down, *up;
};

enum { ROUND_TRIPS = 20000 };

static void nap(int64_t i) /* so that the other falls asleep, now and then */
{
    if (i % 100 == 0)
        usleep(100);
}

static int echo(void *argument)
{
    const struct belt *belt = argument;
    for (int64_t i = 0; i < ROUND_TRIPS; i++)
        if (pop(belt->down, HELPER, LIMIT) != i || push(belt->up, HELPER, (uint64_t)i) != 0)
            return 1;
    for (int64_t i = 0; i < ROUND_TRIPS; i++, nap(i))
        if (pop(belt->down, HELPER, LIMIT) != i)
            return 1;
    return 0;
}

/* Among the living no call is lost, neither for items nor for room: with these slices nothing else
 * would end a sleep. */
static void test_no_call_is_lost(void **state)
{
    (void)state;
    struct belt belt = {make(0), make(0)};
    struct child child;
    queue_slice_ns = 60 * NS_PER_S;
    assert_int_equal(child_start(&child, echo, &belt), 0);
    for (int64_t i = 0; i < ROUND_TRIPS; i++, nap(i)) {
        assert_int_equal(push(belt.down, ME, (uint64_t)i), 0);
        assert_int_equal(pop(belt.up, ME, LIMIT), i);
    }
    for (int64_t i = 0; i < ROUND_TRIPS; i++) /* there is room for a few, then it waits */
        assert_int_equal(push(belt.down, ME, (uint64_t)i), 0);
    assert_ends_well(&child);
    queue_slice_ns = 40 * NS_PER_MS;
    assert_whole(belt.down);
    assert_whole(belt.up);
}

/* Who is stopped with the lock may go on: nobody takes it away, but all waits for it end. */
static void test_stopped_with_the_lock(void **state)
{
    (void)state;
    struct queue *queue = make(2);
    struct fate stop = {SIGSTOP, 0, "get_head", 1};
    struct child child = begin((struct act){queue, script_pop_one, VICTIM, stop});
    struct queue_slot *slot;
    int status = 0;
    assert_int_equal(waitpid(child.pid, &status, WUNTRACED), child.pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(pop(queue, ME, clock_deadline(100 * NS_PER_MS)), -ETIMEDOUT);
    assert_int_equal(queue_reserve(queue, ME, &slot, 1, clock_deadline(NS_PER_MS)), -ETIMEDOUT);
    kill(child.pid, SIGCONT);
    assert_ends_well(&child);
    assert_int_equal(pop(queue, ME, LIMIT), 2);
    assert_whole(queue);
}

/* --- at random: two seconds of workers that are killed at any instruction -----------------------
 */

enum { WORKERS = 3, NUMBERS = 2000 };

static int carry(void *argument)
{
    const struct belt *belt = argument;
    const uint32_t self = (uint32_t)getpid();
    for (;;) {
        struct queue_slot *in, *out;
        if (queue_take(belt->down, self, &in, 1, LIMIT) != 1 ||
            queue_reserve(belt->up, self, &out, 1, LIMIT) != 1)
            return 1;
        fill(out, in->tag.first);
        if (queue_publish(belt->up, &out, 1, LIMIT) != 0 ||
            queue_release(belt->down, &in, 1, LIMIT) != 0)
            return 1;
    }
}

static void replace(struct belt *belt, struct child *worker)
{
    uint32_t dead = (uint32_t)worker->pid;
    child_end(worker);
    assert_true(queue_reclaim(belt->down, dead, always, NULL, LIMIT) <= 1);
    assert_int_equal(queue_reclaim(belt->up, dead, always, NULL, LIMIT), 0);
    assert_int_equal(child_start(worker, carry, belt), 0);
}

/* Moves what can be moved without waiting. Numbers may come twice: a worker that dies between
 * publish and release leaves a task that is done to be done again. */
static void turn_belt(struct belt *belt, unsigned *sent, uint8_t seen[NUMBERS], unsigned *back)
{
    struct queue_slot *slots[CAPACITY];
    size_t most = NUMBERS - *sent < CAPACITY ? NUMBERS - *sent : CAPACITY;
    int got = queue_publish_reserve(belt->down, ME, NULL, 0, slots, most, LIMIT);
    for (int i = 0; i < got; i++)
        fill(slots[i], (*sent)++);
    assert_int_equal(queue_publish(belt->down, slots, (size_t)got, LIMIT), 0);
    got = queue_release_take(belt->up, ME, NULL, 0, slots, CAPACITY, LIMIT);
    for (int i = 0; i < got; i++) {
        assert_in_range(slots[i]->tag.first, 0, NUMBERS - 1);
        *back += seen[slots[i]->tag.first] == 0;
        seen[slots[i]->tag.first] = 1;
    }
    assert_int_equal(queue_release(belt->up, slots, (size_t)got, LIMIT), 0);
}

static void test_killed_at_random(void **state)
{
    (void)state;
    uint64_t end_ns = clock_deadline(2 * NS_PER_S);
    unsigned random = (unsigned)clock_ns();
    unsigned kills = 0;
    print_message("seed %u\n", random);
    while (clock_ns() < end_ns) {
        struct belt belt = {make(0), make(0)};
        struct child workers[WORKERS];
        uint8_t seen[NUMBERS] = {0};
        unsigned sent = 0, back = 0;
        uint64_t hang_ns = LIMIT;
        for (int i = 0; i < WORKERS; i++)
            assert_int_equal(child_start(&workers[i], carry, &belt), 0);
        while (back < NUMBERS) {
            turn_belt(&belt, &sent, seen, &back);
            if (rand_r(&random) % 16 == 0) {
                replace(&belt, &workers[rand_r(&random) % WORKERS]);
                kills++;
            }
            assert_true(clock_ns() < hang_ns);
        }
        for (int i = 0; i < WORKERS; i++) {
            uint32_t dead = (uint32_t)workers[i].pid;
            child_end(&workers[i]);
            queue_reclaim(belt.down, dead, NULL, NULL, LIMIT);
            queue_reclaim(belt.up, dead, NULL, NULL, LIMIT);
        }
        assert_whole(belt.down);
        assert_whole(belt.up);
    }
    assert_true(kills > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_while_pushing),
        cmocka_unit_test(test_killed_while_taking),
        cmocka_unit_test(test_killed_while_repairing),
        cmocka_unit_test(test_killed_while_reclaiming),
        cmocka_unit_test(test_killed_while_waiting),
        cmocka_unit_test(test_killed_before_its_call),
        cmocka_unit_test(test_no_call_is_lost),
        cmocka_unit_test(test_stopped_with_the_lock),
        cmocka_unit_test(test_killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
