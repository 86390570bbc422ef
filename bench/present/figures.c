#include "bench/present/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Digits behind the point so that a value has three in all: 1.25, 12.5, 125. The bounds lie where
 * rounding makes one digit more (9.995 is written 10.0). */
static int decimals(double value)
{
    double size = fabs(value);
    return size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
}

char *figure_number(double value, char *text, size_t bytes)
{
    if (isnan(value))
        snprintf(text, bytes, "-");
    else
        snprintf(text, bytes, "%.*f", decimals(value), value);
    return text;
}

char *figure_time(double ns, char *text, size_t bytes)
{
    static const char *const names[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;
    double value = ns;
    if (isnan(ns))
        return figure_number(ns, text, bytes);
    for (; fabs(value) >= 999.5 && unit < 3; unit++)
        value /= 1000.0;
    if (unit == 0 && value == floor(value)) /* the clock has no parts of a nanosecond */
        snprintf(text, bytes, "%.0f ns", value);
    else
        snprintf(text, bytes, "%.*f %s", decimals(value), value, names[unit]);
    return text;
}

char *figure_percent(double share, char *text, size_t bytes)
{
    double percent = 100.0 * share;
    if (isnan(share))
        return figure_number(share, text, bytes);
    snprintf(text, bytes, "%.*f %%", fabs(percent) < 9.95 ? 1 : 0, percent);
    return text;
}

char *figure_schedule(const char *schedule, const struct figure_chunks *chunks, char *text,
                      size_t bytes)
{
    bool dynamic = strcmp(schedule, "dynamic") == 0;
    uint64_t used = chunks->used > 0 ? chunks->used : chunks->asked;
    if (dynamic && chunks->asked > used)
        snprintf(text, bytes, "%s:%" PRIu64 " of %" PRIu64, schedule, used, chunks->asked);
    else if (dynamic && used > 0)
        snprintf(text, bytes, "%s:%" PRIu64, schedule, used);
    else if (used > 0 && used < chunks->share)
        snprintf(text, bytes, "%s, by %" PRIu64, schedule, used);
    else
        snprintf(text, bytes, "%s", schedule);
    return text;
}
