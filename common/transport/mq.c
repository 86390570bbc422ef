/*
 * mq - POSIX message queues: the kernel keeps messages, not bytes.
 *
 * THE IDEA
 *
 * A message queue holds whole messages, each with a priority, and gives out the one of highest
 * priority first. It is found by a name, as a file is. What Python calls multiprocessing.Queue is
 * no such thing (it is a pipe with a lock), but this is what the name promises.
 *
 * THE PICTURE
 *
 *      side 0                        the kernel                         side 1
 *    +---------+ mq_send  +-----------------------------+ mq_receive  +---------+
 *    | message | -------> | [part] [part] .. at most 10 | ----------> | message |
 *    +---------+          +-----------------------------+             +---------+
 *                           and another one for the way back
 *
 * THE PROTOCOL
 *
 * Sizes are fixed when a queue is made, and limited: a message to 8 KiB (fs.mqueue.msgsize_max), a
 * queue to 10 of them (fs.mqueue.msg_max), all queues of a user to 800 KiB (RLIMIT_MSGQUEUE). So a
 * larger message is cut into parts of that size, all of one priority, which come in the order in
 * which they were sent. The limits are asked for, not assumed.
 *
 * The name is unlinked as soon as both queues are open: descriptors are inherited, nobody else can
 * find them, and nothing stays if both sides are killed.
 *
 * WHAT IT COSTS
 *
 * Two copies and a wake-up, like a pipe, with an allocation for each message; and a receiver must
 * offer room for the longest message, however short the one is that comes: a last part goes through
 * a buffer of ours. For large messages a system call each way for every 8 KiB.
 *
 * WHEN THINGS GO WRONG
 *
 * A queue has no ends: it outlives its users, so the other side's death tells nothing, and only a
 * deadline ends a wait. (Whoever owns the sides watches them by pidfd.)
 *
 * See mq_overview(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/io.h"
#include "common/transport/transport.h"

#define NAMES_MOST 100 /* to try: of processes that were killed before they could unlink */

struct mq_link {
    mqd_t queues[2]; /* queues[i]: to side i */
    size_t part_bytes;
};

struct mq_end {
    mqd_t in, out;
    size_t part_bytes;
    char part[]; /* room for the longest message, whose beginning is wanted */
};

/* A limit of the system; fallback where it can't be read. */
static long read_limit(const char *path, long fallback)
{
    long value = fallback;
    FILE *file = fopen(path, "re");
    if (file != NULL && fscanf(file, "%ld", &value) != 1)
        value = fallback;
    if (file != NULL)
        fclose(file);
    return value > 0 ? value : fallback;
}

/* Makes a queue that nobody else can find. */
static int open_queue(struct mq_attr *attributes, mqd_t *queue)
{
    char name[64];
    for (unsigned i = 0; i < NAMES_MOST; i++) {
        snprintf(name, sizeof name, "/parbench-%d-%u", (int)getpid(), i);
        *queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, attributes);
        if (*queue >= 0)
            return mq_unlink(name) != 0 ? -errno : 0;
        if (errno == EMFILE)
            return -EDQUOT; /* mq_open's word for RLIMIT_MSGQUEUE, too */
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

static void close_queue(mqd_t *queue)
{
    if (*queue >= 0)
        mq_close(*queue);
    *queue = -1;
}

static void mq_link_close(void *link)
{
    struct mq_link *ended = link;
    close_queue(&ended->queues[0]);
    close_queue(&ended->queues[1]);
    free(ended);
}

static int mq_link_open(size_t bytes, void **link)
{
    long longest = read_limit("/proc/sys/fs/mqueue/msgsize_max", 8192);
    struct mq_attr attributes = {
        .mq_maxmsg = read_limit("/proc/sys/fs/mqueue/msg_max", 10),
        .mq_msgsize = bytes > 0 && bytes < (size_t)longest ? (long)bytes : longest,
    };
    struct mq_link *made = malloc(sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    *made = (struct mq_link){.queues = {-1, -1}, .part_bytes = (size_t)attributes.mq_msgsize};
    int error = open_queue(&attributes, &made->queues[0]);
    if (error == 0)
        error = open_queue(&attributes, &made->queues[1]);
    if (error != 0)
        mq_link_close(made);
    else
        *link = made;
    return error;
}

static int mq_attach(void *link, unsigned side, void **end)
{
    struct mq_link *from = link;
    CHECK(side < 2);
    struct mq_end *taken = malloc(sizeof *taken + from->part_bytes);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct mq_end){
        .in = from->queues[side], .out = from->queues[1 - side], .part_bytes = from->part_bytes};
    from->queues[0] = from->queues[1] = -1; /* both are needed here: one a way */
    *end = taken;
    return 0;
}

static void mq_detach(void *end)
{
    struct mq_end *left = end;
    close_queue(&left->in);
    close_queue(&left->out);
    free(left);
}

/* mq_timedsend counts in the time of day, which may jump. On Linux a queue can be polled, so a
 * deadline is kept as on any descriptor; each queue has one reader and one writer, and what poll
 * has promised stays so. */
static int wait_for(mqd_t queue, short events, uint64_t deadline_ns)
{
    return deadline_ns == IO_FOREVER ? 0 : io_wait(queue, events, deadline_ns);
}

static int mq_send_parts(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct mq_end *own = end;
    const char *next = message;
    while (bytes > 0) {
        size_t part = bytes < own->part_bytes ? bytes : own->part_bytes;
        int error = wait_for(own->out, POLLOUT, deadline_ns);
        if (error != 0)
            return error;
        if (mq_send(own->out, next, part, 0) == 0) {
            next += part;
            bytes -= part;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static int mq_receive_parts(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct mq_end *own = end;
    char *next = message;
    while (bytes > 0) {
        size_t part = bytes < own->part_bytes ? bytes : own->part_bytes;
        char *place = part == own->part_bytes ? next : own->part;
        int error = wait_for(own->in, POLLIN, deadline_ns);
        if (error != 0)
            return error;
        ssize_t got = mq_receive(own->in, place, own->part_bytes, NULL);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || (size_t)got != part)
            return got < 0 ? -errno : -EPROTO;
        if (place != next)
            memcpy(next, place, part);
        next += part;
        bytes -= part;
    }
    return 0;
}

const struct transport mq_transport = {
    .name = "mq",
    .summary = "POSIX message queues, large messages in parts",
    .open = mq_link_open,
    .attach = mq_attach,
    .send = mq_send_parts,
    .receive = mq_receive_parts,
    .detach = mq_detach,
    .close = mq_link_close,
};
