#include "bench/data/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"

#define REAL_DIGITS 12 /* significant: nanoseconds of a quarter of an hour, exactly */

/* The field of a record that a column speaks of. */
static const char *text_of(const struct column *column, const void *record)
{
    const char *text;
    memcpy(&text, (const char *)record + column->offset, sizeof text);
    return text == NULL ? "" : text;
}

static uint64_t count_of(const struct column *column, const void *record)
{
    uint64_t value;
    memcpy(&value, (const char *)record + column->offset, sizeof value);
    return value;
}

static double real_of(const struct column *column, const void *record)
{
    double value;
    memcpy(&value, (const char *)record + column->offset, sizeof value);
    return value;
}

static bool is_space(char character)
{
    return character != '\0' && strchr(" \t\n\v\f\r", character) != NULL;
}

/* Readers may strip spaces at the ends of a field unless it is quoted. */
static bool needs_quotes(const char *text)
{
    size_t length = strlen(text);
    return strpbrk(text, ",\"\n") != NULL || is_space(text[0]) ||
           (length > 0 && is_space(text[length - 1]));
}

static void write_character(FILE *out, const char *character, size_t bytes)
{
    if (*character == '\n')
        fputc('\n', out);
    else if (bytes == 0)
        fputc(is_space(*character) ? ' ' : '?', out);
    else
        fwrite(character, 1, bytes, out);
    if (*character == '"')
        fputc('"', out); /* a quote is doubled */
}

static void write_text(FILE *out, const char *text)
{
    bool quotes = needs_quotes(text);
    if (quotes)
        fputc('"', out);
    while (*text != '\0') {
        size_t bytes = text_character(text);
        write_character(out, text, bytes);
        text += bytes > 0 ? bytes : 1;
    }
    if (quotes)
        fputc('"', out);
}

void columns_write_header(FILE *out, const struct column columns[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].name);
    fputc('\n', out);
}

void columns_write_row(FILE *out, const struct column columns[], size_t count, const void *record)
{
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &columns[i];
        if (i > 0)
            fputc(',', out);
        if (column->kind == COLUMN_TEXT)
            write_text(out, text_of(column, record));
        else if (column->kind == COLUMN_COUNT)
            fprintf(out, "%" PRIu64, count_of(column, record));
        else if (isfinite(real_of(column, record)))
            fprintf(out, "%.*g", REAL_DIGITS, real_of(column, record));
    }
    fputc('\n', out);
}

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
        return json_text(text_of(column, record));
    if (column->kind == COLUMN_REAL) {
        double value = real_of(column, record);
        return isfinite(value) ? json_real(value) : json_null();
    }
    uint64_t value = count_of(column, record);
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
