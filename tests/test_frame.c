/*
 * test_frame.c - messages and the ledger of tasks: what a coordinator and its workers rely on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/frame.h"
#include "common/io.h"
#include "common/tasks.h"
#include "throttle.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HANG_NS      (20 * NS_PER_S)
#define FRAMES       50
#define BIG_BYTES    300000u

/* --- frames, one at a time -------------------------------------------------------------------- */

static void a_frame_arrives_as_it_was_sent(void **state)
{
    (void)state;
    int ends[2];
    char payload[8];
    struct frame sent = frame_make(3, UINT64_MAX, 4, 5), got;
    assert_int_equal(io_pipe(ends), 0);
    assert_int_equal(frame_send(ends[1], &sent, "12345", clock_deadline(HANG_NS)), 0);
    assert_int_equal(frame_receive(ends[0], &got, payload, 5, clock_deadline(HANG_NS)), 0);
    assert_memory_equal(&sent, &got, sizeof sent);
    assert_memory_equal(payload, "12345", 5);
    assert_int_equal(frame_send(ends[1], &sent, "12345", IO_FOREVER), 0);
    assert_int_equal(frame_receive(ends[0], &got, payload, 4, IO_FOREVER), -EPROTO); /* no room */
    io_close(&ends[0]);
    io_close(&ends[1]);
}

/* What is received after the first `bytes` bytes of a good frame and end-of-file. */
static int receive_cut(size_t bytes)
{
    int ends[2];
    char wire[sizeof(struct frame) + 4] = {0}, payload[4];
    struct frame frame = frame_make(1, 0, 1, 4);
    memcpy(wire, &frame, sizeof frame);
    assert_int_equal(io_pipe(ends), 0);
    assert_int_equal(io_write(ends[1], wire, bytes, IO_FOREVER), 0);
    io_close(&ends[1]);
    int error = frame_receive(ends[0], &frame, payload, sizeof payload, clock_deadline(HANG_NS));
    io_close(&ends[0]);
    return error;
}

static void a_frame_cut_short_is_an_error_and_no_end(void **state)
{
    (void)state;
    assert_int_equal(receive_cut(0), IO_END);
    for (size_t bytes = 1; bytes < sizeof(struct frame) + 4; bytes++)
        assert_int_equal(receive_cut(bytes), -EPIPE);
    assert_int_equal(receive_cut(sizeof(struct frame) + 4), 0);
}

static void nonsense_is_no_frame(void **state)
{
    (void)state;
    struct frame good = frame_make(1, 0, 1, FRAME_BYTES_MAX), bad;
    assert_int_equal(frame_check(&good), 0);
    bad = good, bad.magic ^= 1;
    assert_int_equal(frame_check(&bad), -EPROTO);
    bad = good, bad.version++;
    assert_int_equal(frame_check(&bad), -EPROTO);
    bad = good, bad.bytes++;
    assert_int_equal(frame_check(&bad), -EPROTO);
    memset(&bad, 0, sizeof bad);
    assert_int_equal(frame_check(&bad), -EPROTO);
}

/* --- frames, many at once --------------------------------------------------------------------- */

/* Frame i of a stream: sizes of 0, some small, and now and then one larger than the staging. */
static struct frame nth(unsigned i, size_t big_bytes)
{
    return frame_make(i % 7, i, i + 1, i % 10 == 9 ? big_bytes : i * 5 % 64);
}

static char nth_byte(unsigned i, size_t at)
{
    return (char)(i * 17 + at * 3 + at / 255);
}

struct receiver {
    char *payload; /* payload[BIG_BYTES] */
    unsigned frames;
};

static int place(void *context, const struct frame *frame, void **payload)
{
    struct receiver *receiver = context;
    if (frame->bytes > BIG_BYTES)
        return -EPROTO;
    *payload = frame->bytes > 0 ? receiver->payload : NULL;
    return 0;
}

static void check_frame(struct receiver *receiver, const struct frame *frame, size_t big_bytes)
{
    struct frame expected = nth(receiver->frames, big_bytes);
    assert_memory_equal(frame, &expected, sizeof expected);
    for (size_t at = 0; at < frame->bytes; at++)
        assert_int_equal(receiver->payload[at], nth_byte(receiver->frames, at));
    receiver->frames++;
}

/* Moves FRAMES frames through a pipe with one process polling at both ends. */
static void pass_frames(size_t big_bytes)
{
    static struct frame_writer out;
    static struct frame_reader in;
    int ends[2];
    char *payloads[FRAMES];
    struct receiver receiver = {.payload = malloc(BIG_BYTES)};
    memset(&out, 0, sizeof out);
    memset(&in, 0, sizeof in);
    assert_int_equal(io_pipe(ends), 0);
    assert_int_equal(io_set_nonblocking(ends[0]), 0);
    assert_int_equal(io_set_nonblocking(ends[1]), 0);
    for (unsigned i = 0; i < FRAMES; i++) {
        struct frame frame = nth(i, big_bytes);
        payloads[i] = malloc(frame.bytes + 1u);
        for (size_t at = 0; at < frame.bytes; at++)
            payloads[i][at] = nth_byte(i, at);
        frame_put(&out, &frame, payloads[i]);
    }
    while (receiver.frames < FRAMES) {
        assert_true(frame_flush(&out, ends[1]) >= 0);
        int error = frame_fill(&in, ends[0]);
        assert_true(error == 0 || error == -EAGAIN);
        int got;
        while ((got = frame_next(&in, place, &receiver)) > 0)
            check_frame(&receiver, &in.frame, big_bytes);
        assert_int_equal(got, 0);
    }
    assert_int_equal(frame_flush(&out, ends[1]), 0);
    assert_int_equal(frame_fill(&in, ends[0]), -EAGAIN);
    io_close(&ends[1]);
    assert_int_equal(frame_fill(&in, ends[0]), IO_END);
    io_close(&ends[0]);
    for (unsigned i = 0; i < FRAMES; i++)
        free(payloads[i]);
    free(receiver.payload);
}

static void frames_pass_whatever_splits_and_interrupts_them(void **state)
{
    (void)state;
    pass_frames(BIG_BYTES);
    pass_frames(FRAME_STAGING_BYTES);
    static const size_t most[] = {1, 2, 23, 24, 25, 1000};
    for (size_t i = 0; i < COUNT(most); i++) {
        throttle_set(most[i], 1);
        pass_frames(2000);
        throttle_set(0, 0);
    }
}

static void one_read_takes_many_small_frames(void **state)
{
    (void)state;
    static struct frame_writer out;
    static struct frame_reader in;
    struct receiver receiver = {.payload = malloc(BIG_BYTES)};
    int ends[2];
    assert_int_equal(io_pipe(ends), 0);
    for (unsigned i = 0; i < FRAME_QUEUE; i++) {
        struct frame frame = frame_make(1, i, 1, 8);
        frame_put(&out, &frame, "8 bytes.");
    }
    assert_int_equal(frame_flush(&out, ends[1]), 0);
    assert_int_equal(frame_next(&in, place, &receiver), 0);
    assert_int_equal(frame_fill(&in, ends[0]), 0);
    for (unsigned left = FRAME_QUEUE; left > 0; left--) {
        assert_int_equal(frame_staged(&in), left);
        assert_int_equal(frame_next(&in, place, &receiver), 1);
    }
    assert_int_equal(frame_staged(&in), 0);
    assert_int_equal(io_write(ends[1], "half a header", 13, IO_FOREVER), 0);
    io_close(&ends[1]);
    assert_int_equal(frame_next(&in, place, &receiver), 0);
    assert_int_equal(frame_fill(&in, ends[0]), 0);
    assert_int_equal(frame_next(&in, place, &receiver), 0);
    assert_int_equal(frame_fill(&in, ends[0]), -EPIPE); /* closed within a frame */
    io_close(&ends[0]);
    free(receiver.payload);
}

/* Feeds bytes to a reader until it ends, is refused or all are taken; a memory error would show
 * under AddressSanitizer. */
static void feed(const char *bytes, size_t count)
{
    struct frame_reader *in = calloc(1, sizeof *in);
    struct receiver receiver = {.payload = malloc(BIG_BYTES)};
    int ends[2], error;
    assert_int_equal(io_pipe(ends), 0);
    assert_int_equal(io_write(ends[1], bytes, count, IO_FOREVER), 0);
    io_close(&ends[1]);
    do {
        (void)frame_staged(in);
        error = frame_next(in, place, &receiver);
        if (error == 0)
            error = frame_fill(in, ends[0]) == 0 ? 1 : IO_END + 1;
    } while (error == 1);
    assert_true(error == IO_END + 1 || error == -EPROTO);
    io_close(&ends[0]);
    free(receiver.payload);
    free(in);
}

static void corrupt_frames_never_reach_out_of_bounds(void **state)
{
    (void)state;
    char wire[20 * (sizeof(struct frame) + 40)];
    uint64_t random = 88172645463325252u; /* Marsaglia's xorshift64, the same each time */
    for (int round = 0; round < 3000; round++) {
        for (unsigned i = 0; i < 20; i++) {
            struct frame frame = frame_make(1, i, 1, 40);
            char *at = wire + i * (sizeof frame + 40);
            memcpy(at, &frame, sizeof frame);
            memset(at + sizeof frame, (int)i, 40);
        }
        for (int flips = 0; flips <= round % 8; flips++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            wire[random % sizeof wire] ^= (char)(random >> 32);
        }
        feed(wire, 1 + random % sizeof wire);
    }
}

/* --- the ledger ------------------------------------------------------------------------------- */

static struct tasks open_ledger(unsigned workers, size_t count, size_t chunk, unsigned flight)
{
    struct tasks ledger;
    assert_int_equal(tasks_open(&ledger, workers), 0);
    tasks_begin(&ledger, count, chunk, flight);
    return ledger;
}

/* Gives all workers in turn what they may have; returns how many spans worker 0 got. */
static unsigned give_round(struct tasks *ledger, struct span spans[TASKS_FLIGHT_MAX])
{
    unsigned got = 0;
    for (bool given = true; given;) {
        given = false;
        for (unsigned w = 0; w < ledger->workers; w++) {
            struct span span;
            if (!tasks_next(ledger, w, &span))
                continue;
            given = true;
            if (w == 0)
                spans[got++] = span;
        }
    }
    return got;
}

static void nobody_gets_a_second_chunk_when_few_are_left(void **state)
{
    (void)state;
    struct span spans[TASKS_FLIGHT_MAX];
    struct tasks ledger = open_ledger(4, 6, 1, TASKS_FLIGHT_MAX);
    assert_int_equal(give_round(&ledger, spans), 1); /* the lecture's six limits, four workers */
    assert_int_equal(ledger.open.count, 2);
    tasks_begin(&ledger, 100000, 1, TASKS_FLIGHT_MAX);
    assert_int_equal(give_round(&ledger, spans), TASKS_FLIGHT_MAX);
    tasks_begin(&ledger, 100000, 1, 2);
    assert_int_equal(give_round(&ledger, spans), 2);
    tasks_close(&ledger);
}

static void a_result_counts_only_from_who_owes_it(void **state)
{
    (void)state;
    struct span first, second;
    struct tasks ledger = open_ledger(2, 1000, 10, 4);
    assert_int_equal(tasks_oldest(&ledger, 0), -1);
    assert_true(tasks_next(&ledger, 0, &first));
    assert_true(tasks_next(&ledger, 0, &second));
    assert_int_equal(second.first, 10);
    assert_false(tasks_in(&ledger, 1, first));
    assert_false(tasks_in(&ledger, 0, second));
    assert_false(tasks_in(&ledger, 0, (struct span){0, 9}));
    assert_true(tasks_holds(&ledger, 0, 19) && !tasks_holds(&ledger, 0, 20));
    assert_false(tasks_holds(&ledger, 0, -1));
    assert_true(tasks_in(&ledger, 0, first));
    assert_false(tasks_in(&ledger, 0, first));
    assert_int_equal(tasks_oldest(&ledger, 0), 10);
    assert_int_equal(ledger.missing, 990);
    tasks_close(&ledger);
}

static void a_successor_gets_what_the_dead_one_owed(void **state)
{
    (void)state;
    struct span spans[TASKS_FLIGHT_MAX], span;
    struct tasks ledger = open_ledger(2, 1000, 10, 4);
    unsigned got = give_round(&ledger, spans);
    assert_true(tasks_in(&ledger, 0, spans[0]));
    assert_int_equal(tasks_lost(&ledger, 0, 15), 1);
    assert_int_equal(tasks_oldest(&ledger, 0), -1);
    assert_false(tasks_in(&ledger, 0, spans[1])); /* not given again yet */
    for (unsigned i = 1; i < got; i++) {
        assert_true(tasks_next(&ledger, 0, &span));
        assert_memory_equal(&span, &spans[i], sizeof span);
    }
    assert_int_equal(tasks_lost(&ledger, 0, 15), 2);
    assert_int_equal(tasks_lost(&ledger, 1, 25), 1);
    assert_int_equal(tasks_lost(&ledger, 1, -1), 0);
    assert_int_equal(tasks_lost(&ledger, 0, 15), 3);
    tasks_begin(&ledger, 20, 10, 4);
    assert_int_equal(tasks_lost(&ledger, 0, 15), 1); /* another map, another task */
    tasks_close(&ledger);
}

static void reserved_tasks_go_to_their_worker(void **state)
{
    (void)state;
    struct tasks ledger = open_ledger(3, 10, 3, 2);
    struct span span;
    tasks_reserve(&ledger, 0, 0, 4);
    tasks_reserve(&ledger, 1, 4, 0);
    tasks_reserve(&ledger, 2, 4, 6);
    assert_false(tasks_next(&ledger, 1, &span));
    assert_true(tasks_next(&ledger, 2, &span) && span.first == 4 && span.count == 3);
    assert_true(tasks_next(&ledger, 2, &span) && span.first == 7 && span.count == 3);
    assert_false(tasks_next(&ledger, 2, &span));
    assert_true(tasks_next(&ledger, 0, &span) && span.first == 0 && span.count == 3);
    assert_true(tasks_next(&ledger, 0, &span) && span.first == 3 && span.count == 1);
    assert_false(tasks_next(&ledger, 0, &span));
    tasks_close(&ledger);
}

/* Every task exactly once, in whatever order results and deaths come. */
static void every_task_comes_in_once(void **state)
{
    (void)state;
    enum { TASKS = 5000, WORKERS = 5 };
    static unsigned char seen[TASKS];
    struct span queue[WORKERS][TASKS_FLIGHT_MAX], span;
    unsigned held[WORKERS] = {0};
    uint64_t random = 88172645463325252u;
    struct tasks ledger = open_ledger(WORKERS, TASKS, 7, 9);
    while (!tasks_done(&ledger)) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        unsigned w = (unsigned)(random % WORKERS);
        if (random >> 60 == 0) {
            tasks_lost(&ledger, w, tasks_oldest(&ledger, w));
            held[w] = 0;
        } else if (random >> 63 != 0 && tasks_next(&ledger, w, &span)) {
            assert_true(held[w] < 9);
            queue[w][held[w]++] = span;
        } else if (held[w] > 0) {
            span = queue[w][0];
            memmove(&queue[w][0], &queue[w][1], --held[w] * sizeof span);
            assert_true(tasks_in(&ledger, w, span));
            for (size_t i = 0; i < span.count; i++)
                assert_int_equal(seen[span.first + i]++, 0);
        }
    }
    for (unsigned i = 0; i < TASKS; i++)
        assert_int_equal(seen[i], 1);
    tasks_close(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_arrives_as_it_was_sent),
        cmocka_unit_test(a_frame_cut_short_is_an_error_and_no_end),
        cmocka_unit_test(nonsense_is_no_frame),
        cmocka_unit_test(frames_pass_whatever_splits_and_interrupts_them),
        cmocka_unit_test(one_read_takes_many_small_frames),
        cmocka_unit_test(corrupt_frames_never_reach_out_of_bounds),
        cmocka_unit_test(nobody_gets_a_second_chunk_when_few_are_left),
        cmocka_unit_test(a_result_counts_only_from_who_owes_it),
        cmocka_unit_test(a_successor_gets_what_the_dead_one_owed),
        cmocka_unit_test(reserved_tasks_go_to_their_worker),
        cmocka_unit_test(every_task_comes_in_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
