/*
 * phases.h - where a map's wall time went, told from the board.
 *
 * The critical worker is the one whose last kernel ended last: had it been faster, the map would
 * have been. Its time is split: `compute` in kernels; `collect` from its last kernel's end until
 * map returned; `send`, all the rest: waiting for its first task and between tasks. The three sum
 * to the wall time by construction.
 *
 * Noting times costs two looks at the clock for each call of job_run. Where calls are too short
 * for that, samples are taken without (timed = false) and split in the proportions of one map of
 * the warm-up that was timed.
 */
#ifndef PARBENCH_BENCH_CELL_PHASES_H
#define PARBENCH_BENCH_CELL_PHASES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/board.h"

struct phases {
    uint64_t send_ns, compute_ns, collect_ns; /* sum to the wall time that they were made from */
};

/* Reads a timed map that ran from begin_ns to end_ns on `workers` workers. */
struct phases phases_read(const struct board *board, unsigned workers, uint64_t begin_ns,
                          uint64_t end_ns);

/* Splits wall_ns in the proportions of shares. */
struct phases phases_scaled(const struct phases *shares, uint64_t wall_ns);

/* Whether the calls of job_run in the timed map on the board were so long that noting their times
 * costs less than 2 % of them. */
bool phases_affordable(const struct board *board, unsigned workers);

/* The least and the most tasks that one worker ran. */
void phases_tasks(const struct board *board, unsigned workers, uint64_t *least, uint64_t *most);

#endif
