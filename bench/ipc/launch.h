/*
 * launch.h - how bench calls the program that measures transports (bench/ipc/tool).
 */
#ifndef PARBENCH_BENCH_IPC_LAUNCH_H
#define PARBENCH_BENCH_IPC_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

#include "bench/ipc/options.h"
#include "bench/launch/tool.h"
#include "common/transport/registry.h"

struct ipc_launch { /* borrowed */
    const struct transport_entry *entry;
    const char *placement;
    const uint64_t *sizes; /* sizes[count], at most IPC_SIZES_MOST */
    size_t count;
    uint64_t budget_ns;    /* so long each size is measured, about */
    uint64_t timeout_ns;   /* of each size */
    const char *reference; /* "trips", "windows": in turns with the plain loop for it, whose row
                              follows; NULL: alone */
};

struct ipc_call { /* for tool_run; the tool points into the rest, so it stays where it is */
    struct tool tool;
    char *arguments[13];
    char budget[32], limit[32], sizes[IPC_SIZES_MOST * 16];
};

/* Writes the call that measures all sizes, behind mpirun if the transport is a module. */
void ipc_call_make(const struct ipc_launch *launch, struct ipc_call *call);

#endif
