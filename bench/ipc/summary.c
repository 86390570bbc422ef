/*
 * From the starts of a row of ipc.csv to the row.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "bench/ipc/row.h"
#include "bench/survey/starts.h"

const struct column ipc_columns[IPC_COLUMNS] = {
    COLUMN(ipc_row, transport, COLUMN_TEXT),
    COLUMN(ipc_row, between, COLUMN_TEXT),
    COLUMN(ipc_row, placement, COLUMN_TEXT),
    COLUMN(ipc_row, bytes, COLUMN_COUNT),
    COLUMN(ipc_row, starts, COLUMN_COUNT),
    COLUMN(ipc_row, round_trips, COLUMN_COUNT),
    COLUMN(ipc_row, round_trip_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_low_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_high_ns, COLUMN_REAL),
    COLUMN(ipc_row, coverage, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_spread_ns, COLUMN_REAL),
    COLUMN(ipc_row, round_trip_p99_ns, COLUMN_REAL),
    COLUMN(ipc_row, low_mode_starts, COLUMN_COUNT),
    COLUMN(ipc_row, low_mode_ns, COLUMN_REAL),
    COLUMN(ipc_row, high_mode_starts, COLUMN_COUNT),
    COLUMN(ipc_row, high_mode_ns, COLUMN_REAL),
    COLUMN(ipc_row, transfers, COLUMN_COUNT),
    COLUMN(ipc_row, chain_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, chain_low_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, chain_high_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, window_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, window_low_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, window_high_bytes_per_s, COLUMN_REAL),
    COLUMN(ipc_row, in_flight, COLUMN_COUNT),
    COLUMN(ipc_row, verified, COLUMN_COUNT),
    COLUMN(ipc_row, settings, COLUMN_TEXT),
    COLUMN(ipc_row, status, COLUMN_TEXT),
};

static const char *status_of(const struct ipc_start starts[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(starts[i].status, "ok") != 0)
            return starts[i].status;
    return "ok";
}

static void set_round_trip(struct ipc_row *row, const struct ipc_start starts[], size_t count)
{
    const struct starts_field trips = STARTS_FIELD(starts, round_trip_ns),
                              spreads = STARTS_FIELD(starts, round_trip_spread_ns),
                              p99s = STARTS_FIELD(starts, round_trip_p99_ns);
    struct estimate trip = starts_estimate(&trips, count, &row->coverage);
    struct starts_modes modes = starts_find_modes(&trips, count);
    row->round_trip_ns = trip.value;
    row->round_trip_low_ns = trip.low;
    row->round_trip_high_ns = trip.high;
    row->round_trip_spread_ns = starts_estimate(&spreads, count, NULL).value;
    row->round_trip_p99_ns = starts_estimate(&p99s, count, NULL).value;
    row->low_mode_starts = modes.low_count;
    row->low_mode_ns = modes.low;
    row->high_mode_starts = modes.high_count;
    row->high_mode_ns = modes.high;
}

static void set_bandwidth(struct ipc_row *row, const struct ipc_start starts[], size_t count)
{
    const struct starts_field chains = STARTS_FIELD(starts, chain_bytes_per_s),
                              windows = STARTS_FIELD(starts, window_bytes_per_s);
    struct estimate chain = starts_estimate(&chains, count, NULL),
                    window = starts_estimate(&windows, count, NULL);
    row->chain_bytes_per_s = chain.value;
    row->chain_low_bytes_per_s = chain.low;
    row->chain_high_bytes_per_s = chain.high;
    row->window_bytes_per_s = window.value;
    row->window_low_bytes_per_s = window.low;
    row->window_high_bytes_per_s = window.high;
}

/* A start that failed has no figures, and a row that has such a start has none either: what the
 * others found stands in ipc_starts.csv. */
struct ipc_row ipc_row_of(const struct ipc_start starts[], size_t count)
{
    const struct ipc_start *first = &starts[0];
    struct ipc_row row = {.transport = first->transport,
                          .between = first->between,
                          .placement = first->placement,
                          .bytes = first->bytes,
                          .coverage = NAN,
                          .settings = first->settings,
                          .status = status_of(starts, count)};
    const size_t used = strcmp(row.status, "ok") == 0 ? count : 0;
    set_round_trip(&row, starts, used);
    set_bandwidth(&row, starts, used);
    row.starts = used;
    row.verified = used > 0;
    for (size_t i = 0; i < used; i++) {
        row.round_trips += starts[i].round_trips;
        row.transfers += starts[i].transfers;
        row.in_flight = starts[i].in_flight;
        row.verified &= starts[i].verified;
    }
    return row;
}
