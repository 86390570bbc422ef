/*
 * vmsplice - pages lent to a pipe instead of bytes copied into it.
 *
 * THE IDEA
 *
 * A pipe is a ring of references to pages. write(2) fills pages of the kernel's; vmsplice(2) puts
 * the caller's own pages into the ring, so the first of a pipe's two copies is saved. The second
 * one, by read(2), is now straight from the sender's memory to the receiver's.
 *
 * THE PICTURE
 *
 *       side 0                      the pipe                        side 1
 *    +----------+ vmsplice   +--------------------+    read     +----------+
 *    | page 0   | <--------- | ref | ref | ref |  | ----------> | buffer   |
 *    | page 1   | <------------------'     |      |   one copy  +----------+
 *    | page 2   | <------------------------'      |                  |
 *    +----------+            +--------------------+                  |
 *         ^                  +--------------------+    1 byte        |
 *         +----------------- |  another pipe      | <----------------+
 *         may be used again  +--------------------+   "all is read"
 *
 * THE PROTOCOL
 *
 * WHAT MAKES REUSE UNSAFE: vmsplice returns when the references are in the ring, not when somebody
 * has read what they point to. A sender that writes its next message into the same buffer changes
 * the one that is still under way, and nobody is told. How much the ring holds says nothing about
 * it: a reference is a reference until it was read. So the receiver tells when it has read all, by
 * a byte through a second pipe, and send returns only then: its caller may use the buffer at once,
 * as the interface promises.
 *
 * SPLICE_F_GIFT would give the pages away for good: the kernel might move them into a file's cache,
 * and they must never be written again. Nothing here splices on into a file, so a gift would buy
 * nothing, and we want the pages back: they are lent.
 *
 * Below a page a reference costs more than a copy, so small messages are written, and wait for
 * nothing. Both sides know which way a message goes, for both know its length.
 *
 * WHAT IT COSTS
 *
 * For a large message one copy, references of 4 KiB each that are taken and dropped again, and a
 * wake-up back. The ring is asked to be 256 pages (1 MiB), where that is allowed. For a small one,
 * a pipe's cost.
 *
 * WHEN THINGS GO WRONG
 *
 * As with pipes: end of file and EPIPE.
 *
 * See vmsplice(2), pipe(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/check.h"
#include "common/io.h"
#include "common/transport/transport.h"

#define LENT_BYTES 4096u     /* messages of so many bytes are lent, shorter ones copied */
#define RING_BYTES (1 << 20) /* what Linux lets everybody have by default */

enum { DATA, DONE, PIPES }; /* messages; and the word that one has been read, from its receiver */

struct splice_link {
    int pipes[2][PIPES][2]; /* pipes[i]: of messages to side i; each: to read from, to write to */
};

struct splice_end {
    int in, in_done, out, out_done;
};

static void splice_close(void *link)
{
    struct splice_link *ended = link;
    for (unsigned side = 0; side < 2; side++)
        for (unsigned kind = 0; kind < PIPES; kind++)
            for (unsigned i = 0; i < 2; i++)
                io_close(&ended->pipes[side][kind][i]);
    free(ended);
}

static int splice_open(size_t bytes, void **link)
{
    (void)bytes; /* a pipe takes messages of any length */
    struct splice_link *made = malloc(sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    int error = 0;
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned kind = 0; kind < PIPES; kind++) {
            int *pipe = made->pipes[side][kind];
            pipe[0] = pipe[1] = -1;
            if (error == 0)
                error = io_pipe(pipe);
        }
        if (error == 0) /* refused: then it is as large as it is */
            fcntl(made->pipes[side][DATA][1], F_SETPIPE_SZ, RING_BYTES);
    }
    if (error != 0)
        splice_close(made);
    else
        *link = made;
    return error;
}

static int take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

static int splice_attach(void *link, unsigned side, void **end)
{
    struct splice_link *from = link;
    CHECK(side < 2);
    struct splice_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    *taken = (struct splice_end){.in = take(&from->pipes[side][DATA][0]),
                                 .in_done = take(&from->pipes[side][DONE][1]),
                                 .out = take(&from->pipes[1 - side][DATA][1]),
                                 .out_done = take(&from->pipes[1 - side][DONE][0])};
    io_close(&from->pipes[side][DATA][1]); /* the other side's ends */
    io_close(&from->pipes[side][DONE][0]);
    io_close(&from->pipes[1 - side][DATA][0]);
    io_close(&from->pipes[1 - side][DONE][1]);
    *end = taken;
    return 0;
}

static void splice_detach(void *end)
{
    struct splice_end *left = end;
    io_close(&left->in);
    io_close(&left->in_done);
    io_close(&left->out);
    io_close(&left->out_done);
    free(left);
}

/* Puts references to message[bytes] into the pipe. With a deadline it must not wait inside. */
static int lend(int pipe, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct iovec part = {.iov_base = (void *)message, .iov_len = bytes}; /* only read from */
    bool timed = deadline_ns != IO_FOREVER;
    while (part.iov_len > 0) {
        ssize_t lent = vmsplice(pipe, &part, 1, timed ? SPLICE_F_NONBLOCK : 0);
        int error = lent < 0 ? -errno : 0;
        if (error == -EAGAIN)
            error = io_wait(pipe, POLLOUT, deadline_ns);
        if (error != 0 && error != -EINTR)
            return error;
        if (lent > 0)
            io_skip(&part, 1, (size_t)lent);
    }
    return 0;
}

static int end_is_death(int error)
{
    return error == IO_END ? -EPIPE : error;
}

static int splice_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct splice_end *own = end;
    char done;
    if (bytes < LENT_BYTES)
        return io_write(own->out, message, bytes, deadline_ns);
    int error = lend(own->out, message, bytes, deadline_ns);
    if (error == 0)
        error = io_read(own->out_done, &done, 1, deadline_ns);
    return end_is_death(error);
}

static int splice_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    const struct splice_end *own = end;
    const char done = 1;
    int error = io_read(own->in, message, bytes, deadline_ns);
    if (error == 0 && bytes >= LENT_BYTES)
        error = io_write(own->in_done, &done, 1, deadline_ns);
    return end_is_death(error);
}

const struct transport vmsplice_transport = {
    .name = "vmsplice",
    .summary = "pages lent to a pipe of 1 MiB, one copy",
    .open = splice_open,
    .attach = splice_attach,
    .send = splice_send,
    .receive = splice_receive,
    .detach = splice_detach,
    .close = splice_close,
};
