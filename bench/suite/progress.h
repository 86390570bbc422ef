/*
 * progress.h - one line on standard error, when that is a terminal: how far, how long still.
 */
#ifndef PARBENCH_BENCH_SUITE_PROGRESS_H
#define PARBENCH_BENCH_SUITE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool shown;
    size_t total, done;
    uint64_t begin_ns;
    size_t columns; /* what the line may have */
};

/* quiet, or a standard error that is no terminal: nothing is ever shown. */
void progress_start(struct progress *progress, size_t total, bool quiet);

/* Before a step: shows "[3/36] what ... 12 s left", the estimate from the steps done so far. */
void progress_step(struct progress *progress, const char *what);

/* Instead of a step: shows what keeps the next one waiting. */
void progress_say(const struct progress *progress, const char *what);

/* Wipes the line. */
void progress_stop(struct progress *progress);

#endif
