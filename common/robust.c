#include "common/robust.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/futex.h"

#ifdef __SANITIZE_THREAD__ /* gcc */
#define UNDER_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) /* clang */
#define UNDER_TSAN
#endif
#endif
#ifdef UNDER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#define TRIES    5                /* after 32, 64, 128, 128, 128 pauses */
#define SLICE_NS (40 * NS_PER_MS) /* then it asks again, in case that a wake-up was lost */

/* A list of no size is EINVAL to a kernel that has the call, and nothing has changed. */
int robust_try(void)
{
    return syscall(SYS_set_robust_list, NULL, (size_t)0) == 0 || errno == EINVAL ? 0 : -errno;
}

void robust_init(pthread_mutex_t *lock)
{
    pthread_mutexattr_t kind;
    CHECK(pthread_mutexattr_init(&kind) == 0);
    CHECK(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED) == 0);
    CHECK(pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST) == 0);
    CHECK(pthread_mutex_init(lock, &kind) == 0);
    CHECK(pthread_mutexattr_destroy(&kind) == 0);
}

/* A holder that needs the lock for well under a microsecond makes trying again cheaper than
 * sleeping, unless it lost its processor: so a bounded number of tries. Not too soon, either: each
 * try pulls the lock's cache line away from the holder, who in the meantime can have it several
 * times more for the price of one. */
static int try_lock(pthread_mutex_t *lock)
{
    int error = pthread_mutex_trylock(lock);
    for (int i = 0; error == EBUSY && i < TRIES; i++) {
        for (int pauses = 32 << (i < 2 ? i : 2); pauses > 0; pauses--)
            spin_pause();
        error = pthread_mutex_trylock(lock);
    }
    return error;
}

static int timed_lock(pthread_mutex_t *lock, uint64_t until_ns)
{
    struct timespec until = clock_timespec(until_ns);
    int error = pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
#ifdef UNDER_TSAN /* ThreadSanitizer doesn't know this call (gcc 12, clang 14) */
    if (error == 0) {
        __tsan_mutex_pre_lock(lock, 0);
        __tsan_mutex_post_lock(lock, 0, 0);
    }
#endif
    return error;
}

int robust_lock(pthread_mutex_t *lock, uint64_t deadline_ns)
{
    int error = try_lock(lock);
    while (error == EBUSY || error == ETIMEDOUT) {
        uint64_t slice_ns = clock_deadline(SLICE_NS);
        error = timed_lock(lock, slice_ns < deadline_ns ? slice_ns : deadline_ns);
        if (error == ETIMEDOUT && clock_ns() >= deadline_ns)
            break;
    }
    /* ENOTRECOVERABLE would mean that somebody unlocked what he had not repaired */
    CHECK(error == 0 || error == EOWNERDEAD || error == ETIMEDOUT);
    return -error;
}

void robust_repaired(pthread_mutex_t *lock)
{
    CHECK(pthread_mutex_consistent(lock) == 0);
}

void robust_unlock(pthread_mutex_t *lock)
{
    CHECK(pthread_mutex_unlock(lock) == 0);
}
