#include "bench/data/csv_table.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/csv_read.h"
#include "bench/data/text.h"

/* The one text that may look like a number with a comma: --pin 0,2. */
static const char list_of_cores[] = "pin";

struct reading {
    struct csv_table *table;
    size_t used, room; /* of table->fields */
};

/* Makes room for a row. Returns 0 or -ENOMEM. */
static int make_room(struct reading *reading, size_t count)
{
    if (reading->used + count <= reading->room)
        return 0;
    size_t room = 2 * (reading->used + count);
    char **grown = reallocarray(reading->table->fields, room, sizeof *grown);
    if (grown == NULL)
        return -ENOMEM;
    reading->table->fields = grown;
    reading->room = room;
    return 0;
}

static int take_row(struct csv_read *read, char *const fields[], size_t count)
{
    struct reading *reading = read->context;
    if (!read->header && reading->table->rows == CSV_TABLE_ROWS_MAX)
        return csv_fault(read, -EINVAL, "more than %u rows", CSV_TABLE_ROWS_MAX);
    if (make_room(reading, count) != 0)
        return csv_fault(read, -ENOMEM, "no memory for its rows");
    for (size_t i = 0; i < count; i++) {
        bool text = read->header || strcmp(reading->table->fields[i], list_of_cores) == 0;
        int error = text ? 0 : csv_set_point(read, fields[i]);
        if (error != 0)
            return error;
        char *copy =
            text_copy(fields[i]); /* whoever shows it need not think of control characters */
        if (copy == NULL)
            return csv_fault(read, -ENOMEM, "no memory for its rows");
        reading->table->fields[reading->used++] = copy;
    }
    if (read->header)
        reading->table->columns = count;
    else
        reading->table->rows++;
    return 0;
}

int csv_table_read(FILE *in, const char *name, struct csv_table *table, char *message, size_t bytes)
{
    struct reading reading = {.table = table};
    struct csv_read read = {
        .name = name, .message = message, .bytes = bytes, .context = &reading, .take = take_row};
    *table = (struct csv_table){0};
    int error = csv_read(&read, in);
    table->dropped = read.dropped;
    read.line = error == 0 ? 0 : read.line;
    if (error == 0 && table->columns == 0)
        error = csv_fault(&read, -EINVAL, "it is empty: no header line");
    if (error == 0)
        return 0;
    for (size_t i = 0; i < reading.used; i++)
        free(table->fields[i]);
    free(table->fields);
    *table = (struct csv_table){0};
    return error;
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
