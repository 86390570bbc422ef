#include "bench/data/columns_read.h"

#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct state {
    const struct columns_reader *reader;
    char *texts[COLUMNS_READ_MOST]; /* texts[field]: this row's, owned */
    size_t field, line;
    int error;
};

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

static int fill(const struct state *state)
{
    const struct columns_reader *reader = state->reader;
    for (size_t i = 0; i < reader->count; i++) {
        char *place = (char *)reader->record + reader->columns[i].offset;
        int error = 0;
        if (reader->columns[i].kind == COLUMN_TEXT)
            memcpy(place, &state->texts[i], sizeof state->texts[i]);
        else
            error = fill_number(&reader->columns[i], state->texts[i], place);
        if (error != 0)
            return error;
    }
    return 0;
}

static int check_header(const struct state *state)
{
    for (size_t i = 0; i < state->reader->count; i++)
        if (strcmp(state->texts[i], state->reader->columns[i].name) != 0)
            return -EINVAL;
    return 0;
}

static void on_field(void *text, size_t length, void *context)
{
    struct state *state = context;
    if (state->error == 0 && (state->field == state->reader->count || strlen(text) != length))
        state->error = -EINVAL;
    if (state->error != 0)
        return;
    state->texts[state->field] = strdup(text);
    if (state->texts[state->field] == NULL)
        state->error = -ENOMEM;
    else
        state->field++;
}

static void forget_row(struct state *state)
{
    while (state->field > 0)
        free(state->texts[--state->field]);
}

static void on_row(int end, void *context)
{
    struct state *state = context;
    (void)end;
    if (state->error == 0 && state->field != state->reader->count)
        state->error = -EINVAL;
    if (state->error == 0)
        state->error = state->line++ == 0 ? check_header(state) : fill(state);
    if (state->error == 0 && state->line > 1)
        state->error = state->reader->take(state->reader->record, state->reader->context);
    forget_row(state);
}

int columns_read(FILE *in, const struct columns_reader *reader, char *message, size_t bytes)
{
    struct state state = {.reader = reader,
                          .error = reader->count <= COLUMNS_READ_MOST ? 0 : -E2BIG};
    struct csv_parser parser;
    char piece[4096];
    size_t got;
    rewind(in);
    if (csv_init(&parser, CSV_STRICT | CSV_APPEND_NULL) != 0) /* can't fail but for its options */
        return -EINVAL;
    while (state.error == 0 && (got = fread(piece, 1, sizeof piece, in)) > 0)
        if (csv_parse(&parser, piece, got, on_field, on_row, &state) != got && state.error == 0)
            state.error = -EINVAL;
    forget_row(&state); /* of a row that was cut off */
    csv_free(&parser);
    if (state.error != 0)
        snprintf(message, bytes, "row %zu cannot be read: %s", state.line, strerror(-state.error));
    return state.error;
}
