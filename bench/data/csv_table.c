#include "bench/data/csv_table.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"

#define FIELD_BYTES_MAX (64u * 1024u)
#define PIECE_BYTES     (8u * 1024u)

struct reading {
    struct csv_table *table;
    size_t used, room; /* of table->fields */
    size_t field;      /* so many in this row */
    bool at_end;       /* a row that ends now has no newline */
    const char *wrong; /* the first thing that is, or NULL */
};

static void take_field(void *text, size_t bytes, void *context)
{
    struct reading *reading = context;
    struct csv_table *table = reading->table;
    if (reading->wrong != NULL)
        return;
    if (reading->used == reading->room) {
        size_t room = reading->room == 0 ? 1024 : 2 * reading->room;
        char **grown = reallocarray(table->fields, room, sizeof *grown);
        if (grown == NULL) {
            reading->wrong = "not enough memory for it";
            return;
        }
        table->fields = grown;
        reading->room = room;
    }
    char *copy = bytes <= FIELD_BYTES_MAX ? strndup(text, bytes) : NULL;
    if (copy == NULL) {
        reading->wrong = "a field is too long";
        return;
    }
    text_clean(copy); /* whoever shows it need not think of control characters */
    table->fields[reading->used++] = copy;
    reading->field++;
}

static void drop_row(struct reading *reading)
{
    for (; reading->field > 0; reading->field--)
        free(reading->table->fields[--reading->used]);
}

static void end_row(int end, void *context)
{
    struct reading *reading = context;
    struct csv_table *table = reading->table;
    (void)end;
    if (reading->wrong != NULL)
        return;
    if (reading->at_end) {
        drop_row(reading);
    } else if (table->columns == 0) {
        table->columns = reading->field;
        if (table->columns > CSV_TABLE_COLUMNS_MAX)
            reading->wrong = "too many columns";
    } else if (reading->field != table->columns) {
        reading->wrong = "a row has another number of fields than the header";
    } else if (++table->rows > CSV_TABLE_ROWS_MAX) {
        reading->wrong = "too many rows";
    }
    reading->field = 0;
}

static void read_all(struct reading *reading, struct csv_parser *parser, FILE *in)
{
    char piece[PIECE_BYTES];
    size_t bytes;
    while (reading->wrong == NULL && (bytes = fread(piece, 1, sizeof piece, in)) > 0) {
        if (memchr(piece, '\0', bytes) != NULL)
            reading->wrong = "it holds a NUL byte, which no CSV has";
        else if (csv_parse(parser, piece, bytes, take_field, end_row, reading) != bytes)
            reading->wrong = "a quote stands in the middle of a field";
    }
    if (ferror(in) && reading->wrong == NULL)
        reading->wrong = "it cannot be read";
    reading->at_end = true;
    if (reading->wrong == NULL && csv_fini(parser, take_field, end_row, reading) != 0)
        drop_row(reading); /* cut off inside quotes */
}

int csv_table_read(FILE *in, const char *name, struct csv_table *table, char *message, size_t bytes)
{
    struct csv_parser parser;
    struct reading reading = {.table = table};
    char brief[256];
    *table = (struct csv_table){0};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return -ENOMEM;
    read_all(&reading, &parser, in);
    csv_free(&parser);
    if (reading.wrong == NULL && table->columns > 0)
        return 0;
    snprintf(message, bytes, "%s: %s", text_brief(name, brief, sizeof brief),
             reading.wrong != NULL ? reading.wrong : "it is empty: no header line");
    for (size_t i = 0; i < reading.used; i++)
        free(table->fields[i]);
    free(table->fields);
    *table = (struct csv_table){0};
    return -EINVAL;
}

void csv_table_free(struct csv_table *table)
{
    for (size_t i = 0; table->columns > 0 && i < table->columns * (1 + table->rows); i++)
        free(table->fields[i]);
    free(table->fields);
    *table = (struct csv_table){0};
}

size_t csv_table_column(const struct csv_table *table, const char *name)
{
    size_t column = 0;
    while (column < table->columns && strcmp(table->fields[column], name) != 0)
        column++;
    return column;
}

const char *csv_table_text(const struct csv_table *table, size_t row, const char *column)
{
    size_t index = csv_table_column(table, column);
    return index < table->columns ? table->fields[(1 + row) * table->columns + index] : "";
}

double csv_table_number(const struct csv_table *table, size_t row, const char *column)
{
    const char *text = csv_table_text(table, row, column);
    char *end;
    double value = strtod(text, &end);
    return end == text || *end != '\0' || !isfinite(value) ? NAN : value;
}
