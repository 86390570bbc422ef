#include "bench/spawn/raw.h"

const char spawn_raw_sample[] = "sample";
const char spawn_raw_reference[] = "reference";
const char spawn_raw_worker[] = "worker";
const char spawn_raw_end[] = "end";

const struct column spawn_raw_columns[SPAWN_RAW_COLUMNS] = {
    COLUMN(spawn_raw, what, COLUMN_TEXT),    COLUMN(spawn_raw, start_ns, COLUMN_REAL),
    COLUMN(spawn_raw, join_ns, COLUMN_REAL), COLUMN(spawn_raw, pss_kib, COLUMN_REAL),
    COLUMN(spawn_raw, uss_kib, COLUMN_REAL), COLUMN(spawn_raw, why, COLUMN_TEXT),
};
