/*
 * thread-queue - two threads, and the bounded queue of every lecture.
 *
 * THE IDEA
 *
 * Producer and consumer with N slots: the producer may be up to N items ahead, so neither has to
 * wait for the other each time. Python's queue.Queue(maxsize=N) is this.
 *
 * THE PICTURE
 *
 *      thread 0                 the process's memory                thread 1
 *     +---------+  copy  +--------------------------------+ copy  +---------+
 *     | message | -----> | [ ] [x] [x] [x] [ ] [ ] [ ] [ ]| ----> | message |
 *     +---------+        +-------^-----------^------------+       +---------+
 *      wait on not_full        first    first + count      wait on not_empty
 *     and another one for the way back
 *
 * THE PROTOCOL
 *
 * put: lock; wait on not_full while count == N; copy into the slot behind the last; count + 1;
 * unlock; signal not_empty. get: the mirror image. Two condition variables, for with more threads
 * than two a signal on a common one might wake another producer instead of a consumer, and be lost.
 * The signal comes after the unlock, so that who is woken does not run into the mutex at once. A
 * message larger than a slot goes in pieces.
 *
 * WHAT IT COSTS
 *
 * As a page with one slot (condition.c) where an answer is waited for each time; less in a stream,
 * where the sender runs ahead and the receiver finds several items when it wakes. The copies are
 * made with the mutex held, as the lecture has it: common/queue.h says how to copy outside of it.
 *
 * WHEN THINGS GO WRONG
 *
 * Threads don't die alone. A thread that is cancelled with the mutex would leave it locked: nobody
 * is cancelled here.
 *
 * See R. and A. Arpaci-Dusseau, Operating Systems: Three Easy Pieces, chapter 30.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/transport/transport.h"

#define SLOTS       8
#define PIECE_BYTES (64 * 1024) /* of a slot, at most: as in shared_buffer.c */

struct ring {
    pthread_mutex_t mutex; /* guards all below but slot_bytes, which never changes */
    pthread_cond_t not_empty, not_full;
    unsigned first, count; /* full are slots first, .., first + count - 1, modulo SLOTS */
    size_t slot_bytes;
    char *slots; /* slots[SLOTS][slot_bytes] */
};

struct thread_queue_link {
    struct ring to[2]; /* to[i]: to side i */
};

struct thread_queue_end {
    struct ring *in, *out; /* of the link */
};

/* ---- the queue ------------------------------------------------------------------------------ */

static int ring_make(struct ring *ring, size_t slot_bytes)
{
    *ring = (struct ring){.slot_bytes = slot_bytes, .slots = malloc(SLOTS * slot_bytes)};
    pthread_mutex_init(&ring->mutex, NULL);
    pthread_cond_init(&ring->not_empty, NULL);
    pthread_cond_init(&ring->not_full, NULL);
    return ring->slots == NULL ? -ENOMEM : 0;
}

static void ring_free(struct ring *ring)
{
    pthread_cond_destroy(&ring->not_full);
    pthread_cond_destroy(&ring->not_empty);
    pthread_mutex_destroy(&ring->mutex);
    free(ring->slots);
}

/* With the mutex: waits on condition while the ring holds exactly `count`. */
static int wait_while(struct ring *ring, pthread_cond_t *condition, unsigned count,
                      const struct timespec *until)
{
    int result = 0;
    while (ring->count == count && result != ETIMEDOUT)
        result = pthread_cond_clockwait(condition, &ring->mutex, CLOCK_MONOTONIC, until);
    return ring->count == count ? -ETIMEDOUT : 0;
}

static int ring_put(struct ring *ring, const char *item, size_t bytes, const struct timespec *until)
{
    pthread_mutex_lock(&ring->mutex);
    int error = wait_while(ring, &ring->not_full, SLOTS, until);
    if (error == 0) {
        unsigned slot = (ring->first + ring->count) % SLOTS;
        memcpy(ring->slots + slot * ring->slot_bytes, item, bytes);
        ring->count++;
    }
    pthread_mutex_unlock(&ring->mutex);
    if (error == 0)
        pthread_cond_signal(&ring->not_empty);
    return error;
}

static int ring_get(struct ring *ring, char *item, size_t bytes, const struct timespec *until)
{
    pthread_mutex_lock(&ring->mutex);
    int error = wait_while(ring, &ring->not_empty, 0, until);
    if (error == 0) {
        memcpy(item, ring->slots + ring->first * ring->slot_bytes, bytes);
        ring->first = (ring->first + 1) % SLOTS;
        ring->count--;
    }
    pthread_mutex_unlock(&ring->mutex);
    if (error == 0)
        pthread_cond_signal(&ring->not_full);
    return error;
}

/* ---- the link ------------------------------------------------------------------------------- */

static void thread_queue_close(void *link)
{
    struct thread_queue_link *ended = link;
    ring_free(&ended->to[0]);
    ring_free(&ended->to[1]);
    free(ended);
}

static int thread_queue_open(size_t bytes, void **link)
{
    size_t slot_bytes = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
    struct thread_queue_link *made = malloc(sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    int first = ring_make(&made->to[0], slot_bytes);
    int second = ring_make(&made->to[1], slot_bytes);
    if (first != 0 || second != 0) {
        thread_queue_close(made);
        return -ENOMEM;
    }
    *link = made;
    return 0;
}

static int thread_queue_attach(void *link, unsigned side, void **end)
{
    struct thread_queue_link *from = link;
    CHECK(side < 2);
    struct thread_queue_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct thread_queue_end){.in = &from->to[side], .out = &from->to[1 - side]};
    *end = taken;
    return 0;
}

static int thread_queue_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct ring *ring = ((struct thread_queue_end *)end)->out;
    const struct timespec until = clock_timespec(deadline_ns);
    int error = 0;
    for (size_t done = 0; error == 0 && done < bytes; done += ring->slot_bytes) {
        size_t part = bytes - done < ring->slot_bytes ? bytes - done : ring->slot_bytes;
        error = ring_put(ring, (const char *)message + done, part, &until);
    }
    return error;
}

static int thread_queue_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct ring *ring = ((struct thread_queue_end *)end)->in;
    const struct timespec until = clock_timespec(deadline_ns);
    int error = 0;
    for (size_t done = 0; error == 0 && done < bytes; done += ring->slot_bytes) {
        size_t part = bytes - done < ring->slot_bytes ? bytes - done : ring->slot_bytes;
        error = ring_get(ring, (char *)message + done, part, &until);
    }
    return error;
}

static void thread_queue_detach(void *end)
{
    free(end);
}

const struct transport thread_queue_transport = {
    .name = "thread-queue",
    .summary = "threads: a bounded queue, a mutex and two condition variables",
    .threads = true,
    .open = thread_queue_open,
    .attach = thread_queue_attach,
    .send = thread_queue_send,
    .receive = thread_queue_receive,
    .detach = thread_queue_detach,
    .close = thread_queue_close,
};
