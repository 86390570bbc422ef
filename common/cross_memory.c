#include "common/cross_memory.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/futex.h"

#define TRY_LIMIT_NS (5 * NS_PER_S)
#define SECRET       0x0123456789abcdefull

void cross_memory_allow(void)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* EINVAL: no Yama, which needs none */
}

/* The call may move less than asked, in whole pages. */
int cross_memory_read(pid_t pid, uint64_t address, void *into, size_t bytes)
{
    char *next = into;
    while (bytes > 0) {
        struct iovec here = {.iov_base = next, .iov_len = bytes};
        struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = bytes};
        ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
        if (got <= 0)
            return got == 0 || errno == ESRCH ? -EPIPE : -errno;
        next += got;
        address += (uint64_t)got;
        bytes -= (size_t)got;
    }
    return 0;
}

/* --- trying it ----------------------------------------------------------------------------------
 */

struct trial {              /* a page that the parent and its two children share */
    _Atomic uint32_t ready; /* a futex; 1: pid and address hold (release; pairs with an acquire) */
    int32_t pid;            /* of the owner */
    uint64_t address;       /* of its secret, in memory of its own */
    int32_t error;          /* the reader's outcome, valid once it has ended */
};

static int own(void *argument)
{
    struct trial *trial = argument;
    volatile uint64_t secret = SECRET; /* in memory, where another process finds it */
    cross_memory_allow();
    trial->pid = getpid();
    trial->address = (uint64_t)(uintptr_t)&secret;
    atomic_store_explicit(&trial->ready, 1, memory_order_release);
    futex_wake(&trial->ready, 1);
    while (pause() < 0) /* as it always is: until the parent ends us */
        ;
    return 0;
}

static int try_both_ways(const struct trial *trial)
{
    uint64_t value = 0;
    struct iovec here = {.iov_base = &value, .iov_len = sizeof value};
    struct iovec there = {.iov_base = (void *)(uintptr_t)trial->address, .iov_len = sizeof value};
    int error = cross_memory_read(trial->pid, trial->address, &value, sizeof value);
    if (error == 0 && value != SECRET)
        error = -EIO;
    if (error == 0 && process_vm_writev(trial->pid, &here, 1, &there, 1, 0) != sizeof value)
        error = -errno;
    return error;
}

static int read_other(void *argument)
{
    struct trial *trial = argument;
    uint64_t deadline_ns = clock_deadline(TRY_LIMIT_NS);
    int error = 0;
    while (error == 0 && atomic_load_explicit(&trial->ready, memory_order_acquire) == 0)
        error = futex_wait(&trial->ready, 0, deadline_ns);
    trial->error = error == 0 ? try_both_ways(trial) : error;
    return 0;
}

/* A filter may also kill who calls: then the reader has left no outcome. */
static int run(struct trial *trial)
{
    struct child owner = CHILD_NONE, reader = CHILD_NONE;
    int status = 0;
    trial->error = -EPERM;
    int error = child_start(&owner, own, trial);
    if (error == 0)
        error = child_start(&reader, read_other, trial);
    if (error == 0)
        error = child_wait(&reader, clock_deadline(2 * TRY_LIMIT_NS), &status);
    child_end(&reader);
    child_end(&owner);
    return error != 0 ? error : trial->error;
}

int cross_memory_try(void)
{
    struct trial *trial =
        mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (trial == MAP_FAILED)
        return -errno;
    int error = run(trial);
    munmap(trial, sizeof *trial);
    return error;
}
