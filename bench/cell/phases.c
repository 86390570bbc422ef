#include "bench/cell/phases.h"

#include <stddef.h>

#define CLOCK_COST_NS  80u /* two reads, generously */
#define COST_SHARE_MAX 50u /* at most a fiftieth of the time measured */

struct phases phases_read(const struct board *board, unsigned workers, uint64_t begin_ns,
                          uint64_t end_ns)
{
    uint64_t wall_ns = end_ns - begin_ns;
    const struct board_line *critical = NULL;
    for (unsigned worker = 0; worker < workers; worker++) {
        const struct board_line *line = &board->lines[worker];
        if (line->tasks > 0 && (critical == NULL || line->end_ns > critical->end_ns))
            critical = line;
    }
    if (critical == NULL || critical->end_ns > end_ns || critical->end_ns < begin_ns)
        return (struct phases){.send_ns = wall_ns}; /* nothing ran */
    struct phases phases = {.collect_ns = end_ns - critical->end_ns};
    uint64_t rest_ns = wall_ns - phases.collect_ns;
    phases.compute_ns = critical->busy_ns < rest_ns ? critical->busy_ns : rest_ns;
    phases.send_ns = rest_ns - phases.compute_ns;
    return phases;
}

struct phases phases_scaled(const struct phases *shares, uint64_t wall_ns)
{
    double sum = (double)(shares->send_ns + shares->compute_ns + shares->collect_ns);
    if (sum <= 0)
        return (struct phases){.send_ns = wall_ns};
    struct phases phases = {
        .compute_ns = (uint64_t)((double)wall_ns * (double)shares->compute_ns / sum),
        .collect_ns = (uint64_t)((double)wall_ns * (double)shares->collect_ns / sum),
    };
    uint64_t known_ns = phases.compute_ns + phases.collect_ns;
    phases.send_ns = wall_ns > known_ns ? wall_ns - known_ns : 0;
    phases.compute_ns = wall_ns - phases.send_ns - phases.collect_ns; /* whatever rounding did */
    return phases;
}

bool phases_affordable(const struct board *board, unsigned workers)
{
    uint64_t calls = 0, busy_ns = 0;
    for (unsigned worker = 0; worker < workers; worker++) {
        calls += board->lines[worker].calls;
        busy_ns += board->lines[worker].busy_ns;
    }
    return busy_ns >= calls * CLOCK_COST_NS * COST_SHARE_MAX;
}

void phases_tasks(const struct board *board, unsigned workers, uint64_t *least, uint64_t *most)
{
    *least = UINT64_MAX;
    *most = 0;
    for (unsigned worker = 0; worker < workers; worker++) {
        uint64_t tasks = board->lines[worker].tasks;
        *least = tasks < *least ? tasks : *least;
        *most = tasks > *most ? tasks : *most;
    }
}
