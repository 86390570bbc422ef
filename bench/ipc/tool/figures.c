#include "bench/ipc/tool/figures.h"

#include <stdlib.h>
#include <string.h>

#include "bench/data/statistics.h"
#include "bench/ipc/row.h"
#include "bench/launch/mpirun.h"
#include "common/clock.h"

#define P99_LEAST 100 /* of fewer trips nobody knows the slowest hundredth */

static void set_round_trip(struct ipc_row *row, double batches_ns[], size_t count)
{
    statistics_sort(batches_ns, count);
    struct estimate trip = statistics_median(batches_ns, count, NULL);
    row->round_trip_ns = trip.value;
    row->round_trip_low_ns = trip.low;
    row->round_trip_high_ns = trip.high;
}

static void set_bandwidth(struct ipc_row *row, struct side_outcome *outcome)
{
    double bytes_ns = (double)row->bytes * (double)NS_PER_S;
    statistics_sort(outcome->transfer_ns, outcome->streams);
    struct estimate transfer = statistics_median(outcome->transfer_ns, outcome->streams, NULL);
    row->transfers = outcome->transfers;
    row->bandwidth_bytes_per_s = bytes_ns / transfer.value;
    row->bandwidth_low_bytes_per_s = bytes_ns / transfer.high; /* the slower, the less */
    row->bandwidth_high_bytes_per_s = bytes_ns / transfer.low;
}

static struct ipc_row make_row(const struct measure *measure, struct side_outcome *outcome,
                               const char *status)
{
    const char *between = measure->rank >= 0            ? "ranks"
                          : measure->transport->threads ? "threads"
                                                        : "processes";
    struct ipc_row row = ipc_row_without_figures(
        measure->name, between, place_names[measure->place], measure->bytes, status);
    const char *settings = measure->rank >= 0 ? getenv(MPIRUN_SETTINGS) : NULL;
    if (settings != NULL)
        row.settings = settings;
    if (strcmp(status, "ok") != 0)
        return row;
    set_round_trip(&row, outcome->round_trip_ns, outcome->batches);
    row.round_trips = outcome->round_trips;
    statistics_sort(outcome->trip_ns, outcome->trips);
    if (outcome->trips >= P99_LEAST)
        row.round_trip_p99_ns = statistics_quantile(outcome->trip_ns, outcome->trips, 0.99);
    set_bandwidth(&row, outcome);
    row.verified = 1;
    return row;
}

/* The reference's, of the same sides. Nobody looks at what its messages say. */
static struct ipc_row reference_row(const struct measure *measure, const struct ipc_row *beside,
                                    struct side_outcome *outcome)
{
    struct ipc_row row = ipc_row_without_figures(measure->reference->name, beside->between,
                                                 beside->placement, REFERENCE_BYTES, "ok");
    set_round_trip(&row, outcome->reference_ns, outcome->references);
    return row;
}

void figures_write(const struct measure *measure, struct side_outcome *outcome, const char *status)
{
    struct ipc_row row = make_row(measure, outcome, status), second;
    columns_write_row(measure->rows, ipc_columns, IPC_COLUMNS, &row);
    if (measure->reference != NULL && strcmp(status, "ok") == 0) {
        second = reference_row(measure, &row, outcome);
        columns_write_row(measure->rows, ipc_columns, IPC_COLUMNS, &second);
    }
    fflush(measure->rows);
}
