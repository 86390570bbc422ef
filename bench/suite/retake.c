#include "bench/suite/retake.h"

#include <poll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/neighbours.h"

#define FIRST_NS    (200 * NS_PER_MS) /* of what is earned: a first sample may be disturbed, too */
#define WINDOW_MS   100
#define QUIET_CORES 0.10 /* a desktop's trickle is below that */

void retake_open(struct retake *retake, const struct options *options)
{
    *retake = (struct retake){.limit_ns = options->patience_ns,
                                  .earned = !options->patience_given,
                                  .begin_ns = clock_ns()};
}

uint64_t retake_left(const struct retake *retake, uint64_t now_ns)
{
    uint64_t limit_ns = retake->limit_ns;
    if (retake->earned) {
        uint64_t lasted_ns = now_ns - retake->begin_ns;
        uint64_t own_ns = lasted_ns > retake->spent_ns ? lasted_ns - retake->spent_ns : 0;
        uint64_t earned_ns = FIRST_NS + own_ns / 2;
        limit_ns = earned_ns < limit_ns ? earned_ns : limit_ns;
    }
    return limit_ns > retake->spent_ns ? limit_ns - retake->spent_ns : 0;
}

void retake_spend(struct retake *retake, uint64_t ns)
{
    retake->spent_ns += ns;
}

/* One window: whether a signal came in it. */
static bool sleep_for_window(int signals)
{
    struct pollfd signal = {.fd = signals, .events = POLLIN};
    return poll(&signal, 1, WINDOW_MS) > 0;
}

static enum retake_end wait_quiet(const struct retake *retake, int signals,
                                    struct neighbours *neighbours)
{
    const uint64_t deadline_ns = clock_deadline(retake_left(retake, clock_ns()));
    while (clock_ns() + WINDOW_MS * NS_PER_MS <= deadline_ns) {
        uint64_t window_ns;
        neighbours_mark(neighbours);
        if (sleep_for_window(signals))
            return RETAKE_SIGNAL;
        uint64_t used_ns = neighbours_used(neighbours, &window_ns);
        if ((double)used_ns < QUIET_CORES * (double)window_ns)
            return RETAKE_QUIET;
    }
    return RETAKE_OVER;
}

enum retake_end retake_wait(struct retake *retake, int signals)
{
    struct neighbours *neighbours;
    const uint64_t begin_ns = clock_ns();
    if (neighbours_open(getpid(), &neighbours) != 0)
        return RETAKE_OVER;
    enum retake_end end = wait_quiet(retake, signals, neighbours);
    neighbours_close(neighbours);
    retake_spend(retake, clock_ns() - begin_ns);
    return end;
}
