/*
 * columns.h - a record as a table of columns, from which its CSV follows, and its JSON
 * (columns_json.h).
 *
 * A column stands in one place: its name, where its field lies in the record, and of what kind it
 * is. The header line, a row and a JSON object are then the same loop over the same table.
 * Numbers have a decimal point if the program has left LC_NUMERIC alone.
 */
#ifndef PARBENCH_BENCH_DATA_COLUMNS_H
#define PARBENCH_BENCH_DATA_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum column_kind {
    COLUMN_TEXT,  /* const char *; NULL is as "" */
    COLUMN_COUNT, /* uint64_t */
    COLUMN_REAL   /* double; what is not finite is an empty field, in JSON null */
};

struct column {
    const char *name;
    size_t offset; /* of the field in the record */
    enum column_kind kind;
    bool optional; /* a reader does without it: the field is then 0 */
};

/* A row of such a table, for a field named like its column. */
#define COLUMN(record, field, column_kind)                                                         \
    {                                                                                              \
        .name = #field, .offset = offsetof(struct record, field), .kind = column_kind              \
    }
#define COLUMN_OPTIONAL(record, field, column_kind)                                                \
    {                                                                                              \
        .name = #field, .offset = offsetof(struct record, field), .kind = column_kind,             \
        .optional = true                                                                           \
    }

/* A real number that is finite, as columns_write_row writes it; returns text. */
#define COLUMN_REAL_BYTES 32
char *column_real_text(double value, char text[COLUMN_REAL_BYTES]);

void columns_write_header(FILE *out, const struct column columns[], size_t count);

/* One complete row. Text is quoted where needed (RFC 4180); a newline in it stays, other control
 * characters and malformed bytes are made harmless (text.h). */
void columns_write_row(FILE *out, const struct column columns[], size_t count, const void *record);

/* The field of a record that a column of that kind speaks of; a text that is NULL is "". */
const char *column_text(const struct column *column, const void *record);
uint64_t column_count(const struct column *column, const void *record);
double column_real(const struct column *column, const void *record);

/* The double at that offset of a record. */
double real_at(const void *record, size_t offset);

#endif
