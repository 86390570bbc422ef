#include "common/clock.h"

#include <limits.h>

#include "common/check.h"

uint64_t clock_ns(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_deadline(uint64_t limit_ns)
{
    uint64_t now = clock_ns();
    return limit_ns > UINT64_MAX - now ? UINT64_MAX : now + limit_ns;
}

static uint64_t left_ns(uint64_t deadline_ns)
{
    uint64_t now = clock_ns();
    return deadline_ns > now ? deadline_ns - now : 0;
}

int clock_left_ms(uint64_t deadline_ns)
{
    uint64_t left = left_ns(deadline_ns);
    uint64_t ms = left / NS_PER_MS + (left % NS_PER_MS != 0);
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

struct timespec clock_left(uint64_t deadline_ns)
{
    return clock_timespec(left_ns(deadline_ns));
}

struct timespec clock_timespec(uint64_t deadline_ns)
{
    return (struct timespec){.tv_sec = (time_t)(deadline_ns / NS_PER_S),
                             .tv_nsec = (long)(deadline_ns % NS_PER_S)};
}
