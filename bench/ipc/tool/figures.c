#include "bench/ipc/tool/figures.h"

#include <string.h>

#include "bench/data/statistics.h"
#include "bench/ipc/row.h"
#include "common/clock.h"

#define P99_LEAST    100 /* of fewer trips nobody knows the slowest hundredth */
#define SPREAD_LEAST 3   /* of fewer batches nobody knows their middle half */

static void set_round_trip(struct ipc_start *row, double batches_ns[], size_t count)
{
    statistics_sort(batches_ns, count);
    row->round_trip_ns = statistics_quantile(batches_ns, count, 0.5);
    if (count >= SPREAD_LEAST)
        row->round_trip_spread_ns = statistics_quantile(batches_ns, count, 0.75) -
                                    statistics_quantile(batches_ns, count, 0.25);
}

/* NaN where nothing was timed. */
static double bandwidth(uint64_t bytes, double message_ns[], size_t count)
{
    statistics_sort(message_ns, count);
    return (double)bytes * (double)NS_PER_S / statistics_quantile(message_ns, count, 0.5);
}

static struct ipc_start make_row(const struct measure *measure, struct side_outcome *outcome,
                                 const char *status)
{
    const char *between = measure->rank >= 0            ? "ranks"
                          : measure->transport->threads ? "threads"
                                                        : "processes";
    struct ipc_start row = ipc_start_without_figures(
        measure->name, between, place_names[measure->place], measure->bytes, status);
    if (strcmp(status, "ok") != 0)
        return row;
    set_round_trip(&row, outcome->round_trip_ns, outcome->batches);
    row.round_trips = outcome->round_trips;
    statistics_sort(outcome->trip_ns, outcome->trips);
    if (outcome->trips >= P99_LEAST)
        row.round_trip_p99_ns = statistics_quantile(outcome->trip_ns, outcome->trips, 0.99);
    row.chain_bytes_per_s = bandwidth(row.bytes, outcome->transfer_ns, outcome->streams);
    row.window_bytes_per_s = bandwidth(row.bytes, outcome->window_ns, outcome->windows);
    row.transfers = outcome->transfers;
    row.in_flight = outcome->windows > 0 ? outcome->in_flight : 0;
    row.verified = 1;
    return row;
}

/* The reference's, of the same sides. Nobody looks at what its messages say. */
static struct ipc_start reference_row(const struct measure *measure, const struct ipc_start *beside,
                                      struct side_outcome *outcome)
{
    const bool windows = measure->reference->windows;
    struct ipc_start row =
        ipc_start_without_figures(measure->reference->name, beside->between, beside->placement,
                                  windows ? REFERENCE_WINDOW_BYTES : REFERENCE_BYTES, "ok");
    if (windows)
        row.window_bytes_per_s = TRANSPORT_WINDOW_MOST *
                                 bandwidth(row.bytes, outcome->reference_ns, outcome->references);
    else
        set_round_trip(&row, outcome->reference_ns, outcome->references);
    return row;
}

void figures_write(const struct measure *measure, struct side_outcome *outcome, const char *status)
{
    struct ipc_start row = make_row(measure, outcome, status), second;
    columns_write_row(measure->rows, ipc_start_columns, IPC_START_COLUMNS, &row);
    if (measure->reference != NULL && strcmp(status, "ok") == 0) {
        second = reference_row(measure, &row, outcome);
        columns_write_row(measure->rows, ipc_start_columns, IPC_START_COLUMNS, &second);
    }
    fflush(measure->rows);
}
