#include "bench/suite/patience.h"

#include <poll.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/neighbours.h"

#define FIRST_NS    (200 * NS_PER_MS) /* of what is earned: a first sample may be disturbed, too */
#define WINDOW_MS   100
#define QUIET_CORES 0.10 /* a desktop's trickle is below that */

void patience_open(struct patience *patience, const struct options *options)
{
    *patience = (struct patience){.limit_ns = options->patience_ns,
                                  .earned = !options->patience_given,
                                  .begin_ns = clock_ns()};
}

uint64_t patience_left(const struct patience *patience, uint64_t now_ns)
{
    uint64_t limit_ns = patience->limit_ns;
    if (patience->earned) {
        uint64_t lasted_ns = now_ns - patience->begin_ns;
        uint64_t own_ns = lasted_ns > patience->spent_ns ? lasted_ns - patience->spent_ns : 0;
        uint64_t earned_ns = FIRST_NS + own_ns / 2;
        limit_ns = earned_ns < limit_ns ? earned_ns : limit_ns;
    }
    return limit_ns > patience->spent_ns ? limit_ns - patience->spent_ns : 0;
}

void patience_spend(struct patience *patience, uint64_t ns)
{
    patience->spent_ns += ns;
}

/* One window: whether a signal came in it. */
static bool sleep_for_window(int signals)
{
    struct pollfd signal = {.fd = signals, .events = POLLIN};
    return poll(&signal, 1, WINDOW_MS) > 0;
}

static enum patience_end wait_quiet(const struct patience *patience, int signals,
                                    struct neighbours *neighbours)
{
    const uint64_t deadline_ns = clock_deadline(patience_left(patience, clock_ns()));
    while (clock_ns() + WINDOW_MS * NS_PER_MS <= deadline_ns) {
        uint64_t window_ns;
        neighbours_mark(neighbours);
        if (sleep_for_window(signals))
            return PATIENCE_SIGNAL;
        uint64_t used_ns = neighbours_used(neighbours, &window_ns);
        if ((double)used_ns < QUIET_CORES * (double)window_ns)
            return PATIENCE_QUIET;
    }
    return PATIENCE_OVER;
}

enum patience_end patience_wait(struct patience *patience, int signals)
{
    struct neighbours *neighbours;
    const uint64_t begin_ns = clock_ns();
    if (neighbours_open(getpid(), &neighbours) != 0)
        return PATIENCE_OVER;
    enum patience_end end = wait_quiet(patience, signals, neighbours);
    neighbours_close(neighbours);
    patience_spend(patience, clock_ns() - begin_ns);
    return end;
}
