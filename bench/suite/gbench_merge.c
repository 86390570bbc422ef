#include "bench/suite/gbench_merge.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/data/statistics.h"

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text != NULL ? text : "";
}

static bool is_repetition(const json_t *entry)
{
    return strcmp(text_of(entry, "run_type"), "iteration") == 0;
}

static bool has_times(const json_t *entry)
{
    return !json_is_true(json_object_get(entry, "error_occurred")) &&
           json_is_number(json_object_get(entry, "real_time"));
}

/* ---- a result ----------------------------------------------------------------------------------
 */

/* How often a round repeats a map may differ from the next round's, and would tell them apart:
 * "sum:.../workers:2/iterations:1/repeats:10/manual_time" loses what stands between. */
static void name_alike(json_t *entry)
{
    const char *name = text_of(entry, "name");
    const char *first = strstr(name, "/iterations:"), *rest = first;
    while (rest != NULL &&
           (strncmp(rest, "/iterations:", 12) == 0 || strncmp(rest, "/repeats:", 9) == 0))
        rest = strchr(rest + 1, '/');
    if (first == NULL)
        return;
    json_t *alike = json_sprintf("%.*s%s", (int)(first - name), name, rest != NULL ? rest : "");
    json_object_set(entry, "run_name", alike);
    json_object_set_new(entry, "name", alike);
}

static double unit_ns(const json_t *entry)
{
    const char *unit = text_of(entry, "time_unit");
    return strcmp(unit, "s") == 0    ? 1e9
           : strcmp(unit, "ms") == 0 ? 1e6
           : strcmp(unit, "us") == 0 ? 1e3
                                     : 1;
}

/* GB can be told the wall time of an iteration, but not its CPU time. */
static void set_cpu_time(json_t *entry)
{
    const json_t *cpu_ns = json_object_get(entry, "cpu_ns");
    if (json_is_number(cpu_ns))
        json_object_set_new(entry, "cpu_time",
                            json_real(json_number_value(cpu_ns) / unit_ns(entry)));
}

void gbench_merge_add(json_t **merged, json_t *one, uint64_t round)
{
    const json_t *list = json_object_get(one, "benchmarks");
    if (*merged == NULL)
        *merged =
            json_pack("{s:O?,s:[]}", "context", json_object_get(one, "context"), "benchmarks");
    json_t *all = json_object_get(*merged, "benchmarks");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *entry = json_array_get(list, i);
        if (!is_repetition(entry))
            continue;
        name_alike(entry);
        set_cpu_time(entry);
        json_object_del(entry, "repetition_index"); /* numbered anew in the end */
        json_object_set_new(entry, "round", json_integer((json_int_t)round));
        json_array_append(all, entry);
    }
    json_decref(one);
}

/* ---- all results of a benchmark ----------------------------------------------------------------
 */

struct family { /* everything owned */
    json_t *repetitions;
    double *values; /* values[json_array_size(repetitions)]: scratch */
};

static double mean(double values[], size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static double median(double values[], size_t count)
{
    statistics_sort(values, count);
    return statistics_quantile(values, count, 0.5);
}

static double stddev(double values[], size_t count)
{
    double middle = mean(values, count), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (values[i] - middle) * (values[i] - middle);
    return sqrt(sum / (double)(count - 1));
}

static double variation(double values[], size_t count)
{
    double middle = mean(values, count);
    return middle != 0 ? stddev(values, count) / middle : 0; /* as GB since 1.8: NaN is no JSON */
}

static const struct aggregate {
    const char *name, *unit;
    double (*make)(double values[], size_t count);
} aggregates[] = {
    {"mean", "time", mean},
    {"median", "time", median},
    {"stddev", "time", stddev},
    {"cv", "percentage", variation},
};

/* Times and counters are real numbers, all else of a result is not. */
static void aggregate_figures(const struct family *family, const struct aggregate *how,
                              json_t *made)
{
    json_t *first = json_array_get(family->repetitions, 0);
    const size_t count = json_array_size(family->repetitions);
    for (void *at = json_object_iter(first); at != NULL; at = json_object_iter_next(first, at)) {
        const char *key = json_object_iter_key(at);
        if (!json_is_real(json_object_iter_value(at)))
            continue;
        for (size_t i = 0; i < count; i++)
            family->values[i] =
                json_number_value(json_object_get(json_array_get(family->repetitions, i), key));
        json_object_set_new(made, key, json_real(how->make(family->values, count)));
    }
}

static json_t *aggregate(const struct family *family, const struct aggregate *how)
{
    const json_t *first = json_array_get(family->repetitions, 0);
    json_int_t count = (json_int_t)json_array_size(family->repetitions);
    const char *name = text_of(first, "name");
    json_t *made = json_pack(
        "{s:o,s:O,s:i,s:s,s:s,s:I,s:i,s:s,s:s,s:I}", "name", json_sprintf("%s_%s", name, how->name),
        "family_index", json_object_get(first, "family_index"), "per_family_instance_index", 0,
        "run_name", name, "run_type", "aggregate", "repetitions", count, "threads", 1,
        "aggregate_name", how->name, "aggregate_unit", how->unit, "iterations", count);
    aggregate_figures(family, how, made);
    json_object_set(made, "time_unit", json_object_get(first, "time_unit"));
    return made;
}

/* Gives an entry its place: of which benchmark it is, the how manieth of how many. */
static void number(json_t *entry, size_t family, size_t repetition, size_t count)
{
    json_object_set_new(entry, "family_index", json_integer((json_int_t)family));
    json_object_set_new(entry, "repetition_index", json_integer((json_int_t)repetition));
    json_object_set_new(entry, "repetitions", json_integer((json_int_t)count));
}

/* Gathers what has the same name as all[first]: behind the others in *into, and those with times in
 * the family. */
static int gather(const json_t *all, size_t first, json_t *into, size_t index,
                  struct family *family)
{
    const char *name = text_of(json_array_get(all, first), "name");
    size_t begin = json_array_size(into);
    *family = (struct family){.repetitions = json_array()};
    for (size_t i = first; i < json_array_size(all); i++) {
        json_t *entry = json_array_get(all, i);
        if (strcmp(text_of(entry, "name"), name) != 0)
            continue;
        json_array_append(into, entry);
        if (has_times(entry))
            json_array_append(family->repetitions, entry);
    }
    size_t count = json_array_size(into) - begin;
    for (size_t i = 0; i < count; i++)
        number(json_array_get(into, begin + i), index, i, count);
    family->values = calloc(count + 1, sizeof *family->values);
    return family->values == NULL ? -ENOMEM : 0;
}

int gbench_merge_finish(json_t *merged)
{
    json_t *all = json_object_get(merged, "benchmarks"), *ordered = json_array();
    size_t families = 0;
    int error = 0;
    for (size_t i = 0; i < json_array_size(all) && error == 0; i++) {
        struct family family;
        if (json_object_get(json_array_get(all, i), "repetition_index") != NULL)
            continue; /* it came with the first of its name */
        error = gather(all, i, ordered, families++, &family);
        if (error == 0 && json_array_size(family.repetitions) > 1)
            for (size_t a = 0; a < sizeof aggregates / sizeof aggregates[0]; a++)
                json_array_append_new(ordered, aggregate(&family, &aggregates[a]));
        json_decref(family.repetitions);
        free(family.values);
    }
    json_object_set_new(merged, "benchmarks", ordered);
    return error;
}
