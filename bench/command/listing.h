/*
 * listing.h - records of text, printed in any format.
 *
 * The columns say how a record is laid out (columns.h), so one function prints any list.
 */
#ifndef PARBENCH_BENCH_COMMAND_LISTING_H
#define PARBENCH_BENCH_COMMAND_LISTING_H

#include <stdio.h>

#include "bench/data/columns.h"
#include "bench/present/table.h"

struct listing {                  /* all borrowed */
    const struct column *columns; /* columns[column_count]: texts and counts; at most 8 */
    size_t column_count;
    const void *entries; /* entries[count], each of entry_bytes */
    size_t count, entry_bytes;

    /* For people, entries stand below headings: all below one that says which option chooses them
     * and what they are; or, if option is NULL, each group of entries with the same first column
     * below what the first three columns say: name, summary, lecture. */
    const char *option, *meaning;
};

/* Returns 0, -ENOMEM or -EIO. */
int listing_print(FILE *out, const struct listing *listing, enum table_format format);

#endif
