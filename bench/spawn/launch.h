/*
 * launch.h - how bench calls the program that measures starts (bench/spawn/tool).
 */
#ifndef PARBENCH_BENCH_SPAWN_LAUNCH_H
#define PARBENCH_BENCH_SPAWN_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/launch/tool.h"
#include "bench/spawn/catalogue.h"

struct spawn_launch { /* borrowed */
    enum spawn_way way;
    uint64_t samples;    /* 0: as many as the budget allows */
    uint64_t budget_ns;  /* so long samples are taken, about */
    uint64_t timeout_ns; /* the program is ended then */
    const char *python;  /* the interpreter, or "" */
    bool weigh;          /* an idle worker's memory as well */
    bool reference;      /* in turns with a plain loop */
};

struct spawn_call { /* for tool_run; the tool points into the rest, so it stays where it is */
    struct tool tool;
    char *arguments[13];
    char samples[32], budget[32];
};

void spawn_call_make(const struct spawn_launch *launch, struct spawn_call *call);

#endif
