/*
 * outcome.h - one row of bench ipc --check: our figure, another one, and by how much they differ.
 */
#ifndef PARBENCH_BENCH_IPC_OUTCOME_H
#define PARBENCH_BENCH_IPC_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/present/table.h"

struct outcome { /* medians over the rounds, and of the ratios within them; texts are borrowed */
    const char *subject, *placement;
    uint64_t bytes, rounds;
    double own_ns;
    const char *reference;
    double reference_ns, difference_percent, difference_low_percent, difference_high_percent;
    const char *status; /* ok, or why there are no figures: "skip: ", "failed: ", "timeout: " */
};

bool outcome_is_failure(const struct outcome *outcome);

/* Prints outcomes[count] to standard output. Returns 0 or a negative errno. */
int outcomes_print(const struct outcome outcomes[], size_t count, enum table_format format);

#endif
