/*
 * list - what there is: backends, workloads with their parameters, schedules.
 *
 * Each list is filled into an array of records, which listing.h prints in any format.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/registry.h"
#include "bench/command/commands.h"
#include "bench/command/listing.h"
#include "bench/launch/describe.h"
#include "workloads/workload.h"

#define ENTRIES_MAX 128
#define LINE_BYTES  512

struct backend_entry {
    const char *backend, *mechanism, *per_task, *dynamic, *fixed, *here;
};

static const struct column backend_columns[] = {
    COLUMN(backend_entry, backend, COLUMN_TEXT),
    COLUMN(backend_entry, mechanism, COLUMN_TEXT),
    COLUMN(backend_entry, per_task, COLUMN_TEXT),
    COLUMN(backend_entry, dynamic, COLUMN_TEXT),
    {"static", offsetof(struct backend_entry, fixed), COLUMN_TEXT, false},
    COLUMN(backend_entry, here, COLUMN_TEXT),
};

struct workload_entry {
    const char *workload, *summary, *lecture, *parameter, *initial;
    uint64_t least, most;
    const char *meaning;
};

static const struct column workload_columns[] = {
    COLUMN(workload_entry, workload, COLUMN_TEXT),
    COLUMN(workload_entry, summary, COLUMN_TEXT),
    COLUMN(workload_entry, lecture, COLUMN_TEXT),
    COLUMN(workload_entry, parameter, COLUMN_TEXT),
    {"default", offsetof(struct workload_entry, initial), COLUMN_TEXT, false},
    COLUMN(workload_entry, least, COLUMN_COUNT),
    COLUMN(workload_entry, most, COLUMN_COUNT),
    COLUMN(workload_entry, meaning, COLUMN_TEXT),
};

struct schedule_entry {
    const char *schedule, *lecture, *meaning;
};

static const struct column schedule_columns[] = {
    COLUMN(schedule_entry, schedule, COLUMN_TEXT),
    COLUMN(schedule_entry, lecture, COLUMN_TEXT),
    COLUMN(schedule_entry, meaning, COLUMN_TEXT),
};

static const struct schedule_entry schedules[] = {
    {"per-task", "25.1", "a fresh worker for each task; at most --workers at a time"},
    {"dynamic", "25.2", "a free worker takes the next tasks, which evens out uneven ones"},
    {"dynamic:CHUNK", "25.2", "the same with CHUNK tasks at a time: more of them, fewer messages"},
    {"static", "25.3", "split beforehand into equal shares; what is too big for one message goes in pieces"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *has_schedule(const struct description *description, enum schedule schedule)
{
    if (description->summary[0] == '\0')
        return "?"; /* it could not be asked */
    return description->lacks[schedule] == NULL ? "yes" : "no";
}

static int list_backends(enum table_format format)
{
    const char *names[ENTRIES_MAX];
    struct backend_entry entries[ENTRIES_MAX];
    struct description *descriptions;
    size_t count = 0;
    for (; count < ENTRIES_MAX && backend_registry[count].name != NULL; count++)
        names[count] = backend_registry[count].name;
    int error = describe_backends(names, count, &descriptions);
    if (error != 0)
        return error;
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct backend_entry){
            .backend = names[i],
            .mechanism = descriptions[i].summary,
            .per_task = has_schedule(&descriptions[i], SCHEDULE_PER_TASK),
            .dynamic = has_schedule(&descriptions[i], SCHEDULE_DYNAMIC),
            .fixed = has_schedule(&descriptions[i], SCHEDULE_STATIC),
            .here = descriptions[i].problem != NULL ? descriptions[i].problem : "runs",
        };
    }
    const struct listing listing = {
        .option = "--backend",
        .meaning = "mechanisms that run tasks on workers",
        .columns = backend_columns,
        .column_count = COUNT(backend_columns),
        .entries = entries,
        .count = count,
        .entry_bytes = sizeof entries[0],
    };
    error = listing_print(stdout, &listing, format);
    describe_free(descriptions, count);
    return error;
}

static int list_workloads(enum table_format format)
{
    struct workload_entry entries[ENTRIES_MAX];
    size_t count = 0;
    for (size_t i = 0; workload_registry[i] != NULL; i++) {
        const struct workload *workload = workload_registry[i];
        for (const struct parameter *parameter = workload->parameters;
             parameter->name != NULL && count < ENTRIES_MAX; parameter++)
            entries[count++] = (struct workload_entry){
                .workload = workload->name,
                .summary = workload->summary,
                .lecture = workload->lecture,
                .parameter = parameter->name,
                .initial = parameter->initial != NULL ? parameter->initial : "",
                .least = (uint64_t)parameter->least,
                .most = (uint64_t)parameter->most,
                .meaning = parameter->meaning,
            };
    }
    const struct listing listing = {
        .columns = workload_columns,
        .column_count = COUNT(workload_columns),
        .entries = entries,
        .count = count,
        .entry_bytes = sizeof entries[0],
    };
    return listing_print(stdout, &listing, format);
}

static int list_schedules(enum table_format format)
{
    const struct listing listing = {
        .option = "--schedule",
        .meaning = "how tasks reach workers",
        .columns = schedule_columns,
        .column_count = COUNT(schedule_columns),
        .entries = schedules,
        .count = COUNT(schedules),
        .entry_bytes = sizeof schedules[0],
    };
    return listing_print(stdout, &listing, format);
}

static const struct {
    const char *name;
    int (*print)(enum table_format format);
} lists[] = {
    {"backends", list_backends}, {"workloads", list_workloads}, {"schedules", list_schedules}};

static int print_lists(const char *wanted, enum table_format format)
{
    char problem[LINE_BYTES];
    int error = 0;
    for (size_t i = 0; i < COUNT(lists) && error == 0; i++) {
        if (wanted != NULL && strcmp(wanted, lists[i].name) != 0)
            continue;
        if (wanted == NULL && i > 0)
            puts("");
        error = lists[i].print(format);
    }
    if (error == 0)
        return COMMAND_OK;
    fprintf(stderr, "bench: %s\n", describe_error(error, problem, sizeof problem));
    return COMMAND_FAILED;
}

static bool is_list(const char *word)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        if (strcmp(word, lists[i].name) == 0)
            return true;
    return false;
}

int list_command(int argc, char **argv)
{
    enum table_format format = TABLE_TERMINAL;
    const char *wanted = NULL;
    char line[LINE_BYTES];
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = NULL;
        if (strcmp(word, "--help") == 0) {
            puts("Usage: bench list [backends|workloads|schedules] [--format FORMAT]\n"
                 "Lists what there is: backends and whether they run here, workloads with their\n"
                 "parameters, schedules. FORMAT is table, csv, json, markdown or latex; csv and "
                 "json\n"
                 "need one of the three named.");
            return COMMAND_OK;
        }
        if (strncmp(word, "--format=", 9) == 0)
            value = word + 9;
        else if (strcmp(word, "--format") == 0 && i + 1 < argc)
            value = argv[++i];
        if (value != NULL && table_format_parse(value, &format, line, sizeof line) != 0)
            return command_refuse("--format: %s", line);
        if (value == NULL && !is_list(word))
            return command_refuse("list: '%s' is out of place: write backends, workloads or "
                                  "schedules, and perhaps --format json",
                                  word);
        if (value == NULL)
            wanted = word;
    }
    if (wanted == NULL && (format == TABLE_CSV || format == TABLE_JSON))
        return command_refuse("list: a csv or json holds one list: write bench list backends, "
                              "workloads or schedules");
    return print_lists(wanted, format);
}
