/*
 * Where the figures come from, and what that place can't show.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bench/present/html.h"
#include "bench/report/page.h"

/* ---- environment.json as a table --------------------------------------------------------------
 */

static void put_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        html_text(out, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.3g", json_real_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "yes" : "no", out);
    else
        fputs("not known", out);
}

/* "l1d_kib" becomes "l1d kib". */
static void put_name(FILE *out, const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s", name);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    html_text(out, text);
}

static void put_group(FILE *out, const char *title, json_t *group)
{
    const char *name;
    json_t *value;
    fputs("<h3>", out);
    put_name(out, title);
    fputs("</h3>\n<table class=\"facts\">\n", out);
    json_object_foreach(group, name, value)
    {
        if (json_is_array(value))
            continue; /* of programs: the warning names them */
        fputs("<tr><td>", out);
        put_name(out, name);
        fputs("</td><td>", out);
        put_value(out, value);
        fputs("</td></tr>\n", out);
    }
    fputs("</table>\n", out);
}

int page_environment(FILE *out, const json_t *environment)
{
    const char *title;
    json_t *group;
    if (environment == NULL) {
        fputs(
            "<p>There is no environment.json beside these figures: nothing is known of the machine "
            "that they come from.</p>\n",
            out);
        return 0;
    }
    json_object_foreach((json_t *)environment, title, group) if (json_is_object(group))
        put_group(out, title, group);
    return 0;
}

/* ---- what it can't show -----------------------------------------------------------------------
 */

static json_int_t integer_at(const json_t *environment, const char *group, const char *name)
{
    const json_t *value = json_object_get(json_object_get(environment, group), name);
    return json_is_integer(value) ? json_integer_value(value) : 0;
}

static void put_item(FILE *out, const char *text)
{
    fputs("<li>", out);
    html_text(out, text);
    fputs("</li>\n", out);
}

/* The least capacity that a cell with as many workers as cores, or more, was given. */
static double least_capacity(const struct summary_table *summary, json_int_t cores)
{
    double least = NAN;
    for (size_t i = 0; i < summary->count; i++) {
        const struct summary *cell = &summary->rows[i];
        if ((json_int_t)cell->workers >= cores && cell->capacity > 0 &&
            (isnan(least) || cell->capacity < least))
            least = cell->capacity;
    }
    return least;
}

static bool has_oversubscribed(const struct summary_table *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        if (summary->rows[i].oversubscribed)
            return true;
    return false;
}

static void put_warnings(FILE *out, const json_t *environment)
{
    const json_t *warnings = json_object_get(environment, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const json_t *warning = json_array_get(warnings, i);
        if (json_is_string(warning))
            put_item(out, json_string_value(warning));
    }
}

int page_limits(FILE *out, const json_t *environment, const struct summary_table *summary)
{
    char text[256];
    json_int_t cores = integer_at(environment, "cores", "usable");
    fputs("<ul>\n", out);
    if (cores > 0) {
        snprintf(text, sizeof text,
                 "It has %" JSON_INTEGER_FORMAT
                 " core%s to use: how a mechanism scales beyond %s is "
                 "not to be seen here.",
                 cores, cores == 1 ? "" : "s", cores == 1 ? "one" : "that many");
        put_item(out, text);
        double least = least_capacity(summary, cores);
        if (least < 0.9 * (double)cores) {
            snprintf(
                text, sizeof text,
                "At times it gave no more than %.2f cores' worth of compute to workers that talk "
                "to nobody. Compare the column \"used\", not speedups.",
                least);
            put_item(out, text);
        }
    }
    if (has_oversubscribed(summary))
        put_item(out,
                 "Some cells have more workers than cores: they show what waiting costs, not what "
                 "more cores would give.");
    if (integer_at(environment, "machine", "numa_nodes") == 1)
        put_item(out, "It has one NUMA node: memory is equally far from every core.");
    put_warnings(out, environment);
    fputs("</ul>\n", out);
    return 0;
}
