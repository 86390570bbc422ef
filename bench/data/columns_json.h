/*
 * columns_json.h - records of a table of columns as JSON.
 *
 * Apart from their CSV (columns.h), so that a small program can write that without a JSON library.
 */
#ifndef PARBENCH_BENCH_DATA_COLUMNS_JSON_H
#define PARBENCH_BENCH_DATA_COLUMNS_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "bench/data/columns.h"

/* Returns the record as a new JSON object, in the order of the columns; NULL: no memory. */
json_t *columns_json(const struct column columns[], size_t count, const void *record);

struct column_rows {              /* borrowed */
    const struct column *columns; /* columns[count] */
    size_t count;
    const void *records; /* row_count records, of so many bytes each */
    size_t record_bytes, row_count;
};

/* Writes them as one array, and a newline. Returns 0 or a negative errno. */
int columns_write_json(FILE *out, const struct column_rows *rows);

#endif
