/*
 * socketpair - two connected sockets of one machine, without a name.
 *
 * THE IDEA
 *
 * socketpair(2) makes two Unix-domain sockets that are connected to each other: a pipe that works
 * both ways, with one descriptor a side. Nobody else can connect to it, for it has no address; it
 * is inherited through fork, as a pipe is.
 *
 * THE PICTURE
 *
 *      side 0                      the kernel                       side 1
 *     +------+   write   +------------------------------+   read   +------+
 *     |  fd  | --------> | queue of side 1: [skb] [skb] | -------> |  fd  |
 *     |      | <-------- | [skb] [skb] :queue of side 0 | <------- |      |
 *     +------+   read    +------------------------------+   write  +------+
 *
 * THE PROTOCOL
 *
 * None: SOCK_STREAM carries bytes, and both sides know how many the next message has.
 * (SOCK_SEQPACKET would keep messages apart, but refuses one that is larger than its buffer.)
 *
 * WHAT IT COSTS
 *
 * Two copies and two system calls a message, like a pipe. But each write becomes a buffer of its
 * own (skb), allocated and freed with every message: dearer than a pipe's ring for a small one. A
 * write may put up to 32 KiB into one buffer, and some 200 KiB may be under way
 * (/proc/sys/net/core/wmem_default), so writer and reader take turns less often: for large
 * messages it is faster than a pipe of 64 KiB.
 *
 * WHEN THINGS GO WRONG
 *
 * The other side's death closes its socket: reading then finds the end, writing EPIPE. What it had
 * not read yet when it died is told as ECONNRESET, which means the same.
 *
 * See socketpair(2), unix(7).
 */
#include <errno.h>
#include <sys/socket.h>

#include "common/transport/stream.h"
#include "common/transport/transport.h"

static int socketpair_open(size_t bytes, void **link)
{
    int ends[2];
    (void)bytes; /* a stream takes messages of any length */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -errno;
    return stream_link((struct stream_side){ends[0], ends[0]},
                       (struct stream_side){ends[1], ends[1]}, link);
}

const struct transport socketpair_transport = {
    .name = "socketpair",
    .summary = "a pair of Unix-domain sockets without a name",
    .open = socketpair_open,
    .attach = stream_attach,
    .send = stream_send,
    .receive = stream_receive,
    .detach = stream_detach,
    .close = stream_close,
};
