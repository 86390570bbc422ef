#include "common/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

int futex_wait(const _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    /* of the waiting calls, the one whose time limit is a moment of CLOCK_MONOTONIC */
    struct timespec until = clock_timespec(deadline_ns);
    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected, &until, NULL,
                FUTEX_BITSET_MATCH_ANY) == 0)
        return 0;
    CHECK(errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT);
    return errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

void futex_wake(const _Atomic uint32_t *word, uint32_t count)
{
    CHECK(syscall(SYS_futex, word, FUTEX_WAKE, count < INT_MAX ? count : INT_MAX) >= 0);
}
