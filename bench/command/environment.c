#include "bench/command/environment.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "bench/command/facts/fact.h"

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

int environment_write(FILE *out, int argc, char **argv)
{
    struct fact_source source;
    json_t *root = json_object(), *warnings = json_array();
    int error = 0;
    fact_source_open(&source, argc, argv);
    if (!add_groups(&source, root, warnings) || json_object_set(root, "warnings", warnings) != 0)
        error = -ENOMEM;
    else if (json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) != 0 ||
             fputc('\n', out) == EOF)
        error = -EIO;
    fact_source_close(&source);
    json_decref(warnings);
    json_decref(root);
    return error;
}

int environment_keep(const char *directory, int argc, char **argv)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/environment.json", directory);
    FILE *file = fopen(path, "wxe");
    if (file == NULL)
        return errno == EEXIST ? 0 : -errno;
    int error = environment_write(file, argc, argv);
    return fclose(file) != 0 ? -errno : error;
}
