/*
 * pipe - bytes through a buffer in the kernel.
 *
 * THE IDEA
 *
 * A pipe is the oldest way: a ring of pages inside the kernel, with an end to write and an end to
 * read. A write copies the caller's bytes into it, a read copies them out; a reader of an empty
 * pipe sleeps, as does a writer of a full one. It works one way only, so a link is two of them.
 *
 * THE PICTURE
 *
 *          side 0                    the kernel                      side 1
 *        +---------+   write   +-----------------------+   read   +---------+
 *        | message | --------> | 16 pages of 4 KiB     | -------> | message |
 *        +---------+   copy    +-----------------------+   copy   +---------+
 *        +---------+   read    +-----------------------+   write  +---------+
 *        | message | <-------- | 16 pages of 4 KiB     | <------- | message |
 *        +---------+           +-----------------------+          +---------+
 *
 * THE PROTOCOL
 *
 * None: both know the message's length. Writes of up to PIPE_BUF bytes (4 KiB) are one piece
 * whoever else writes; longer ones may be split, which does no harm with one writer.
 *
 * WHAT IT COSTS
 *
 * Two copies and two system calls a message, and a wake-up whenever somebody slept, which is the
 * most of it for a small one. A message larger than the pipe goes through in portions: writer and
 * reader take turns, and each turn may be another wake-up. So the ring's size matters, and it can
 * be had larger: `pipe-1m` asks for 1 MiB (F_SETPIPE_SZ). More than /proc/sys/fs/pipe-max-size
 * needs privilege, as do many large ones of one user (pipe-user-pages-soft); then it is refused.
 *
 * WHEN THINGS GO WRONG
 *
 * The other side's death closes its ends: reading then finds the end of file, writing EPIPE. Only
 * if nobody else holds these ends, which is why each side closes what is not its own.
 *
 * See pipe(7), pipe(2), fcntl(2).
 */
#include <errno.h>
#include <fcntl.h>

#include "common/io.h"
#include "common/transport/stream.h"
#include "common/transport/transport.h"

#define LARGE_BYTES (1 << 20) /* what Linux lets everybody have by default */

/* One pipe each way, of at least ring_bytes (0: as the system makes them). */
static int open_pipes(int ring_bytes, void **link)
{
    int there[2], back[2] = {-1, -1};
    int error = io_pipe(there);
    if (error == 0)
        error = io_pipe(back);
    if (error == 0 && ring_bytes > 0 &&
        (fcntl(there[1], F_SETPIPE_SZ, ring_bytes) < 0 ||
         fcntl(back[1], F_SETPIPE_SZ, ring_bytes) < 0))
        error = -errno;
    if (error == 0)
        return stream_link((struct stream_side){.in = back[0], .out = there[1]},
                           (struct stream_side){.in = there[0], .out = back[1]}, link);
    for (unsigned i = 0; i < 2; i++) {
        io_close(&there[i]);
        io_close(&back[i]);
    }
    return error;
}

static int pipe_open(size_t bytes, void **link)
{
    (void)bytes; /* a pipe takes messages of any length */
    return open_pipes(0, link);
}

static int pipe_1m_open(size_t bytes, void **link)
{
    (void)bytes;
    return open_pipes(LARGE_BYTES, link);
}

const struct transport pipe_transport = {
    .name = "pipe",
    .summary = "a pipe each way, 64 KiB in the kernel",
    .open = pipe_open,
    .attach = stream_attach,
    .send = stream_send,
    .receive = stream_receive,
    .detach = stream_detach,
    .close = stream_close,
};

const struct transport pipe_1m_transport = {
    .name = "pipe-1m",
    .summary = "a pipe each way, 1 MiB in the kernel",
    .open = pipe_1m_open,
    .attach = stream_attach,
    .send = stream_send,
    .receive = stream_receive,
    .detach = stream_detach,
    .close = stream_close,
};
