/*
 * csv_table.h - any CSV as a table of texts, whose columns are found by their names.
 *
 * For those who only look a few columns up: plots and reports of files that may come from
 * elsewhere, have other columns beside these, or lack some. (samples.csv, which is summed up, has a
 * reader of its own that knows each column's kind: sample_read.)
 */
#ifndef PARBENCH_BENCH_DATA_CSV_TABLE_H
#define PARBENCH_BENCH_DATA_CSV_TABLE_H

#include <stddef.h>
#include <stdio.h>

#define CSV_TABLE_ROWS_MAX 1000000u

struct csv_table {
    char **fields;  /* fields[1 + rows][columns]: first the header; owned */
    size_t columns; /* 0: the file was empty */
    size_t rows;    /* without the header */
    size_t dropped; /* rows at the end that were cut off */
};

/* Reads all of in, as csv_read.h tells. Returns 0 with *table owned by the caller, or a negative
 * errno with one line in message[bytes] that begins with name, and an empty table. */
int csv_table_read(FILE *in, const char *name, struct csv_table *table, char *message,
                   size_t bytes);

void csv_table_free(struct csv_table *table);

/* The index of a column, or table->columns if there is none. */
size_t csv_table_column(const struct csv_table *table, const char *name);

/* A field, or "" where there is no such column. row is below table->rows. */
const char *csv_table_text(const struct csv_table *table, size_t row, const char *column);

/* A field as a number; NaN where it is empty, missing, or anything but a finite number. */
double csv_table_number(const struct csv_table *table, size_t row, const char *column);

#endif
