/*
 * sample_read.c - samples.csv back into rows, whoever wrote it.
 *
 * libcsv splits the text into fields and rows; this file gives them meaning by the header's names.
 * A CSV is input from outside: it may be cut off, foreign, or made to break its reader. So sizes
 * have limits, a number must be nothing but a number, and the first fault ends the reading with a
 * line that names its place.
 */
#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/sample.h"
#include "bench/data/text.h"

#define FIELD_BYTES_MAX (64u * 1024u)
#define FIELDS_MAX      256u /* of a header: ours and, after them, others' */
#define CHUNK_BYTES     (8u * 1024u) /* on a stack that may be small */
#define BRIEF_BYTES     44u            /* of a wrong field, shown in a message */
#define PASSED_OVER     SAMPLE_COLUMNS /* the column of a field that nobody asked for */

struct reader {
    struct sample_table *table;
    size_t row_capacity, text_capacity;
    size_t columns[FIELDS_MAX];   /* columns[field]: index into sample_columns, or PASSED_OVER */
    size_t fields;                /* of the header; 0 until it has been read */
    size_t field;                 /* the next one in this row */
    struct sample row;            /* filled field by field */
    char *latest[SAMPLE_COLUMNS]; /* a text column's latest text: rows of a cell share it */
    size_t line;                  /* from 1 */
    bool at_end;                  /* what comes now is a row without its newline */
    size_t dropped;
    const char *name;
    int error; /* the first one, with its message */
    char *message;
    size_t bytes;
};

static void fault(struct reader *reader, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fault(struct reader *reader, int error, const char *format, ...)
{
    if (reader->error != 0)
        return; /* the first one stands */
    reader->error = error;
    char name[256], what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    text_brief(reader->name, name, sizeof name);
    if (reader->line > 0)
        snprintf(reader->message, reader->bytes, "%s, line %zu: %s", name, reader->line, what);
    else
        snprintf(reader->message, reader->bytes, "%s: %s", name, what);
}

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

/* The table's own copy of a column's text; the same one as in the row before, if it is equal. */
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
    if (copy == NULL) {
        fault(reader, -ENOMEM, "no memory for its rows");
        return "";
    }
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

static void value_field(struct reader *reader, const struct column *column, const char *text)
{
    char *place = (char *)&reader->row + column->offset;
    if (column->kind == COLUMN_TEXT) {
        const char *kept = keep_text(reader, (size_t)(column - sample_columns), text);
        memcpy(place, &kept, sizeof kept);
        return;
    }
    if (column->kind == COLUMN_REAL) {
        double real;
        if (parse_real(text, &real) != 0) {
            char brief[BRIEF_BYTES];
            fault(reader, -EINVAL, "%s is \"%s\", but must be empty or a number such as 1.97",
                  column->name, text_brief(text, brief, sizeof brief));
            return;
        }
        memcpy(place, &real, sizeof real);
        return;
    }
    uint64_t value;
    if (parse_count(text, &value) != 0) {
        char brief[BRIEF_BYTES];
        fault(reader, -EINVAL, "%s is \"%s\", but must be a whole number from 0 to 2^64 - 1",
              column->name, text_brief(text, brief, sizeof brief));
        return;
    }
    memcpy(place, &value, sizeof value);
}

static void header_field(struct reader *reader, const char *text)
{
    size_t column = 0;
    while (column < SAMPLE_COLUMNS && strcmp(sample_columns[column].name, text) != 0)
        column++;
    for (size_t i = 0; i < reader->field && column != PASSED_OVER; i++)
        if (reader->columns[i] == column)
            fault(reader, -EINVAL, "the column %s stands twice in the header", text);
    reader->columns[reader->field] = column;
}

static void on_field(void *text, size_t length, void *context)
{
    struct reader *reader = context;
    (void)length; /* no field holds a NUL byte, see feed */
    if (reader->error != 0 || reader->at_end)
        return;
    size_t most = reader->fields > 0 ? reader->fields : FIELDS_MAX;
    if (reader->field == most) {
        fault(reader, -EINVAL, "more than %zu fields, %s", most,
              reader->fields > 0 ? "but its header has just so many" : "which no samples.csv has");
        return;
    }
    if (reader->fields == 0)
        header_field(reader, text);
    else if (reader->columns[reader->field] != PASSED_OVER)
        value_field(reader, &sample_columns[reader->columns[reader->field]], text);
    reader->field++;
}

static void end_header(struct reader *reader)
{
    bool found[SAMPLE_COLUMNS + 1] = {false}; /* the last one: of fields passed over */
    for (size_t i = 0; i < reader->field; i++)
        found[reader->columns[i]] = true;
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        reader->table->asked |=
            found[i] && sample_columns[i].offset == offsetof(struct sample, asked_chunk);
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        if (!found[i] && !sample_columns[i].optional)
            fault(reader, -EINVAL,
                  "no column %s; the first line of a samples.csv of parbench names it",
                  sample_columns[i].name);
    reader->fields = reader->field;
}

/* What columns that a file lacks are. */
static struct sample empty_row(void)
{
    return (struct sample){
        .capacity = NAN, .capacity_cpu = NAN, .cores = NAN, .floor_ns = NAN};
}

static void end_row(struct reader *reader)
{
    struct sample_table *table = reader->table;
    if (reader->field != reader->fields) {
        fault(reader, -EINVAL, "%zu fields, but its header has %zu", reader->field, reader->fields);
        return;
    }
    void *rows = table->rows;
    if (make_room(&rows, table->count, &reader->row_capacity, sizeof *table->rows) != 0)
        fault(reader, -ENOMEM, "no memory for its rows");
    table->rows = rows;
    if (!table->asked && strcmp(reader->row.backend, "serial") != 0) /* a loop, which had one as well */
        reader->row.asked_chunk = reader->row.chunk;
    if (reader->error == 0)
        table->rows[table->count++] = reader->row;
    reader->row = empty_row();
}

static void on_row(int end, void *context)
{
    struct reader *reader = context;
    (void)end;
    if (reader->error != 0)
        return;
    if (reader->at_end)
        reader->dropped++;
    else if (reader->fields == 0)
        end_header(reader);
    else
        end_row(reader);
    reader->field = 0;
}

/* Hands text[bytes] to the parser line by line, so that a fault knows its line. */
static void feed(struct reader *reader, struct csv_parser *parser, const char *text, size_t bytes)
{
    while (bytes > 0 && reader->error == 0) {
        const char *newline = memchr(text, '\n', bytes);
        size_t part = newline == NULL ? bytes : (size_t)(newline - text) + 1;
        if (memchr(text, '\0', part) != NULL)
            fault(reader, -EINVAL, "a NUL byte; a samples.csv is plain text");
        else if (csv_parse(parser, text, part, on_field, on_row, reader) != part)
            fault(reader, csv_error(parser) == CSV_EPARSE ? -EINVAL : -ENOMEM, "%s",
                  csv_error(parser) == CSV_EPARSE
                      ? "a quote in the middle of a field; a field with quotes is quoted as a "
                        "whole, and each quote in it doubled"
                      : "no memory for its fields");
        else if (parser->entry_pos > FIELD_BYTES_MAX)
            fault(reader, -EINVAL, "a field of more than %u bytes, which no samples.csv has",
                  FIELD_BYTES_MAX);
        reader->line += newline != NULL;
        text += part;
        bytes -= part;
    }
}

static void read_all(struct reader *reader, struct csv_parser *parser, FILE *in)
{
    static const char bom[] = "\xef\xbb\xbf"; /* some programs write it before UTF-8 */
    char chunk[CHUNK_BYTES];
    size_t bytes;
    reader->line = 1;
    for (bool first = true; (bytes = fread(chunk, 1, sizeof chunk, in)) > 0; first = false) {
        size_t skip = first && bytes >= 3 && memcmp(chunk, bom, 3) == 0 ? 3 : 0;
        feed(reader, parser, chunk + skip, bytes - skip);
        if (reader->error != 0)
            return;
    }
    if (ferror(in))
        fault(reader, errno > 0 ? -errno : -EIO, "cannot be read: %s", strerror(errno));
}

/* What is left at the end of the file is a row that was cut off. */
static void finish(struct reader *reader, struct csv_parser *parser)
{
    reader->at_end = true;
    if (csv_fini(parser, on_field, on_row, reader) != 0)
        reader->dropped++; /* cut off inside quotes */
    if (reader->error == 0 && reader->fields == 0) {
        reader->line = 0;
        fault(reader, -EINVAL,
              "no header line; a samples.csv of parbench begins with \"suite,workload,...\"");
    }
}

int sample_read(FILE *in, const char *name, struct sample_table *table, size_t *dropped,
                char *message, size_t bytes)
{
    struct reader reader = {.table = table,
                            .row = empty_row(),
                            .name = name,
                            .message = message,
                            .bytes = bytes};
    struct csv_parser parser;
    *table = (struct sample_table){0};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        fault(&reader, -ENOMEM, "no memory for its parser");
    csv_set_blk_size(&parser, 4096);
    if (reader.error == 0)
        read_all(&reader, &parser, in);
    if (reader.error == 0)
        finish(&reader, &parser);
    csv_free(&parser);
    if (reader.error != 0)
        sample_table_free(table);
    if (dropped != NULL)
        *dropped = reader.dropped;
    return reader.error;
}
