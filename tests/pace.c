#include "pace.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

#define WORK_NS    (20 * NS_PER_MS) /* of processor time, on each core */
#define FACTOR_MAX 20
#ifdef __SANITIZE_ADDRESS__
#define BUILD 2 /* calls are slower, forks much slower */
#else
#define BUILD 1
#endif

static void work(void)
{
    struct timespec used;
    do
        CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
    while (used.tv_sec == 0 && (uint64_t)used.tv_nsec < WORK_NS);
    _exit(0);
}

static unsigned measure(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t begin_ns = clock_ns();
    for (long i = 0; i < cores; i++) {
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0)
            work();
    }
    for (long i = 0; i < cores; i++)
        CHECK(wait(NULL) > 0);
    uint64_t factor = (clock_ns() - begin_ns + WORK_NS / 2) / WORK_NS; /* rounded */
    return factor < 1 ? 1 : factor > FACTOR_MAX ? FACTOR_MAX : (unsigned)factor;
}

unsigned pace_factor(void)
{
    static unsigned factor;
    if (factor == 0)
        factor = measure() * BUILD;
    return factor;
}

uint64_t pace_scaled(uint64_t limit_ns)
{
    return limit_ns * pace_factor();
}
