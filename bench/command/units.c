#include "bench/command/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

#define FRACTION_DIGITS 9 /* a fraction counts units of 10^-9 */
#define FRACTION_WHOLE  1000000000ull

struct unit {
    const char *name; /* NULL ends a table */
    uint64_t size;
};

/* Largest first: units_write_time takes the first that divides. */
static const struct unit time_units[] = {
    {"h", 3600 * NS_PER_S},
    {"m", 60 * NS_PER_S},
    {"s", NS_PER_S},
    {"ms", NS_PER_MS},
    {"us", NS_PER_US},
    {"ns", 1},
    {NULL, 0},
};

static const struct unit byte_units[] = {
    {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}, {"", 1}, {NULL, 0},
};

static const struct unit count_units[] = {{"", 1}, {NULL, 0}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes a fraction such as ".25", or nothing, from *text. */
static int take_fraction(const char **text, uint64_t *fraction)
{
    int digits = 0;
    *fraction = 0;
    if (**text != '.')
        return 0;
    for ((*text)++; is_digit(**text); (*text)++) {
        if (++digits > FRACTION_DIGITS)
            return -EINVAL;
        *fraction = *fraction * 10 + (uint64_t)(**text - '0');
    }
    if (digits == 0)
        return -EINVAL;
    for (; digits < FRACTION_DIGITS; digits++)
        *fraction *= 10;
    return 0;
}

/* number * size + the fraction's part of size, which must be whole. */
static int scale(uint64_t number, uint64_t fraction, uint64_t size, uint64_t *value)
{
    unsigned __int128 part = (unsigned __int128)fraction * size;
    if (part % FRACTION_WHOLE != 0)
        return -EINVAL;
    if (__builtin_mul_overflow(number, size, value) ||
        __builtin_add_overflow(*value, (uint64_t)(part / FRACTION_WHOLE), value))
        return -ERANGE;
    return 0;
}

static int read_number(const char *text, const struct unit *units, bool fractions, uint64_t least,
                       uint64_t most, uint64_t *value)
{
    if (!is_digit(*text))
        return -EINVAL; /* strtoull would take "-1" and " 1" */
    char *end;
    uint64_t fraction = 0, result = 0;
    errno = 0;
    uint64_t number = strtoull(text, &end, 10);
    bool overflow = errno == ERANGE;
    const char *rest = end;
    if (fractions && take_fraction(&rest, &fraction) != 0)
        return -EINVAL;
    while (units->name != NULL && strcmp(units->name, rest) != 0)
        units++;
    if (units->name == NULL)
        return -EINVAL;
    int error = overflow ? -ERANGE : scale(number, fraction, units->size, &result);
    if (error == 0 && (result < least || result > most))
        error = -ERANGE;
    if (error == 0)
        *value = result;
    return error;
}

int units_read_count(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    return read_number(text, count_units, false, least, most, value);
}

int units_read_time(const char *text, uint64_t least_ns, uint64_t most_ns, uint64_t *value_ns)
{
    return read_number(strcmp(text, "0") == 0 ? "0ns" : text, time_units, true, least_ns, most_ns,
                       value_ns);
}

int units_read_bytes(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    return read_number(text, byte_units, false, least, most, value);
}

char *units_write_time(uint64_t ns, char *text, size_t bytes)
{
    const struct unit *unit = time_units;
    if (ns == 0)
        unit += 2; /* seconds */
    else
        while (ns % unit->size != 0)
            unit++;
    snprintf(text, bytes, "%" PRIu64 "%s", ns / unit->size, unit->name);
    return text;
}
