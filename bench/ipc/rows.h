/*
 * rows.h - rows of ipc.csv that own their texts, and how they are shown.
 */
#ifndef PARBENCH_BENCH_IPC_ROWS_H
#define PARBENCH_BENCH_IPC_ROWS_H

#include <stdio.h>

#include "bench/ipc/row.h"
#include "bench/present/table.h"

struct ipc_rows {
    struct ipc_row *rows; /* rows[count], owned with their texts */
    size_t count;
};

/* Appends a copy. Returns 0 or -ENOMEM. */
int ipc_rows_add(struct ipc_rows *rows, const struct ipc_row *row);

void ipc_rows_free(struct ipc_rows *rows);

/* Prints all of them: a table for each transport and placement, or CSV or JSON. Returns 0, -ENOMEM
 * or -EIO. */
int ipc_rows_print(FILE *out, const struct ipc_rows *rows, enum table_format format);

#endif
