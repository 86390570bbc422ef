/*
 * semaphore - shared memory, and POSIX semaphores in it.
 *
 * THE IDEA
 *
 * Dijkstra's semaphore is a number with two operations: V adds one, P takes one and waits while
 * there is none. Two of them around a buffer are the textbook's producer and consumer: one counts
 * what is full, the other what is empty. The gates of shared_buffer.h are just that.
 *
 * THE PICTURE
 *
 *       side 0            shared memory             side 1
 *     +---------+ memcpy +--------------+ memcpy +---------+
 *     | message | -----> |   a piece    | -----> | message |
 *     +---------+        +--------------+        +---------+
 *      sem_post -------> | ready: 0     | -------> sem_wait
 *      sem_wait <------- | room: 2      | <------- sem_post
 *                        +--------------+
 *
 * THE PROTOCOL
 *
 * sem_init with pshared = 1, before the sides exist: the semaphore lies in the mapping, and its
 * users are whoever maps it. What was written before sem_post is seen after the sem_wait that it
 * lets pass; POSIX promises that, so the gate's own count is not used.
 *
 * WHAT IT COSTS
 *
 * On Linux it is a futex, with a count of sleepers beside it: sem_post makes a system call only if
 * somebody sleeps, sem_wait only if there is nothing to take. It does not spin. So: futex.c, less
 * the needless wake-ups, more an atomic read-modify-write on each side.
 *
 * WHEN THINGS GO WRONG
 *
 * A semaphore has no owner: nobody knows who ought to raise it, so a side's death leaves the other
 * waiting, and only the deadline helps. As a lock this is worse still, see robust.h. For the same
 * reason there is nothing to give back: sem_destroy does nothing on Linux, the mapping is all.
 *
 * See sem_overview(7), sem_clockwait(3); E. W. Dijkstra, "Cooperating Sequential Processes" (1965).
 */
#include <errno.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/io.h"
#include "common/transport/shared_buffer.h"
#include "common/transport/transport.h"

static int semaphore_make(struct shared_gate *gate, uint32_t raised)
{
    return sem_init(&gate->count->semaphore, 1, raised) != 0 ? -errno : 0;
}

static void semaphore_raise(struct shared_gate *gate)
{
    CHECK(sem_post(&gate->count->semaphore) == 0);
}

static int semaphore_pass(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns)
{
    sem_t *semaphore = &gate->count->semaphore;
    struct timespec until = clock_timespec(deadline_ns);
    int result;
    (void)passed; /* the semaphore counts */
    do {
        result = deadline_ns == IO_FOREVER ? sem_wait(semaphore)
                                           : sem_clockwait(semaphore, CLOCK_MONOTONIC, &until);
    } while (result != 0 && errno == EINTR);
    CHECK(result == 0 || errno == ETIMEDOUT);
    return result == 0 ? 0 : -ETIMEDOUT;
}

static const struct shared_waiting semaphore_waiting = {
    .make = semaphore_make,
    .raise = semaphore_raise,
    .pass = semaphore_pass,
};

static int semaphore_open(size_t bytes, void **link)
{
    return shared_buffer_open(&semaphore_waiting, bytes, link);
}

const struct transport semaphore_transport = {
    .name = "semaphore",
    .summary = "shared memory; POSIX semaphores in it",
    .open = semaphore_open,
    .attach = shared_buffer_attach,
    .send = shared_buffer_send,
    .receive = shared_buffer_receive,
    .detach = shared_buffer_detach,
    .close = shared_buffer_close,
};
