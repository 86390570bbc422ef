/*
 * cell.h - one cell as it was asked for: what is to be measured in a process of its own.
 */
#ifndef PARBENCH_BENCH_LAUNCH_CELL_H
#define PARBENCH_BENCH_LAUNCH_CELL_H

#include <stdbool.h>

#include "bench/command/options.h"
#include "bench/launch/describe.h"

struct cell {                          /* texts are borrowed from options */
    const char *workload;              /* text for work_open */
    const struct work_description *work;
    const struct description *backend;
    const char *backend_path;          /* what the cell program is to load: name or path */
    unsigned workers;
    struct schedule_choice schedule;
    const char *pin;                   /* where workers are bound, as asked for; NULL: nowhere */
    bool uninvited;                    /* a baseline that nobody asked for */
    bool spared;                       /* a baseline beside others, whose speedups need it: faults
                                          pass it by */
};

#endif
