/*
 * columns_read.h - rows of a table of columns, read back from its CSV.
 *
 * For what a program of ours has written to a memory file moments ago: it must begin with just the
 * header that columns_write_header writes. A last row without its newline is one that was cut off
 * when the program was killed, and is passed over. (Files of strangers: sample_read.)
 */
#ifndef PARBENCH_BENCH_DATA_COLUMNS_READ_H
#define PARBENCH_BENCH_DATA_COLUMNS_READ_H

#include "bench/data/columns.h"

struct columns_reader {
    const struct column *columns; /* columns[count] */
    size_t count;
    void *record; /* one record, filled with each row before take is called */
    /* Takes the record; its texts end with the call. Returns 0, or a negative errno to stop. */
    int (*take)(const void *record, void *context);
    void *context;
};

/* Calls take for each complete row of in, from its beginning. Returns 0 (also where nothing was
 * written at all), or a negative errno (-EINVAL: these are not such rows) with one line in
 * message[bytes]. */
int columns_read(FILE *in, const struct columns_reader *reader, char *message, size_t bytes);

#endif
