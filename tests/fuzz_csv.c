/*
 * fuzz_csv.c - any bytes are a file of samples. Built with PARBENCH_FUZZ.
 *
 * Reading must end without a fault of memory. What it accepts must survive being written and read
 * again: the same number of rows, in the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static int read_bytes(const void *data, size_t bytes, struct sample_table *table)
{
    char message[200] = "";
    FILE *in = fmemopen((void *)(uintptr_t)data, bytes, "r");
    if (in == NULL)
        abort();
    int error = sample_read(in, "fuzz", table, NULL, message, sizeof message);
    fclose(in);
    if (error != 0 && (message[0] == '\0' || strchr(message, '\n') != NULL))
        abort(); /* an error has one line */
    return error;
}

static char *write_table(const struct sample_table *table, size_t *bytes)
{
    char *csv = NULL;
    FILE *out = open_memstream(&csv, bytes);
    if (out == NULL)
        abort();
    sample_write_header(out);
    for (size_t i = 0; i < table->count; i++)
        sample_write(out, &table->rows[i]);
    fclose(out);
    return csv;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct sample_table first, second;
    size_t first_bytes, second_bytes;
    if (bytes == 0 || read_bytes(data, bytes, &first) != 0)
        return 0;
    char *first_csv = write_table(&first, &first_bytes);
    if (read_bytes(first_csv, first_bytes, &second) != 0 || second.count != first.count)
        abort();
    char *second_csv = write_table(&second, &second_bytes);
    if (strcmp(first_csv, second_csv) != 0)
        abort();
    free(first_csv);
    free(second_csv);
    sample_table_free(&first);
    sample_table_free(&second);
    return 0;
}
