/*
 * transport.h - one way to move bytes between two workers, behind one interface.
 *
 * Each file of this room is one mechanism: how two ends come to be, how one sends and the other
 * receives. `bench ipc` measures them all; where a backend uses a mechanism, it uses the functions
 * that stand behind the one here (io.h, queue.h, futex.h).
 *
 * The life of a link:
 *
 *     open            before the two sides exist; what they will share
 *     attach 0 | 1    in each side: it takes its end and closes what is the other's
 *     send, receive   as often as they like; each message whole, in order
 *     detach          in each side
 *     close           in whoever opened it, after both sides have ended
 *
 * Sides are two processes (forked between open and attach), or two threads of one. Nothing is
 * global, so many links may be open. A message is delivered when receive returns: its bytes are in
 * the receiver's buffer. One side may send many messages before the other receives the first, but
 * a link need not hold more than one: send may wait until there is room.
 * The other side's death ends a wait with -EPIPE where the mechanism can know it, else the deadline
 * does; owners watch their children by pidfd anyway.
 */
#ifndef PARBENCH_COMMON_TRANSPORT_TRANSPORT_H
#define PARBENCH_COMMON_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRANSPORT_WINDOW_MOST 64 /* messages in flight */

struct transport {
    const char *name;    /* of --transport and of the CSV's column */
    const char *summary; /* one line: the mechanism, for lists */
    bool threads;        /* the sides are threads of one process */
    bool spins;          /* waits without blocking: measures nothing on a core that both share */
    size_t most_bytes;   /* of one message; 0: no limit */

    /* Makes a link for messages of at most `bytes` bytes. Returns 0 with *link owned by the
     * caller, or a negative errno. */
    int (*open)(size_t bytes, void **link);

    /* In side 0 or 1: returns 0 with *end owned by that side, or a negative errno. */
    int (*attach)(void *link, unsigned side, void **end);

    /* Moves message[bytes]; the other side receives with the same number of bytes. Both return 0,
     * -EPIPE (the other side is gone), -ETIMEDOUT or another negative errno. */
    int (*send)(void *end, const void *message, size_t bytes, uint64_t deadline_ns);
    int (*receive)(void *end, void *message, size_t bytes, uint64_t deadline_ns);

    /* count messages in flight at once: one side sends message[bytes] so many times and returns
     * when it may be changed, the other receives as many into messages[count][bytes]; count is
     * TRANSPORT_WINDOW_MOST at most. No deadline. NULL: it has one at a time. */
    int (*send_window)(void *end, const void *message, size_t bytes, unsigned count);
    int (*receive_window)(void *end, void *messages, size_t bytes, unsigned count);

    void (*detach)(void *end);
    void (*close)(void *link);
};

#endif
