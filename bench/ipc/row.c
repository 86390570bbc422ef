#include "bench/ipc/row.h"

#include <math.h>
#include <string.h>

const struct column ipc_start_columns[IPC_START_COLUMNS] = {
    COLUMN(ipc_start, transport, COLUMN_TEXT),
    COLUMN(ipc_start, between, COLUMN_TEXT),
    COLUMN(ipc_start, placement, COLUMN_TEXT),
    COLUMN(ipc_start, bytes, COLUMN_COUNT),
    COLUMN(ipc_start, start, COLUMN_COUNT),
    COLUMN(ipc_start, round_trips, COLUMN_COUNT),
    COLUMN(ipc_start, round_trip_ns, COLUMN_REAL),
    COLUMN(ipc_start, round_trip_spread_ns, COLUMN_REAL),
    COLUMN(ipc_start, round_trip_p99_ns, COLUMN_REAL),
    COLUMN(ipc_start, transfers, COLUMN_COUNT),
    COLUMN(ipc_start, chain_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_start, window_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_start, in_flight, COLUMN_COUNT),
    COLUMN(ipc_start, verified, COLUMN_COUNT),
    COLUMN(ipc_start, settings, COLUMN_TEXT),
    COLUMN(ipc_start, status, COLUMN_TEXT),
};

struct ipc_start ipc_start_without_figures(const char *transport, const char *between,
                                           const char *placement, uint64_t bytes,
                                           const char *status)
{
    return (struct ipc_start){
        .transport = transport,
        .between = between,
        .placement = placement,
        .bytes = bytes,
        .round_trip_ns = NAN,
        .round_trip_spread_ns = NAN,
        .round_trip_p99_ns = NAN,
        .chain_bytes_per_s = NAN,
        .window_bytes_per_s = NAN,
        .settings = "",
        .status = status,
    };
}
