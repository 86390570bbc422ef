/*
 * retake.h - how long a run may be prolonged so that what others disturbed is measured again.
 *
 * One budget for the whole run: a machine that is always busy must not make it last for ever. What
 * a user names (--patience) is spent where it is needed; the default is earned: half of the time
 * that the run has lasted so far without it, and no more than OPTIONS_PATIENCE_NS.
 */
#ifndef PARBENCH_BENCH_SUITE_RETAKE_H
#define PARBENCH_BENCH_SUITE_RETAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/command/options.h"

struct retake {
    uint64_t limit_ns;
    bool earned;       /* the limit is to be earned */
    uint64_t begin_ns; /* of the run */
    uint64_t spent_ns;
};

void retake_open(struct retake *retake, const struct options *options);

/* What is left of it at a moment (clock.h). */
uint64_t retake_left(const struct retake *retake, uint64_t now_ns);

void retake_spend(struct retake *retake, uint64_t ns);

enum retake_end { RETAKE_QUIET, RETAKE_OVER, RETAKE_SIGNAL };

/* Waits until other programs leave the machine alone, for a tenth of a second at least, and spends
 * that. RETAKE_SIGNAL: one has come in, which can be read from the descriptor. */
enum retake_end retake_wait(struct retake *retake, int signals);

#endif
