#include "workloads/parameters.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/words.h"

#define UNITS_MAX 16

const struct parameter_unit parameter_bytes[] = {
    {"B", 1},         {"kB", 1000},       {"KiB", 1024},    {"MB", 1000000},
    {"MiB", 1 << 20}, {"GB", 1000000000}, {"GiB", 1 << 30}, {NULL, 0},
};

struct reader { /* what every step of one parameters_read needs */
    const char *owner;
    const struct parameter *table;
    struct setting *settings;
    char *message;
    size_t bytes;
};

/* Writes "owner: ..." as the message; returns -EINVAL. */
__attribute__((format(printf, 2, 3))) static int refuse(const struct reader *reader,
                                                        const char *format, ...)
{
    char text[WORDS_BYTES + 128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(reader->message, reader->bytes, "%s: %s", reader->owner, text);
    return -EINVAL;
}

static int refuse_name(const struct reader *reader, const char *name)
{
    const char *names[WORKLOAD_PARAMETERS_MAX + 1] = {NULL};
    char shown[WORD_SHOWN_BYTES], right[WORDS_BYTES];
    for (size_t i = 0; reader->table[i].name != NULL; i++)
        names[i] = reader->table[i].name;
    return refuse(reader, "'%s' is no parameter: %s", word_show(name, shown, sizeof shown),
                  words_suggest(name, names, right, sizeof right));
}

static int refuse_number(const struct reader *reader, const struct parameter *parameter,
                         const char *text)
{
    const char *names[UNITS_MAX + 1] = {NULL};
    char shown[WORD_SHOWN_BYTES], units[WORDS_BYTES];
    word_show(text, shown, sizeof shown);
    if (parameter->decimals > 0)
        return refuse(reader, "%s=%s is no number: write digits, and at most %u behind a point",
                      parameter->name, shown, parameter->decimals);
    if (parameter->units == NULL)
        return refuse(reader, "%s=%s is no whole number: write digits, such as 2000 or 2_000",
                      parameter->name, shown);
    for (size_t i = 0; i < UNITS_MAX && parameter->units[i].name != NULL; i++)
        names[i] = parameter->units[i].name;
    return refuse(reader, "%s=%s is no whole number with a unit: write digits, then nothing, %s",
                  parameter->name, shown, words_join(names, "or", units, sizeof units));
}

static bool is_digit(char c)
{
    return isdigit((unsigned char)c) != 0;
}

/* Reads digits, which single underscores may group as in Python, and moves *text behind them.
 * Returns 0, -EINVAL (none there) or -ERANGE. */
static int read_digits(const char **text, int64_t *value)
{
    const char *at = *text;
    int error = is_digit(*at) ? 0 : -EINVAL;
    *value = 0;
    while (is_digit(*at)) {
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, *at - '0', value))
            error = -ERANGE;
        at += at[1] == '_' && is_digit(at[2]) ? 2 : 1;
    }
    *text = at;
    return error;
}

/* The factor of a suffix; 0: there is no such unit. */
static int64_t unit_factor(const char *suffix, const struct parameter_unit *units)
{
    if (*suffix == '\0')
        return 1;
    for (size_t i = 0; units != NULL && units[i].name != NULL; i++)
        if (strcmp(units[i].name, suffix) == 0)
            return units[i].factor;
    return 0;
}

/* 10^decimals. */
static int64_t scale_of(const struct parameter *parameter)
{
    int64_t scale = 1;
    for (unsigned i = 0; i < parameter->decimals; i++)
        scale *= 10;
    return scale;
}

/* Scales value, reads what stands behind a point into it, if anything, and moves *text behind that.
 * Returns 0, -EINVAL (no digit behind the point; one too many stays there) or -ERANGE. */
static int read_fraction(const struct parameter *parameter, const char **text, int64_t *value)
{
    int64_t scale = scale_of(parameter);
    int error = __builtin_mul_overflow(*value, scale, value) ? -ERANGE : 0;
    if (**text != '.' || scale == 1)
        return error;
    ++*text;
    if (!is_digit(**text))
        return -EINVAL;
    for (; is_digit(**text) && scale > 1; ++*text) {
        scale /= 10;
        if (__builtin_add_overflow(*value, (**text - '0') * scale, value))
            error = -ERANGE;
    }
    return error;
}

/* Returns 0, -EINVAL (that is no number) or -ERANGE (it is none of 64 bits). */
static int read_number(const struct parameter *parameter, const char *text, int64_t *value)
{
    bool negative = *text == '-';
    text += negative;
    int error = read_digits(&text, value);
    if (error != -EINVAL) {
        int second = read_fraction(parameter, &text, value);
        error = error == 0 || second == -EINVAL ? second : error;
    }
    int64_t factor = unit_factor(text, parameter->units);
    if (error == -EINVAL || factor == 0)
        return -EINVAL;
    if (error != 0 || __builtin_mul_overflow(*value, factor, value))
        return -ERANGE;
    if (negative)
        *value = -*value;
    return 0;
}

static int read_value(const struct reader *reader, const struct parameter *parameter,
                      const char *text, int64_t *value)
{
    char shown[WORD_SHOWN_BYTES];
    if (*text == '\0')
        return refuse(reader, "%s lacks a value: write %s=NUMBER%s, from %" PRId64 " to %" PRId64,
                      parameter->name, parameter->name, parameter->list ? "/NUMBER..." : "",
                      parameter->least, parameter->most);
    int64_t scale = scale_of(parameter);
    int error = read_number(parameter, text, value);
    if (error == -EINVAL)
        return refuse_number(reader, parameter, text);
    if (error != 0 || *value < parameter->least * scale || *value > parameter->most * scale)
        return refuse(reader, "%s=%s is out of range: write %" PRId64 " to %" PRId64,
                      parameter->name, word_show(text, shown, sizeof shown), parameter->least,
                      parameter->most);
    return 0;
}

/* Cuts text at each slash and reads the pieces into values[count]. */
static int read_pieces(const struct reader *reader, const struct parameter *parameter, char *text,
                       size_t count, int64_t *values)
{
    int error = 0;
    for (size_t i = 0; error == 0 && i < count; i++) {
        const char *piece = parameter->list ? strsep(&text, "/") : text;
        error = read_value(reader, parameter, piece, &values[i]);
    }
    return error;
}

static int read_values(const struct reader *reader, size_t index, const char *text)
{
    const struct parameter *parameter = &reader->table[index];
    struct setting *setting = &reader->settings[index];
    size_t count = 1;
    for (const char *at = text; parameter->list && *at != '\0'; at++)
        count += *at == '/';
    if (count > WORKLOAD_LIST_MAX)
        return refuse(reader, "%s has %zu values: write at most %d", parameter->name, count,
                      WORKLOAD_LIST_MAX);
    setting->values = calloc(count, sizeof *setting->values);
    char *copy = strdup(text);
    int error = -ENOMEM;
    if (setting->values != NULL && copy != NULL) {
        setting->count = count;
        error = read_pieces(reader, parameter, copy, count, setting->values);
    }
    free(copy);
    return error;
}

/* Reads one name=value; cuts text. */
static int read_pair(const struct reader *reader, char *text)
{
    if (*text == '\0')
        return refuse(reader, "a parameter is empty: write name=value, and a comma between two");
    const char *name = strsep(&text, "=");
    size_t i = 0;
    while (reader->table[i].name != NULL && strcmp(reader->table[i].name, name) != 0)
        i++;
    if (reader->table[i].name == NULL)
        return refuse_name(reader, name);
    if (reader->settings[i].given)
        return refuse(reader, "%s is given twice: write it once", name);
    reader->settings[i].given = true;
    return read_values(reader, i, text != NULL ? text : "");
}

static int read_pairs(const struct reader *reader, const char *text)
{
    char *copy = strdup(text);
    int error = copy != NULL ? 0 : -ENOMEM;
    for (char *rest = copy; error == 0 && rest != NULL;)
        error = read_pair(reader, strsep(&rest, ","));
    free(copy);
    return error;
}

int parameters_read(const char *owner, const struct parameter *table, const char *text,
                    struct setting *settings, char *message, size_t bytes)
{
    const struct reader reader = {owner, table, settings, message, bytes};
    int error = text != NULL ? read_pairs(&reader, text) : 0;
    for (size_t i = 0; error == 0 && table[i].name != NULL; i++)
        if (!settings[i].given && table[i].initial != NULL)
            error = read_values(&reader, i, table[i].initial);
    return error;
}

/* With as many decimals as it needs. */
static void write_number(FILE *out, const struct parameter *parameter, int64_t value)
{
    int64_t scale = scale_of(parameter), rest = value % scale;
    int digits = (int)parameter->decimals;
    rest = rest < 0 ? -rest : rest;
    fprintf(out, "%s%" PRId64, value < 0 && value > -scale ? "-" : "", value / scale);
    if (rest == 0)
        return;
    for (; rest % 10 == 0; rest /= 10)
        digits--;
    fprintf(out, ".%0*" PRId64, digits, rest);
}

char *parameters_write(const struct parameter *table, const struct setting *settings)
{
    char *text = NULL;
    size_t bytes;
    const char *gap = "";
    FILE *out = open_memstream(&text, &bytes);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; table[i].name != NULL; i++) {
        for (size_t j = 0; j < settings[i].count; j++) {
            if (j == 0)
                fprintf(out, "%s%s=", gap, table[i].name);
            else
                fputc('/', out);
            write_number(out, &table[i], settings[i].values[j]);
            gap = ",";
        }
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

void parameters_free(struct setting *settings)
{
    for (size_t i = 0; i < WORKLOAD_PARAMETERS_MAX; i++)
        free(settings[i].values);
}
