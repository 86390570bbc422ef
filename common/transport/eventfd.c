/*
 * eventfd - shared memory, and a descriptor that counts to wake the other side.
 *
 * THE IDEA
 *
 * The bytes need no kernel: both sides see the same pages (shared_buffer.h). Only waiting does. An
 * eventfd is a pipe without a buffer: a number in the kernel, to which a write adds and from which
 * a read takes. A reader of 0 sleeps.
 *
 * THE PICTURE
 *
 *       side 0            shared memory             side 1
 *     +---------+ memcpy +--------------+ memcpy +---------+
 *     | message | -----> |   a piece    | -----> | message |
 *     +---------+        +--------------+        +---------+
 *          |   write +1  +--------------+  read -1    ^
 *          +-----------> | eventfd: 0 1 | ------------+
 *                        +--------------+  in the kernel
 *
 * THE PROTOCOL
 *
 * A gate is an eventfd with EFD_SEMAPHORE: each read takes 1, so as many pieces pass as were
 * raised. C knows nothing of what a system call orders in memory; so the gate's count is raised
 * before the write (release) and looked at after the read (acquire), which is a rule of C, and a
 * check that the two agree.
 *
 * WHAT IT COSTS
 *
 * Two copies without the kernel, and for each piece four system calls: a write and a read for
 * `ready`, and the same for `room`. So a small message is no faster than through a pipe, whose
 * write carries the bytes as well. What is gained is a descriptor: poll can wait for it together
 * with sockets and timers, which it can't for a futex or a semaphore.
 *
 * WHEN THINGS GO WRONG
 *
 * An eventfd has no other end: a side's death tells nothing, only the deadline helps.
 *
 * See eventfd(2).
 */
#include <errno.h>
#include <sys/eventfd.h>

#include "common/check.h"
#include "common/io.h"
#include "common/transport/shared_buffer.h"
#include "common/transport/transport.h"

static int eventfd_make(struct shared_gate *gate, uint32_t raised)
{
    gate->fd = eventfd(raised, EFD_SEMAPHORE | EFD_CLOEXEC);
    return gate->fd < 0 ? -errno : 0;
}

static void eventfd_raise(struct shared_gate *gate)
{
    const uint64_t one = 1; /* at most 2 are ever in it, so the write never waits */
    shared_buffer_add(gate->count);
    CHECK(io_write(gate->fd, &one, sizeof one, IO_FOREVER) == 0);
}

static int eventfd_pass(struct shared_gate *gate, uint32_t passed, uint64_t deadline_ns)
{
    uint64_t taken;
    int error = io_read(gate->fd, &taken, sizeof taken, deadline_ns);
    CHECK(error != 0 || shared_buffer_has(gate->count, passed));
    return error;
}

static const struct shared_waiting eventfd_waiting = {
    .make = eventfd_make,
    .raise = eventfd_raise,
    .pass = eventfd_pass,
};

static int eventfd_open(size_t bytes, void **link)
{
    return shared_buffer_open(&eventfd_waiting, bytes, link);
}

const struct transport eventfd_transport = {
    .name = "eventfd",
    .summary = "shared memory; an eventfd to wake the other side",
    .open = eventfd_open,
    .attach = shared_buffer_attach,
    .send = shared_buffer_send,
    .receive = shared_buffer_receive,
    .detach = shared_buffer_detach,
    .close = shared_buffer_close,
};
