#include "bench/ipc/row.h"

#include <math.h>

const struct column ipc_columns[IPC_COLUMNS] = {
    COLUMN(ipc_row, transport, COLUMN_TEXT),
    COLUMN(ipc_row, between, COLUMN_TEXT),
    COLUMN(ipc_row, placement, COLUMN_TEXT),
    COLUMN(ipc_row, bytes, COLUMN_COUNT),
    COLUMN(ipc_row, round_trips, COLUMN_COUNT),
    COLUMN(ipc_row, round_trip_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_low_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_high_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_p99_ns, COLUMN_REAL),
    COLUMN(ipc_row, transfers, COLUMN_COUNT),
    COLUMN(ipc_row, bandwidth_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, bandwidth_low_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, bandwidth_high_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, verified, COLUMN_COUNT),
    COLUMN(ipc_row, settings, COLUMN_TEXT),
    COLUMN(ipc_row, status, COLUMN_TEXT),
};

struct ipc_row ipc_row_without_figures(const char *transport, const char *between,
                                       const char *placement, uint64_t bytes, const char *status)
{
    return (struct ipc_row){
        .transport = transport,
        .between = between,
        .placement = placement,
        .bytes = bytes,
        .round_trip_ns = NAN,
        .round_trip_low_ns = NAN,
        .round_trip_high_ns = NAN,
        .round_trip_p99_ns = NAN,
        .bandwidth_bytes_per_s = NAN,
        .bandwidth_low_bytes_per_s = NAN,
        .bandwidth_high_bytes_per_s = NAN,
        .settings = "",
        .status = status,
    };
}
