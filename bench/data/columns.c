#include "bench/data/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bench/data/text.h"

#define REAL_DIGITS 12 /* significant: nanoseconds of a quarter of an hour, exactly */

const char *column_text(const struct column *column, const void *record)
{
    const char *text;
    memcpy(&text, (const char *)record + column->offset, sizeof text);
    return text == NULL ? "" : text;
}

uint64_t column_count(const struct column *column, const void *record)
{
    uint64_t value;
    memcpy(&value, (const char *)record + column->offset, sizeof value);
    return value;
}

double real_at(const void *record, size_t offset)
{
    double value;
    memcpy(&value, (const char *)record + offset, sizeof value);
    return value;
}

double column_real(const struct column *column, const void *record)
{
    return real_at(record, column->offset);
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

char *column_real_text(double value, char text[COLUMN_REAL_BYTES])
{
    snprintf(text, COLUMN_REAL_BYTES, "%.*g", REAL_DIGITS, value);
    return text;
}

void columns_write_header(FILE *out, const struct column columns[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", columns[i].name);
    fputc('\n', out);
}

void columns_write_row(FILE *out, const struct column columns[], size_t count, const void *record)
{
    char real[COLUMN_REAL_BYTES];
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &columns[i];
        if (i > 0)
            fputc(',', out);
        if (column->kind == COLUMN_TEXT)
            write_text(out, column_text(column, record));
        else if (column->kind == COLUMN_COUNT)
            fprintf(out, "%" PRIu64, column_count(column, record));
        else if (isfinite(column_real(column, record)))
            fputs(column_real_text(column_real(column, record), real), out);
    }
    fputc('\n', out);
}
