#include "bench/command/environment.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "bench/command/facts/fact.h"
#include "bench/data/out_file.h"
#include "bench/data/text.h"
#include "common/clock.h"

/* New references (owned by the caller), NULL without memory. */
static json_t *value_of(const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_TEXT:
        return json_string(fact->text);
    case FACT_INTEGER:
        return json_integer(fact->integer);
    case FACT_REAL:
        return json_real(fact->real);
    case FACT_UNKNOWN:
        break;
    }
    return json_null();
}

/* Adds the group's facts to object, and their warnings to the list. The json functions called with
 * NULL fail, so one look at the result is enough. */
static bool add_facts(const struct fact_source *source, const struct fact_group *group,
                      json_t *object, json_t *warnings)
{
    for (const struct fact_rule *rule = group->rules; rule->name != NULL; rule++) {
        struct fact fact;
        if (rule->doctor_only)
            continue;
        fact_find(source, rule, &fact);
        if (json_object_set_new(object, rule->name, value_of(&fact)) != 0)
            return false;
        if (fact.warning[0] != '\0' &&
            json_array_append_new(warnings, json_string(fact.warning)) != 0)
            return false;
    }
    return true;
}

static bool add_groups(const struct fact_source *source, json_t *root, json_t *warnings)
{
    for (const struct fact_group *group = fact_groups; group->name != NULL; group++) {
        json_t *object = json_object();
        bool added = add_facts(source, group, object, warnings);
        if (json_object_size(object) == 0)
            json_decref(object); /* a group for the doctor only */
        else if (json_object_set_new(root, group->name, object) != 0)
            return false;
        if (!added)
            return false;
    }
    return true;
}

static int dump(FILE *out, const void *root)
{
    errno = 0;
    if (json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
        fputc('\n', out) != EOF)
        return 0;
    return errno != 0 ? -errno : -EIO;
}

int environment_write(FILE *out, int argc, char **argv)
{
    struct fact_source source;
    json_t *root = json_object(), *warnings = json_array();
    int error = 0;
    fact_source_open(&source, argc, argv);
    if (!add_groups(&source, root, warnings) || json_object_set(root, "warnings", warnings) != 0)
        error = -ENOMEM;
    else
        error = dump(out, root);
    fact_source_close(&source);
    json_decref(warnings);
    json_decref(root);
    return error;
}

/* A new reference; a NaN is null. */
static json_t *real(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *company_json(const struct company_report *report)
{
    const double elapsed_ns = (double)(report->elapsed_ns > 0 ? report->elapsed_ns : 1);
    json_t *programs = json_array();
    for (size_t i = 0; i < report->named_count; i++) {
        const struct neighbour *named = &report->named[i];
        char name[PROCESS_NAME_BYTES];
        json_array_append_new(programs,
                              json_pack("{s:s, s:i, s:f}", "name",
                                        text_brief(named->name, name, sizeof name), "pid",
                                        (int)named->pid, "cores",
                                        (double)named->used_ns / elapsed_ns));
    }
    return json_pack("{s:f, s:i, s:f, s:o, s:o, s:b, s:o}", "elapsed_s",
                     (double)report->elapsed_ns / (double)NS_PER_S, "cores", (int)report->cores,
                     "others_cores", report->others_cores, "steal_cores",
                     real(report->steal_cores), "cpu_pressure", real(report->pressure), "busy",
                     (int)company_is_busy(report), "programs", programs);
}

static char *while_measured(const struct company_report *report, char *line, size_t bytes)
{
    char others[FACT_TEXT_BYTES - 64];
    snprintf(line, bytes, "while this was measured, %s",
             company_line(report, others, sizeof others));
    return line;
}

int environment_add_company(const char *directory, const struct company_report *report,
                            char *message, size_t bytes)
{
    char path[PATH_MAX], line[FACT_TEXT_BYTES];
    snprintf(path, sizeof path, "%s/environment.json", directory);
    json_t *root = json_load_file(path, 0, NULL);
    int error = root == NULL ? -EIO : 0;
    if (error == 0 && json_object_set_new(root, "company", company_json(report)) != 0)
        error = -ENOMEM;
    if (error == 0 && company_is_busy(report) &&
        json_array_append_new(json_object_get(root, "warnings"),
                              json_string(while_measured(report, line, sizeof line))) != 0)
        error = -ENOMEM;
    if (error == 0)
        error = out_file_replace(path, dump, root, message, bytes);
    else if (*message == '\0')
        snprintf(message, bytes, "cannot complete %.300s: %s", path, strerror(-error));
    json_decref(root);
    return error;
}

struct command_line {
    int argc;
    char **argv;
};

static int write_facts(FILE *out, const void *context)
{
    const struct command_line *line = context;
    return environment_write(out, line->argc, line->argv);
}

int environment_keep(const char *directory, int argc, char **argv, char *message, size_t bytes)
{
    char path[PATH_MAX];
    const struct command_line line = {argc, argv};
    snprintf(path, sizeof path, "%s/environment.json", directory);
    return access(path, F_OK) == 0 ? 0 : out_file_replace(path, write_facts, &line, message, bytes);
}
