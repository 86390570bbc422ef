#include "bench/spawn/row.h"

#include <math.h>
#include <string.h>

#include "bench/survey/starts.h"

const struct column spawn_start_columns[SPAWN_START_COLUMNS] = {
    COLUMN(spawn_start, mechanism, COLUMN_TEXT),
    COLUMN(spawn_start, condition, COLUMN_TEXT),
    COLUMN(spawn_start, start, COLUMN_COUNT),
    COLUMN(spawn_start, samples, COLUMN_COUNT),
    COLUMN(spawn_start, start_ns, COLUMN_REAL),
    COLUMN(spawn_start, join_ns, COLUMN_REAL),
    COLUMN(spawn_start, total_ns, COLUMN_REAL),
    COLUMN(spawn_start, total_spread_ns, COLUMN_REAL),
    COLUMN(spawn_start, idle_pss_kib, COLUMN_REAL),
    COLUMN(spawn_start, idle_uss_kib, COLUMN_REAL),
    COLUMN(spawn_start, settings, COLUMN_TEXT),
    COLUMN(spawn_start, status, COLUMN_TEXT),
};

const struct column spawn_columns[SPAWN_COLUMNS] = {
    COLUMN(spawn_row, mechanism, COLUMN_TEXT),
    COLUMN(spawn_row, condition, COLUMN_TEXT),
    COLUMN(spawn_row, starts, COLUMN_COUNT),
    COLUMN(spawn_row, samples, COLUMN_COUNT),
    COLUMN(spawn_row, start_ns, COLUMN_REAL),
    COLUMN(spawn_row, start_low_ns, COLUMN_REAL),
    COLUMN(spawn_row, start_high_ns, COLUMN_REAL),
    COLUMN(spawn_row, join_ns, COLUMN_REAL),
    COLUMN(spawn_row, join_low_ns, COLUMN_REAL),
    COLUMN(spawn_row, join_high_ns, COLUMN_REAL),
    COLUMN(spawn_row, total_ns, COLUMN_REAL),
    COLUMN(spawn_row, total_low_ns, COLUMN_REAL),
    COLUMN(spawn_row, total_high_ns, COLUMN_REAL),
    COLUMN(spawn_row, coverage, COLUMN_REAL),
    COLUMN(spawn_row, total_spread_ns, COLUMN_REAL),
    COLUMN(spawn_row, low_mode_starts, COLUMN_COUNT),
    COLUMN(spawn_row, low_mode_ns, COLUMN_REAL),
    COLUMN(spawn_row, high_mode_starts, COLUMN_COUNT),
    COLUMN(spawn_row, high_mode_ns, COLUMN_REAL),
    COLUMN(spawn_row, idle_pss_kib, COLUMN_REAL),
    COLUMN(spawn_row, idle_uss_kib, COLUMN_REAL),
    COLUMN(spawn_row, settings, COLUMN_TEXT),
    COLUMN(spawn_row, status, COLUMN_TEXT),
};

struct spawn_start spawn_start_without_figures(enum spawn_way way, const char *status)
{
    return (struct spawn_start){
        .mechanism = spawn_catalogue[way].mechanism,
        .condition = spawn_catalogue[way].condition,
        .start_ns = NAN,
        .join_ns = NAN,
        .total_ns = NAN,
        .total_spread_ns = NAN,
        .idle_pss_kib = NAN,
        .idle_uss_kib = NAN,
        .settings = "",
        .status = status,
    };
}

/* ---- from starts to a row ------------------------------------------------------------------- */

static const char *status_of(const struct spawn_start starts[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(starts[i].status, "ok") != 0)
            return starts[i].status;
    return "ok";
}

static void set_times(struct spawn_row *row, const struct spawn_start starts[], size_t count)
{
    const struct starts_field start_fields = STARTS_FIELD(starts, start_ns),
                              join_fields = STARTS_FIELD(starts, join_ns);
    struct estimate start = starts_estimate(&start_fields, count, NULL),
                    join = starts_estimate(&join_fields, count, NULL);
    row->start_ns = start.value;
    row->start_low_ns = start.low;
    row->start_high_ns = start.high;
    row->join_ns = join.value;
    row->join_low_ns = join.low;
    row->join_high_ns = join.high;
}

static void set_total(struct spawn_row *row, const struct spawn_start starts[], size_t count)
{
    const struct starts_field totals = STARTS_FIELD(starts, total_ns),
                              spreads = STARTS_FIELD(starts, total_spread_ns);
    struct estimate total = starts_estimate(&totals, count, &row->coverage);
    struct starts_modes modes = starts_find_modes(&totals, count);
    row->total_ns = total.value;
    row->total_low_ns = total.low;
    row->total_high_ns = total.high;
    row->total_spread_ns = starts_estimate(&spreads, count, NULL).value;
    row->low_mode_starts = modes.low_count;
    row->low_mode_ns = modes.low;
    row->high_mode_starts = modes.high_count;
    row->high_mode_ns = modes.high;
}

/* As ipc_row_of: a row that has a start without figures has none. */
struct spawn_row spawn_row_of(const struct spawn_start starts[], size_t count)
{
    const struct starts_field shares = STARTS_FIELD(starts, idle_pss_kib),
                              own = STARTS_FIELD(starts, idle_uss_kib);
    struct spawn_row row = {.mechanism = starts[0].mechanism,
                            .condition = starts[0].condition,
                            .settings = starts[0].settings,
                            .status = status_of(starts, count)};
    const size_t used = strcmp(row.status, "ok") == 0 ? count : 0;
    set_times(&row, starts, used);
    set_total(&row, starts, used);
    row.idle_pss_kib = starts_estimate(&shares, used, NULL).value;
    row.idle_uss_kib = starts_estimate(&own, used, NULL).value;
    row.starts = used;
    for (size_t i = 0; i < used; i++)
        row.samples += starts[i].samples;
    return row;
}
