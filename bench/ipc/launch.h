/*
 * launch.h - how bench calls the program that measures transports (bench/ipc/tool).
 */
#ifndef PARBENCH_BENCH_IPC_LAUNCH_H
#define PARBENCH_BENCH_IPC_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

#include "bench/launch/tool.h"
#include "common/transport/registry.h"

struct ipc_launch { /* borrowed */
    const struct transport_entry *entry;
    const char *placement;
    const uint64_t *sizes; /* sizes[count], at most IPC_SIZES_MOST */
    size_t count;
    uint64_t timeout_ns; /* of each size */
};

/* Runs it for all sizes, behind mpirun if the transport is a module. As tool_run. */
int ipc_launch(struct session *session, const struct ipc_launch *launch, struct tool_end *end,
               char *message, size_t bytes);

#endif
