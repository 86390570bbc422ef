/*
 * vm_readv - one process reads another's memory: a single copy, and no buffer in between.
 *
 * THE IDEA
 *
 * Pipes and sockets copy twice: into the kernel and out of it. process_vm_readv(2) lets the
 * receiver copy straight out of the sender's memory. There is no place where a message could wait,
 * so the two must meet (rendezvous): the sender says where its message lies and waits until it has
 * been taken. MPI libraries move large messages between processes of one machine in this way
 * (cross-memory attach), where they are allowed to; so does Open MPI here (bench/launch/mpirun.h).
 *
 * THE PICTURE
 *
 *      side 0                    a shared page                    side 1
 *    +---------+ 1. post   +----------------------+  2. see     +---------+
 *    | message | --------> | address, posted = 7  | ----------> | buffer  |
 *    +---------+           | taken = 6 -> 7       | <---------- |         |
 *         |      4. return +----------------------+  3b. say    +---------+
 *         |                                                          ^
 *         +-------------- 3a. process_vm_readv: one copy ------------+
 *
 * THE PROTOCOL
 *
 * For each direction a slot in a shared page: where the message lies, how many have been posted,
 * how many have been taken. Both counts are futexes. The sender writes the address, then posts
 * (release, pairs with the receiver's acquire); the receiver copies, then says taken (release,
 * pairs with the sender's acquire), and only then may the sender use its buffer again.
 *
 * WHAT IT COSTS
 *
 * One copy, but two wake-ups a message, one each way: the sender sleeps as well. So a small message
 * takes longer than through a pipe, and the larger it is, the more it wins. In the kernel each page
 * of the other process is looked up and pinned for the time of the copy.
 *
 * WHEN THINGS GO WRONG
 *
 * The system may forbid it, since who reads memory reads secrets: process_vm_readv asks what a
 * debugger would be asked (cross_memory.h). With Yama's ptrace_scope 1 only an ancestor may; so each
 * side declares that anybody may read it, which holds for that process alone. With scope 2 or 3, or
 * in a container without the call, it is -EPERM.
 * A sender that has died when its message is read: -EPIPE. A wait on a futex learns of no death:
 * there the deadline helps.
 *
 * See process_vm_readv(2), futex(2), Documentation/admin-guide/LSM/Yama.rst in the Linux tree.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"
#include "common/cross_memory.h"
#include "common/futex.h"
#include "common/memory.h"
#include "common/transport/transport.h"

struct slot {                             /* one way; a cache line of its own */
    _Alignas(64) _Atomic uint32_t posted; /* messages so far; a futex the receiver waits on */
    _Atomic uint32_t taken;               /* ... the sender waits on; guards address and pid */
    uint64_t address;                     /* in the sender's memory; written before posted */
    int32_t pid;                          /* of the sender, as is this */
};

struct vm_page {
    struct slot to[2]; /* to[i]: messages to side i */
};

struct vm_end {
    struct slot *in, *out;
};

static int vm_open(size_t bytes, void **link)
{
    (void)bytes; /* what is shared is where a message lies, not the message */
    return memory_create("parbench-vm_readv", sizeof(struct vm_page), link, NULL);
}

static int vm_attach(void *link, unsigned side, void **end)
{
    struct vm_page *page = link;
    CHECK(side < 2);
    struct vm_end *taken = malloc(sizeof *taken);
    if (taken == NULL)
        return -ENOMEM;
    cross_memory_allow();
    *taken = (struct vm_end){.in = &page->to[side], .out = &page->to[1 - side]};
    *end = taken;
    return 0;
}

/* Sleeps while *count is still `old`. */
static int wait_while(const _Atomic uint32_t *count, uint32_t old, uint64_t deadline_ns)
{
    int error = 0;
    while (error == 0 && atomic_load_explicit(count, memory_order_acquire) == old)
        error = futex_wait(count, old, deadline_ns);
    return error;
}

static int vm_send(void *end, const void *message, size_t bytes, uint64_t deadline_ns)
{
    struct slot *slot = ((struct vm_end *)end)->out;
    uint32_t before = atomic_load_explicit(&slot->posted, memory_order_relaxed); /* we write it */
    (void)bytes;                                                                 /* both know it */
    slot->address = (uint64_t)(uintptr_t)message;
    slot->pid = getpid();
    atomic_store_explicit(&slot->posted, before + 1, memory_order_release);
    futex_wake(&slot->posted, 1);
    return wait_while(&slot->taken, before, deadline_ns);
}

static int vm_receive(void *end, void *message, size_t bytes, uint64_t deadline_ns)
{
    struct slot *slot = ((struct vm_end *)end)->in;
    uint32_t before = atomic_load_explicit(&slot->taken, memory_order_relaxed); /* we write it */
    int error = wait_while(&slot->posted, before, deadline_ns);
    if (error == 0)
        error = cross_memory_read(slot->pid, slot->address, message, bytes);
    if (error != 0)
        return error;
    atomic_store_explicit(&slot->taken, before + 1, memory_order_release);
    futex_wake(&slot->taken, 1);
    return 0;
}

static void vm_detach(void *end)
{
    free(end);
}

static void vm_close(void *link)
{
    memory_unmap(link, sizeof(struct vm_page));
}

const struct transport vm_readv_transport = {
    .name = "vm_readv",
    .summary = "process_vm_readv: the receiver copies out of the sender's memory",
    .open = vm_open,
    .attach = vm_attach,
    .send = vm_send,
    .receive = vm_receive,
    .detach = vm_detach,
    .close = vm_close,
};
