#include "bench/spawn/row.h"

#include <math.h>

const struct column spawn_columns[SPAWN_COLUMNS] = {
    COLUMN(spawn_row, mechanism, COLUMN_TEXT),    COLUMN(spawn_row, condition, COLUMN_TEXT),
    COLUMN(spawn_row, samples, COLUMN_COUNT),     COLUMN(spawn_row, start_ns, COLUMN_REAL),
    COLUMN(spawn_row, start_low_ns, COLUMN_REAL), COLUMN(spawn_row, start_high_ns, COLUMN_REAL),
    COLUMN(spawn_row, join_ns, COLUMN_REAL),      COLUMN(spawn_row, join_low_ns, COLUMN_REAL),
    COLUMN(spawn_row, join_high_ns, COLUMN_REAL), COLUMN(spawn_row, total_ns, COLUMN_REAL),
    COLUMN(spawn_row, total_low_ns, COLUMN_REAL), COLUMN(spawn_row, total_high_ns, COLUMN_REAL),
    COLUMN(spawn_row, idle_pss_kib, COLUMN_REAL), COLUMN(spawn_row, idle_uss_kib, COLUMN_REAL),
    COLUMN(spawn_row, status, COLUMN_TEXT),
};

struct spawn_row spawn_row_without_figures(enum spawn_way way, const char *status)
{
    return (struct spawn_row){
        .mechanism = spawn_catalogue[way].mechanism,
        .condition = spawn_catalogue[way].condition,
        .start_ns = NAN,
        .start_low_ns = NAN,
        .start_high_ns = NAN,
        .join_ns = NAN,
        .join_low_ns = NAN,
        .join_high_ns = NAN,
        .total_ns = NAN,
        .total_low_ns = NAN,
        .total_high_ns = NAN,
        .idle_pss_kib = NAN,
        .idle_uss_kib = NAN,
        .status = status,
    };
}
