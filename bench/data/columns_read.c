#include "bench/data/columns_read.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/csv_read.h"

static int fill_number(const struct column *column, const char *text, char *place)
{
    char *end = NULL;
    errno = 0;
    if (column->kind == COLUMN_COUNT) {
        uint64_t value = strtoull(text, &end, 10);
        memcpy(place, &value, sizeof value);
    } else {
        double value = *text == '\0' ? NAN : strtod(text, &end);
        memcpy(place, &value, sizeof value);
        if (*text == '\0')
            return 0; /* no figure */
    }
    return errno != 0 || end == text || *end != '\0' ? -EINVAL : 0;
}

static int fill(const struct columns_reader *reader, char *const fields[])
{
    int error = 0;
    for (size_t i = 0; i < reader->count && error == 0; i++) {
        char *place = (char *)reader->record + reader->columns[i].offset;
        if (reader->columns[i].kind == COLUMN_TEXT)
            memcpy(place, &fields[i], sizeof fields[i]);
        else
            error = fill_number(&reader->columns[i], fields[i], place);
    }
    return error;
}

static int check_header(const struct columns_reader *reader, char *const fields[], size_t count)
{
    if (count != reader->count)
        return -EINVAL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i], reader->columns[i].name) != 0)
            return -EINVAL;
    return 0;
}

static int take_row(struct csv_read *read, char *const fields[], size_t count)
{
    const struct columns_reader *reader = read->context;
    int error = read->header ? check_header(reader, fields, count) : fill(reader, fields);
    if (error == 0 && !read->header)
        error = reader->take(reader->record, reader->context);
    return error != 0 ? csv_fault(read, error, "cannot be read: %s", strerror(-error)) : 0;
}

int columns_read(FILE *in, const struct columns_reader *reader, char *message, size_t bytes)
{
    struct csv_read read = {.name = "its rows",
                            .message = message,
                            .bytes = bytes,
                            .context = (void *)(uintptr_t)reader,
                            .take = take_row};
    rewind(in);
    return csv_read(&read, in);
}
