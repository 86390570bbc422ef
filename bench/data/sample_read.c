/*
 * sample_read.c - samples.csv back into rows, whoever wrote it.
 *
 * csv_read splits the text into rows of fields; this file gives them meaning by the header's names.
 * A CSV is input from outside: it may be cut off, foreign, or made to break its reader. So a number
 * must be nothing but a number, and the first fault ends the reading with a line that names its
 * place.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/csv_read.h"
#include "bench/data/sample.h"
#include "bench/data/text.h"

#define BRIEF_BYTES 44u            /* of a wrong field, shown in a message */
#define PASSED_OVER SAMPLE_COLUMNS /* the column of a field that nobody asked for */

struct reader {
    struct csv_read read;
    struct sample_table *table;
    size_t row_capacity, text_capacity;
    size_t columns[CSV_FIELDS_MAX]; /* columns[field]: index into sample_columns, or PASSED_OVER */
    bool header;                    /* it was read */
    struct sample row;              /* filled field by field */
    char *latest[SAMPLE_COLUMNS];   /* a text column's latest text: rows of a cell share it */
};

/* Makes room for one item more in *items. */
static int make_room(void **items, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *grown = reallocarray(*items, wanted, bytes);
    if (grown == NULL)
        return -ENOMEM;
    *items = grown;
    *capacity = wanted;
    return 0;
}

/* The table's own copy of a column's text; the same one as in the row before, if it is equal. NULL:
 * no memory. */
static const char *keep_text(struct reader *reader, size_t column, const char *text)
{
    struct sample_table *table = reader->table;
    if (reader->latest[column] != NULL && strcmp(reader->latest[column], text) == 0)
        return reader->latest[column];
    void *texts = table->texts;
    char *copy = NULL;
    if (make_room(&texts, table->text_count, &reader->text_capacity, sizeof(char *)) == 0)
        copy = strdup(text);
    table->texts = texts;
    if (copy == NULL)
        return NULL;
    table->texts[table->text_count++] = copy;
    reader->latest[column] = copy;
    return copy;
}

/* Reads digits and nothing else. */
static int parse_count(const char *text, uint64_t *value)
{
    *value = 0;
    for (const char *digit = text; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(*value, 10u, value) ||
            __builtin_add_overflow(*value, (unsigned)(*digit - '0'), value))
            return -ERANGE;
    }
    return *text == '\0' ? -EINVAL : 0;
}

/* Reads a number as columns_write_row writes one; an empty field is NaN. */
static int parse_real(const char *text, double *value)
{
    char *end;
    *value = NAN;
    if (*text == '\0')
        return 0;
    if (text[strspn(text, "0123456789.eE+-")] != '\0')
        return -EINVAL;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value) ? 0 : -EINVAL;
}

static int say_value(struct reader *reader, const struct column *column, const char *text)
{
    char brief[BRIEF_BYTES];
    return csv_fault(&reader->read, -EINVAL, "%s is \"%s\", but must be %s", column->name,
                     text_brief(text, brief, sizeof brief),
                     column->kind == COLUMN_REAL ? "empty or a number such as 1.97"
                                                 : "a whole number from 0 to 2^64 - 1");
}

static int value_field(struct reader *reader, const struct column *column, char *text)
{
    if (column->kind != COLUMN_TEXT) {
        int error = csv_set_point(&reader->read, text);
        if (error != 0)
            return error;
    }
    char *place = (char *)&reader->row + column->offset;
    double real;
    uint64_t value;
    const char *kept;
    switch (column->kind) {
    case COLUMN_TEXT:
        kept = keep_text(reader, (size_t)(column - sample_columns), text);
        if (kept == NULL)
            return csv_fault(&reader->read, -ENOMEM, "no memory for its rows");
        memcpy(place, &kept, sizeof kept);
        return 0;
    case COLUMN_REAL:
        if (parse_real(text, &real) != 0)
            return say_value(reader, column, text);
        memcpy(place, &real, sizeof real);
        return 0;
    case COLUMN_COUNT:
        break;
    }
    if (parse_count(text, &value) != 0)
        return say_value(reader, column, text);
    memcpy(place, &value, sizeof value);
    return 0;
}

static int header_field(struct reader *reader, size_t field, const char *text)
{
    size_t column = 0;
    while (column < SAMPLE_COLUMNS && strcmp(sample_columns[column].name, text) != 0)
        column++;
    for (size_t i = 0; i < field && column != PASSED_OVER; i++)
        if (reader->columns[i] == column)
            return csv_fault(&reader->read, -EINVAL, "the column %s stands twice in the header",
                             text);
    reader->columns[field] = column;
    return 0;
}

static int take_header(struct reader *reader, char *const fields[], size_t count)
{
    bool found[SAMPLE_COLUMNS + 1] = {false}; /* the last one: of fields passed over */
    reader->header = true;
    for (size_t i = 0; i < count; i++) {
        int error = header_field(reader, i, fields[i]);
        if (error != 0)
            return error;
        found[reader->columns[i]] = true;
    }
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        reader->table->asked |=
            found[i] && sample_columns[i].offset == offsetof(struct sample, asked_chunk);
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        if (!found[i] && !sample_columns[i].optional)
            return csv_fault(&reader->read, -EINVAL,
                             "no column %s; the first line of a samples.csv of parbench names it",
                             sample_columns[i].name);
    return 0;
}

/* What columns that a file lacks are. */
static struct sample empty_row(void)
{
    struct sample row = {.capacity = NAN, .capacity_cpu = NAN, .cores = NAN, .floor_ns = NAN};
    static const char *const nothing = "";
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        if (sample_columns[i].kind == COLUMN_TEXT)
            memcpy((char *)&row + sample_columns[i].offset, &nothing, sizeof nothing);
    return row;
}

static int add_row(struct reader *reader)
{
    struct sample_table *table = reader->table;
    void *rows = table->rows;
    if (make_room(&rows, table->count, &reader->row_capacity, sizeof *table->rows) != 0)
        return csv_fault(&reader->read, -ENOMEM, "no memory for its rows");
    table->rows = rows;
    if (!table->asked &&
        strcmp(reader->row.backend, "serial") != 0) /* a loop, which had one as well */
        reader->row.asked_chunk = reader->row.chunk;
    table->rows[table->count++] = reader->row;
    return 0;
}

static int take(struct csv_read *read, char *const fields[], size_t count)
{
    struct reader *reader = read->context;
    int error = 0;
    if (read->header)
        return take_header(reader, fields, count);
    reader->row = empty_row();
    for (size_t i = 0; i < count && error == 0; i++)
        if (reader->columns[i] != PASSED_OVER)
            error = value_field(reader, &sample_columns[reader->columns[i]], fields[i]);
    return error != 0 ? error : add_row(reader);
}

int sample_read(FILE *in, const char *name, struct sample_table *table, size_t *dropped,
                char *message, size_t bytes)
{
    struct reader reader = {
        .read = {.name = name, .message = message, .bytes = bytes, .take = take}, .table = table};
    reader.read.context = &reader;
    *table = (struct sample_table){0};
    int error = csv_read(&reader.read, in);
    if (error == 0 && !reader.header) {
        reader.read.line = 0;
        error = csv_fault(&reader.read, -EINVAL,
                          "no header line; a samples.csv of parbench begins with "
                          "\"suite,workload,...\"");
    }
    if (error != 0)
        sample_table_free(table);
    if (dropped != NULL)
        *dropped = reader.read.dropped;
    return error;
}
