#include "bench/data/columns_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/data/text.h"

static json_t *json_text(const char *text)
{
    char *copy = text_copy(text);
    json_t *json = copy == NULL ? NULL : json_string(copy);
    free(copy);
    return json;
}

static json_t *json_value(const struct column *column, const void *record)
{
    if (column->kind == COLUMN_TEXT)
        return json_text(column_text(column, record));
    if (column->kind == COLUMN_REAL) {
        double value = column_real(column, record);
        return isfinite(value) ? json_real(value) : json_null();
    }
    uint64_t value = column_count(column, record);
    return value <= INT64_MAX ? json_integer((json_int_t)value) : json_real((double)value);
}

json_t *columns_json(const struct column columns[], size_t count, const void *record)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < count; i++) {
        if (json_object_set_new(object, columns[i].name, json_value(&columns[i], record)) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

int columns_write_json(FILE *out, const struct column_rows *rows)
{
    json_t *array = json_array();
    int error = array == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < rows->row_count && error == 0; i++) {
        const char *record = (const char *)rows->records + i * rows->record_bytes;
        if (json_array_append_new(array, columns_json(rows->columns, rows->count, record)) != 0)
            error = -ENOMEM;
    }
    if (error == 0 && (json_dumpf(array, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF))
        error = -EIO;
    json_decref(array);
    return error;
}
