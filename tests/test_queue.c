/*
 * The queue between users that live: order, limits, waiting, many users, big items.
 * What happens when users die is in test_queue_crash.c.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/queue.h"

#define ME    1u                            /* an owner */
#define LIMIT clock_deadline(20 * NS_PER_S) /* against hanging: no test comes near it */
#define SOON  clock_deadline(30 * NS_PER_MS)

static struct queue *make(uint32_t capacity, size_t item_bytes)
{
    struct queue *queue;
    assert_int_equal(queue_create(&queue, capacity, item_bytes), 0);
    return queue;
}

static int push(struct queue *queue, uint64_t number, uint64_t deadline_ns)
{
    struct queue_tag tag = {.first = number};
    return queue_push(queue, ME, &tag, &number, sizeof number, deadline_ns);
}

/* The number, or a negative errno. */
static int64_t pop(struct queue *queue, uint64_t deadline_ns)
{
    struct queue_tag tag;
    uint64_t number = 0;
    int error = queue_pop(queue, ME, &tag, &number, sizeof number, deadline_ns);
    if (error == 0 && tag.first != number)
        return -EPROTO;
    return error != 0 ? error : (int64_t)number;
}

static void test_first_in_first_out(void **state)
{
    (void)state;
    struct queue *queue = make(5, 8);
    uint64_t in = 0, out = 0;
    for (int round = 0; round < 100; round++) { /* wraps at every place */
        for (int i = 0; i < 1 + round % 5; i++)
            assert_int_equal(push(queue, in++, LIMIT), 0);
        while (out < in)
            assert_int_equal(pop(queue, LIMIT), out++);
    }
    queue_destroy(queue);
}

static void test_order_is_that_of_publishing(void **state)
{
    (void)state;
    struct queue *queue = make(4, 8);
    struct queue_slot *slots[4], *turned[4];
    assert_int_equal(queue_reserve(queue, ME, slots, 4, LIMIT), 4);
    for (uint64_t i = 0; i < 4; i++) {
        turned[i] = slots[3 - i];
        turned[i]->tag.first = i;
        memcpy(turned[i]->payload, &i, sizeof i);
    }
    assert_int_equal(queue_publish(queue, turned, 3, LIMIT), 0);
    assert_int_equal(queue_publish(queue, turned + 3, 1, LIMIT), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pop(queue, LIMIT), i);
    queue_destroy(queue);
}

static void test_full_and_empty_time_out(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity <= 3; capacity += 2) {
        struct queue *queue = make(capacity, 8);
        uint64_t begin_ns = clock_ns();
        assert_int_equal(pop(queue, SOON), -ETIMEDOUT);
        assert_true(clock_ns() - begin_ns >= 30 * NS_PER_MS);
        for (uint32_t i = 0; i < capacity; i++)
            assert_int_equal(push(queue, i, SOON), 0);
        assert_int_equal(push(queue, 9, SOON), -ETIMEDOUT);
        assert_int_equal(push(queue, 9, 0), -ETIMEDOUT);
        assert_int_equal(pop(queue, 0), 0); /* what is there needs no waiting */
        assert_int_equal(push(queue, 9, 0), 0);
        queue_destroy(queue);
    }
}

static void test_taken_slots_are_not_free(void **state)
{
    (void)state;
    struct queue *queue = make(2, 8);
    struct queue_slot *first, *second;
    push(queue, 1, LIMIT);
    push(queue, 2, LIMIT);
    assert_int_equal(queue_take(queue, ME, &first, 1, LIMIT), 1);
    assert_int_equal(push(queue, 3, SOON), -ETIMEDOUT);
    assert_int_equal(queue_take(queue, ME, &second, 1, LIMIT), 1);
    assert_int_equal(queue_release(queue, &second, 1, LIMIT), 0);
    for (uint64_t i = 3; i < 10; i++) { /* who keeps one slot for long doesn't block the other */
        assert_int_equal(push(queue, i, LIMIT), 0);
        assert_int_equal(pop(queue, LIMIT), i);
    }
    assert_int_equal(first->tag.first, 1);
    queue_destroy(queue);
}

static void test_both_in_one_turn(void **state)
{
    (void)state;
    struct queue *queue = make(3, 8);
    struct queue_slot *slots[4];
    assert_int_equal(queue_release_take(queue, ME, NULL, 0, slots, 4, LIMIT), 0);
    assert_int_equal(queue_publish_reserve(queue, ME, NULL, 0, slots, 2, LIMIT), 2);
    slots[0]->tag.first = 7;
    slots[1]->tag.first = 8;
    assert_int_equal(queue_publish_reserve(queue, ME, slots, 2, slots, 4, LIMIT), 1);
    slots[0]->tag.first = 9;
    assert_int_equal(queue_publish_reserve(queue, ME, slots, 1, slots, 4, LIMIT), 0);
    assert_int_equal(queue_release_take(queue, ME, NULL, 0, slots, 1, LIMIT), 1);
    assert_int_equal(slots[0]->tag.first, 7);
    assert_int_equal(queue_release_take(queue, ME, slots, 1, slots, 4, LIMIT), 2);
    assert_int_equal(slots[1]->tag.first, 9);
    assert_int_equal(queue_release(queue, slots, 2, LIMIT), 0);
    assert_int_equal(queue_reserve(queue, ME, slots, 4, LIMIT), 3);
    queue_destroy(queue);
}

static void test_bell(void **state)
{
    (void)state;
    struct queue *queue = make(8, 8);
    int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct pollfd rung = {.fd = bell, .events = POLLIN};
    queue_set_bell(queue, bell);
    push(queue, 1, LIMIT);
    assert_int_equal(poll(&rung, 1, 0), 0); /* nobody has asked */
    assert_int_equal(queue_ask_bell(queue, 1, LIMIT), 1);
    assert_int_equal(queue_ask_bell(queue, 3, LIMIT), 0);
    push(queue, 2, LIMIT);
    assert_int_equal(poll(&rung, 1, 0), 0);
    push(queue, 3, LIMIT);
    push(queue, 4, LIMIT);
    uint64_t rings = 0;
    assert_int_equal(read(bell, &rings, sizeof rings), sizeof rings);
    assert_int_equal(rings, 1);
    close(bell);
    queue_destroy(queue);
}

/* --- many users: each item arrives once, and each producer's items arrive in order -------------
 */

enum { PRODUCERS = 3, CONSUMERS = 4, ITEMS = 20000 };

struct crowd { /* shared */
    struct queue *queue;
    _Atomic uint32_t seen[PRODUCERS][ITEMS];
    _Atomic uint32_t disorder;
};

struct member {
    struct crowd *crowd;
    uint32_t number; /* a producer's; consumers count on from PRODUCERS */
};

static void produce(const struct member *self)
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct queue_tag tag = {.first = i, .count = self->number, .kind = 1};
        uint64_t item = (uint64_t)self->number << 32 | i;
        if (queue_push(self->crowd->queue, self->number + 1, &tag, &item, sizeof item, LIMIT) != 0)
            self->crowd->disorder++;
    }
}

static void consume(const struct member *self)
{
    int64_t last[PRODUCERS] = {-1, -1, -1};
    struct queue_tag tag;
    uint64_t item;
    while (queue_pop(self->crowd->queue, self->number + 1, &tag, &item, sizeof item, LIMIT) == 0 &&
           tag.kind == 1) {
        if (item != ((uint64_t)tag.count << 32 | tag.first) ||
            last[tag.count] >= (int64_t)tag.first)
            self->crowd->disorder++;
        last[tag.count] = (int64_t)tag.first;
        self->crowd->seen[tag.count][tag.first]++;
    }
}

static void *thread_body(void *argument)
{
    struct member *self = argument;
    (self->number < PRODUCERS ? produce : consume)(self);
    return NULL;
}

static int process_body(void *argument)
{
    thread_body(argument);
    return 0;
}

static struct crowd *gather(uint32_t capacity)
{
    void *memory;
    assert_int_equal(memory_create("crowd", sizeof(struct crowd), &memory, NULL), 0);
    struct crowd *crowd = memory;
    crowd->queue = make(capacity, 8);
    return crowd;
}

static void dismiss(struct crowd *crowd)
{
    assert_int_equal(crowd->disorder, 0);
    for (int producer = 0; producer < PRODUCERS; producer++)
        for (int i = 0; i < ITEMS; i++)
            assert_int_equal(crowd->seen[producer][i], 1);
    assert_int_equal(pop(crowd->queue, 0), -ETIMEDOUT);
    queue_destroy(crowd->queue);
    memory_unmap(crowd, sizeof *crowd);
}

static void send_sentinels(struct crowd *crowd)
{
    const struct queue_tag end = {.kind = 2};
    for (int i = 0; i < CONSUMERS; i++)
        assert_int_equal(queue_push(crowd->queue, ME, &end, NULL, 0, LIMIT), 0);
}

static void test_threads(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity <= 64; capacity *= 8) {
        struct crowd *crowd = gather(capacity);
        struct member members[PRODUCERS + CONSUMERS];
        pthread_t threads[PRODUCERS + CONSUMERS];
        for (uint32_t i = 0; i < PRODUCERS + CONSUMERS; i++) {
            members[i] = (struct member){.crowd = crowd, .number = i};
            assert_int_equal(pthread_create(&threads[i], NULL, thread_body, &members[i]), 0);
        }
        for (uint32_t i = 0; i < PRODUCERS + CONSUMERS; i++) {
            if (i == PRODUCERS)
                send_sentinels(crowd);
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        dismiss(crowd);
    }
}

static void test_processes(void **state)
{
    (void)state;
    for (uint32_t capacity = 1; capacity <= 64; capacity *= 8) {
        struct crowd *crowd = gather(capacity);
        struct child children[PRODUCERS + CONSUMERS];
        for (uint32_t i = 0; i < PRODUCERS + CONSUMERS; i++) {
            struct member member = {.crowd = crowd, .number = i};
            assert_int_equal(child_start(&children[i], process_body, &member), 0);
        }
        for (uint32_t i = 0; i < PRODUCERS + CONSUMERS; i++) {
            int status = -1;
            if (i == PRODUCERS)
                send_sentinels(crowd);
            assert_int_equal(child_wait(&children[i], LIMIT, &status), 0);
            assert_int_equal(status, 0);
        }
        dismiss(crowd);
    }
}

/* --- big items ----------------------------------------------------------------------------------
 */

enum { BIG = 16 * 1024 * 1024 };

static int send_big(void *argument)
{
    struct queue *queue = argument;
    for (int i = 0; i < 6; i++) {
        struct queue_slot *slot;
        if (queue_reserve(queue, 2, &slot, 1, LIMIT) != 1)
            return 1;
        slot->tag = (struct queue_tag){.first = (uint64_t)i};
        memset(slot->payload, 'a' + i, BIG);
        if (queue_publish(queue, &slot, 1, LIMIT) != 0)
            return 1;
    }
    return 0;
}

static void test_big_items(void **state)
{
    (void)state;
    struct queue *queue = make(2, BIG);
    struct child sender;
    int status = -1;
    assert_int_equal(child_start(&sender, send_big, queue), 0);
    for (int i = 0; i < 6; i++) {
        struct queue_slot *slot;
        assert_int_equal(queue_take(queue, ME, &slot, 1, LIMIT), 1);
        assert_int_equal(slot->tag.first, i);
        assert_int_equal(slot->payload[0], 'a' + i);
        assert_memory_equal(slot->payload, slot->payload + 1, BIG - 1); /* all the same */
        assert_int_equal(queue_release(queue, &slot, 1, LIMIT), 0);
    }
    assert_int_equal(child_wait(&sender, LIMIT, &status), 0);
    assert_int_equal(status, 0);
    queue_destroy(queue);
}

static void test_sizes(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 31, 32, 33, 4095, 4096, 4097, 65535, 65537};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t bytes = sizes[i];
        struct queue *queue = make(3, bytes);
        char *in = malloc(bytes + 1), *out = calloc(bytes + 1, 1);
        struct queue_tag tag = {.kind = 4};
        for (int round = 0; round < 7; round++) {
            memset(in, round + 1, bytes);
            assert_int_equal(queue_push(queue, ME, &tag, in, bytes, LIMIT), 0);
            assert_int_equal(queue_pop(queue, ME, &tag, out, bytes, LIMIT), 0);
            assert_memory_equal(in, out, bytes);
            assert_int_equal(out[bytes], 0);
        }
        free(in);
        free(out);
        queue_destroy(queue);
    }
}

/* A limit on the size of files stands for a memory that is full. */
static int make_beyond_the_limit(void *argument)
{
    const struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
    struct queue *queue = argument;
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (queue_create(&queue, 1024, 4096) != -EFBIG || queue != NULL)
        return 2;
    queue_destroy(queue);
    return queue_create(&queue, 16, 4096) == 0 ? 0 : 3;
}

static void test_no_memory(void **state)
{
    (void)state;
    struct child child;
    int status = -1;
    assert_int_equal(child_start(&child, make_beyond_the_limit, NULL), 0);
    assert_int_equal(child_wait(&child, LIMIT, &status), 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_first_out),
        cmocka_unit_test(test_order_is_that_of_publishing),
        cmocka_unit_test(test_full_and_empty_time_out),
        cmocka_unit_test(test_taken_slots_are_not_free),
        cmocka_unit_test(test_both_in_one_turn),
        cmocka_unit_test(test_bell),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_processes),
        cmocka_unit_test(test_big_items),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
