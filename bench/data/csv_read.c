#include "bench/data/csv_read.h"

#include <csv.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/text.h"

#define FIELD_BYTES_MAX (64u * 1024u)
#define PIECE_BYTES     (8u * 1024u) /* on a stack that may be small */
#define BRIEF_BYTES     44u          /* of a wrong field, shown in a message */

struct reading {
    struct csv_read *read;
    struct csv_parser parser;
    bool foreign; /* a spreadsheet saved it */
    char *text;   /* the fields of this row, each with its end; owned */
    size_t used, room;
    size_t places[CSV_FIELDS_MAX]; /* places[count]: where each begins in text */
    size_t count, filled;          /* fields of this row; up to the last one that is not empty */
    size_t columns;                /* of the header; 0 until it was read */
    bool after_cr;                 /* the last byte was one: a newline that follows belongs to it */
    bool at_end;                   /* what comes now is a row without its line end */
    int error;                     /* the first one, with its message */
};

int csv_fault(struct csv_read *read, int error, const char *format, ...)
{
    char name[256], what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    text_brief(read->name, name, sizeof name);
    if (read->line > 0)
        snprintf(read->message, read->bytes, "%s, line %zu: %s", name, read->line, what);
    else
        snprintf(read->message, read->bytes, "%s: %s", name, what);
    return error;
}

/* ---- numbers -----------------------------------------------------------------------------------
 */

enum number { NO_NUMBER, PLAIN, POINT, COMMA, THOUSANDS };

/* What a field is as a number: with which marks between its digits. A blank between thousands may
 * be U+00A0 or U+202F; their bytes are counted like any mark. */
static enum number look_at(const char *text)
{
    static const char digits[] = "0123456789";
    const char *at = text + (*text == '-' || *text == '+');
    size_t length = strspn(at, "0123456789.,' \xc2\xa0\xe2\x80\xaf"), marks = 0;
    const char *rest = at + length;
    if (isdigit((unsigned char)*at) && (*rest == 'e' || *rest == 'E')) {
        rest += 1 + (rest[1] == '-' || rest[1] == '+');
        rest += strspn(rest, digits);
    }
    if (!isdigit((unsigned char)*at) || *rest != '\0')
        return NO_NUMBER;
    for (size_t i = 0; i < length; i++)
        marks += !isdigit((unsigned char)at[i]);
    if (marks == 0)
        return PLAIN;
    const char mark = at[strspn(at, digits)];
    return marks > 1 ? THOUSANDS : mark == '.' ? POINT : mark == ',' ? COMMA : THOUSANDS;
}

static int say_number(struct csv_read *read, const char *text, const char *what)
{
    char brief[BRIEF_BYTES];
    return csv_fault(read, -EINVAL, "\"%s\" has %s", text_brief(text, brief, sizeof brief), what);
}

int csv_set_point(struct csv_read *read, char *field)
{
    enum number number = look_at(field);
    if (number == THOUSANDS)
        return say_number(read, field, "marks between its thousands: save numbers without them");
    if (number == COMMA && read->separator == ',')
        return say_number(read, field,
                          "a decimal comma, and commas part the fields: save numbers with decimal "
                          "points, or the file with semicolons");
    read->points = read->points || number == POINT;
    read->commas = read->commas || number == COMMA;
    if (read->points && read->commas) /* one of them parts thousands, but which? */
        return say_number(read, field,
                          number == COMMA
                              ? "a comma, where other numbers have a point: save the "
                                "file with one mark for decimals, and none for thousands"
                              : "a point, where other numbers have a comma: save the "
                                "file with one mark for decimals, and none for thousands");
    if (number == COMMA)
        *strchr(field, ',') = '.';
    return 0;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void fail(struct reading *reading, int error)
{
    if (reading->error == 0)
        reading->error = error;
}

/* Makes room in the row's text. Returns 0 or an error that was told. */
static int make_room(struct reading *reading, size_t bytes)
{
    if (reading->used + bytes <= reading->room)
        return 0;
    size_t room = 2 * (reading->used + bytes);
    char *grown = realloc(reading->text, room);
    if (grown == NULL)
        return csv_fault(reading->read, -ENOMEM, "no memory for its rows");
    reading->text = grown;
    reading->room = room;
    return 0;
}

static int add_field(struct reading *reading, const char *text, size_t length)
{
    size_t most = reading->columns > 0 ? reading->columns : CSV_FIELDS_MAX;
    if (length > FIELD_BYTES_MAX)
        return csv_fault(reading->read, -EINVAL,
                         "a field of more than %u bytes, which no CSV of parbench has",
                         FIELD_BYTES_MAX);
    if (reading->count == most) /* an empty cell at the end is not one too many */
        return length == 0 && reading->columns > 0
                   ? 0
                   : csv_fault(reading->read, -EINVAL, "more than %zu fields, %s", most,
                               reading->columns > 0 ? "but its header has just so many"
                                                    : "which no CSV of parbench has");
    int error = make_room(reading, length + 1);
    if (error != 0)
        return error;
    reading->places[reading->count++] = reading->used;
    memcpy(reading->text + reading->used, text, length);
    reading->used += length;
    reading->text[reading->used++] = '\0';
    if (length > 0)
        reading->filled = reading->count;
    return 0;
}

static void on_field(void *text, size_t length, void *context)
{
    struct reading *reading = context;
    if (reading->error == 0)
        reading->error = add_field(reading, text, length);
}

static int hand_over(struct reading *reading)
{
    char *fields[CSV_FIELDS_MAX];
    for (size_t i = 0; i < reading->count; i++)
        fields[i] = reading->text + reading->places[i];
    reading->read->header = reading->columns == 0;
    if (reading->columns == 0) /* without the empty cells at its end */
        reading->columns = reading->count = reading->filled;
    return reading->read->take(reading->read, fields, reading->count);
}

static int end_row(struct reading *reading)
{
    const size_t columns = reading->columns;
    if (reading->filled == 0) /* a line of separators */
        return 0;
    if (reading->at_end && (!reading->foreign || columns == 0 || reading->count < columns)) {
        reading->read->dropped++;
        return 0;
    }
    while (reading->foreign && reading->count < columns) {
        int error = add_field(reading, "", 0);
        if (error != 0)
            return error;
    }
    if (columns > 0 && reading->count < columns)
        return csv_fault(reading->read, -EINVAL, "%zu fields, but its header has %zu",
                         reading->count, columns);
    return hand_over(reading);
}

static void on_row(int end, void *context)
{
    struct reading *reading = context;
    (void)end;
    if (reading->error == 0)
        reading->error = end_row(reading);
    reading->used = reading->count = reading->filled = 0;
}

/* ---- bytes -------------------------------------------------------------------------------------
 */

/* Gives libcsv a part that holds no line end but as its last byte. */
static int feed_part(struct reading *reading, const char *text, size_t bytes)
{
    if (memchr(text, '\0', bytes) != NULL)
        return csv_fault(reading->read, -EINVAL, "a NUL byte; a CSV is plain text");
    if (csv_parse(&reading->parser, text, bytes, on_field, on_row, reading) != bytes)
        return csv_error(&reading->parser) == CSV_EPARSE
                   ? csv_fault(reading->read, -EINVAL,
                               "a quote in the middle of a field; a field with quotes is quoted as "
                               "a whole, and each quote in it doubled")
                   : csv_fault(reading->read, -ENOMEM, "no memory for its fields");
    if (reading->parser.entry_pos > FIELD_BYTES_MAX)
        return csv_fault(reading->read, -EINVAL,
                         "a field of more than %u bytes, which no CSV of parbench has",
                         FIELD_BYTES_MAX);
    return 0;
}

/* Line by line, so that a fault knows its line. A line ends with LF, CR or both. */
static void feed(struct reading *reading, const char *text, size_t bytes)
{
    while (bytes > 0 && reading->error == 0) {
        size_t part = 0;
        while (part < bytes && text[part] != '\n' && text[part] != '\r')
            part++;
        bool ends = part < bytes, second = part == 0 && reading->after_cr && *text == '\n';
        part += ends;
        reading->after_cr = text[part - 1] == '\r';
        reading->foreign = reading->foreign || reading->after_cr;
        fail(reading, feed_part(reading, text, part));
        reading->read->line += ends && !second;
        text += part;
        bytes -= part;
    }
}

/* What begins like this is no CSV in UTF-8. A UTF-16 without its mark has a NUL beside each letter.
 */
static int refuse_format(struct reading *reading, const char *text, size_t bytes)
{
    static const struct {
        const char *begin;
        size_t length;
        const char *what;
    } formats[] = {
        {"\xff\xfe", 2, "it is UTF-16: save it as CSV in UTF-8"},
        {"\xfe\xff", 2, "it is UTF-16: save it as CSV in UTF-8"},
        {"PK\x03\x04", 4,
         "it is a spreadsheet (xlsx, ods) or another archive: save it as CSV in UTF-8"},
        {"\xd0\xcf\x11\xe0", 4, "it is a spreadsheet (xls): save it as CSV in UTF-8"},
        {"\x1f\x8b", 2, "it is compressed: write gunzip before it"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (bytes >= formats[i].length && memcmp(text, formats[i].begin, formats[i].length) == 0)
            return csv_fault(reading->read, -EINVAL, "%s", formats[i].what);
    if (bytes >= 2 && (text[0] == '\0') != (text[1] == '\0'))
        return csv_fault(reading->read, -EINVAL, "%s", formats[0].what);
    return 0;
}

/* The separator that stands in the header the most often; none is a comma. */
static char find_separator(const char *text, size_t bytes)
{
    static const char known[] = ",;\t|";
    size_t counts[sizeof known] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < bytes && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        const char *place = text[i] != '\0' ? strchr(known, text[i]) : NULL;
        quoted = quoted != (text[i] == '"');
        if (place != NULL && !quoted)
            counts[place - known]++;
    }
    for (size_t i = 0; known[i] != '\0'; i++)
        best = counts[i] > counts[best] ? i : best;
    return known[best];
}

/* Reads what stands before the header and how the header is written; returns the bytes to skip. */
static size_t open_dialect(struct reading *reading, const char *text, size_t bytes)
{
    static const char mark[] = "\xef\xbb\xbf", word[] = "sep=";
    size_t skip = bytes >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    const char *at = text + skip;
    size_t left = bytes - skip;
    bool told = left > 5 && memcmp(at, word, 4) == 0 && (at[5] == '\n' || at[5] == '\r');
    reading->read->separator = told ? at[4] : find_separator(at, left);
    reading->foreign =
        skip > 0 || told || reading->read->separator != ',' || (left > 0 && *at == '"');
    skip += told ? 5 : 0; /* but for its line end */
    csv_set_delim(&reading->parser, (unsigned char)reading->read->separator);
    return skip;
}

static void read_bytes(struct reading *reading, FILE *in)
{
    char piece[PIECE_BYTES];
    size_t bytes, skip;
    for (bool first = true; reading->error == 0 && (bytes = fread(piece, 1, sizeof piece, in)) > 0;
         first = false) {
        skip = first ? open_dialect(reading, piece, bytes) : 0;
        if (first)
            reading->error = refuse_format(reading, piece, bytes);
        reading->read->line = reading->read->line > 0 ? reading->read->line : 1;
        feed(reading, piece + skip, bytes - skip);
    }
    if (ferror(in))
        fail(reading, csv_fault(reading->read, errno > 0 ? -errno : -EIO, "cannot be read: %s",
                                strerror(errno)));
}

/* What is left is a row without a line end. */
static void finish(struct reading *reading)
{
    reading->at_end = true;
    if (csv_fini(&reading->parser, on_field, on_row, reading) != 0)
        reading->read->dropped++; /* cut off inside quotes */
}

int csv_read(struct csv_read *read, FILE *in)
{
    struct reading reading = {.read = read};
    read->line = read->dropped = 0;
    read->points = read->commas = false;
    if (csv_init(&reading.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return csv_fault(read, -ENOMEM, "no memory for its parser");
    csv_set_blk_size(&reading.parser, 4096);
    read_bytes(&reading, in);
    if (reading.error == 0)
        finish(&reading);
    csv_free(&reading.parser);
    free(reading.text);
    return reading.error;
}
