/*
 * queue - the bounded queue of the shm backend, one each way.
 *
 * THE IDEA
 *
 * What the other pages strip down for two sides, the queue of common/queue.h has in full: any
 * number of users, items that may be taken by any of them, and users that may be killed at any
 * instruction. Here it is measured as a transport, so that its price stands beside theirs.
 *
 * THE PICTURE
 *
 *       side 0              shared memory              side 1
 *     +---------+ push  +----------------------+ pop +---------+
 *     | message | ----> | [slot] [slot] .. 8   | --> | message |
 *     +---------+ copy  +----------------------+ copy+---------+
 *                       FREE -> WRITING -> READY -> TAKEN -> FREE
 *     and another one for the way back
 *
 * THE PROTOCOL
 *
 * push reserves a slot, copies into it and publishes it; pop takes one, copies out of it and
 * releases it. Each of these four steps is a turn under the queue's robust lock, the copies are
 * not. Who waits spins for a moment and then sleeps on a futex. With one sender and one receiver
 * the items come in the order in which they went, so a message larger than a slot goes in pieces.
 *
 * WHAT IT COSTS
 *
 * Two copies, and four locks and unlocks a piece, on lines that both cores want. A wake-up only
 * where somebody sleeps. Against spin_futex.c the difference is the price of many users and of
 * their deaths.
 *
 * WHEN THINGS GO WRONG
 *
 * A side that dies takes nothing with it: a lock that it held is repaired by the next one. But a
 * queue has no ends: that nobody will push any more is known to the owner of the processes, or to
 * the deadline.
 *
 * See queue.h, robust.h.
 */
#include "common/queue.h"

#include <errno.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/transport/transport.h"

#define SLOTS       8
#define PIECE_BYTES (64 * 1024) /* of a slot, at most: as in shared_buffer.c */

struct queue_link {      /* private to the process; the queues are shared */
    struct queue *to[2]; /* to[i]: to side i */
    size_t piece_bytes;
};

struct queue_end {
    struct queue *in, *out;
    size_t piece_bytes;
    uint32_t owner; /* a number for this side, for the queue's books */
};

static void queue_close(void *link)
{
    struct queue_link *ended = link;
    queue_destroy(ended->to[0]);
    queue_destroy(ended->to[1]);
    free(ended);
}

static int queue_open(size_t bytes, void **link)
{
    struct queue_link *made = calloc(1, sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    made->piece_bytes = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;
    int error = queue_create(&made->to[0], SLOTS, made->piece_bytes);
    if (error == 0)
        error = queue_create(&made->to[1], SLOTS, made->piece_bytes);
    if (error != 0)
        queue_close(made);
    else
        *link = made;
    return error;
}

static int queue_attach(void *link, unsigned side, void **end)
{
    const struct queue_link *from = link;
    CHECK(side < 2);
    struct queue_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct queue_end){.in = from->to[side],
                                .out = from->to[1 - side],
                                .piece_bytes = from->piece_bytes,
                                .owner = side + 1};
    *end = taken;
    return 0;
}

static size_t next_part(const struct queue_end *end, size_t left)
{
    return left < end->piece_bytes ? left : end->piece_bytes;
}

static int queue_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct queue_end *own = end;
    const struct queue_tag tag = {0}; /* both sides know what comes */
    int error = 0;
    for (size_t done = 0; error == 0 && done < bytes;) {
        size_t part = next_part(own, bytes - done);
        error =
            queue_push(own->out, own->owner, &tag, (const char *)message + done, part, deadline_ns);
        done += part;
    }
    return error;
}

static int queue_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct queue_end *own = end;
    struct queue_tag tag;
    int error = 0;
    for (size_t done = 0; error == 0 && done < bytes;) {
        size_t part = next_part(own, bytes - done);
        error = queue_pop(own->in, own->owner, &tag, (char *)message + done, part, deadline_ns);
        done += part;
    }
    return error;
}

static void queue_detach(void *end)
{
    free(end);
}

const struct transport queue_transport = {
    .name = "queue",
    .summary = "the bounded queue of the shm backend, in shared memory",
    .open = queue_open,
    .attach = queue_attach,
    .send = queue_send,
    .receive = queue_receive,
    .detach = queue_detach,
    .close = queue_close,
};
