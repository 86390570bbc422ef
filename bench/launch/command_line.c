#include "bench/launch/command_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/cores.h"
#include <unistd.h>

struct words {
    char **list; /* ends with NULL */
    size_t count;
    bool short_of_memory;
};

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
    char **list = realloc(words->list, (words->count + 2) * sizeof *list);
    if (list == NULL) {
        words->short_of_memory = true;
        return;
    }
    words->list = list;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&list[words->count], format, arguments) < 0)
        words->short_of_memory = true;
    else
        words->count++;
    va_end(arguments);
    list[words->count] = NULL;
}

static void add_option(struct words *words, const char *name, const char *value)
{
    add(words, "--%s", name);
    add(words, "%s", value);
}

static void add_number(struct words *words, const char *name, uint64_t value)
{
    add(words, "--%s", name);
    add(words, "%" PRIu64, value);
}

static void add_schedule(struct words *words, const struct schedule_choice *choice)
{
    add(words, "--schedule");
    if (choice->chunk > 0)
        add(words, "%s:%zu", schedule_name(choice->schedule), choice->chunk);
    else
        add(words, "%s", schedule_name(choice->schedule));
}

char **command_line_make(const struct launch *launch, const struct cell_paths *paths,
                         uint64_t launched_ns)
{
    const struct options *options = launch->options;
    const struct cell *cell = launch->cell;
    struct words words = {0};
    if (cell->backend->python != NULL) {
        add(&words, "%s", cell->backend->python);
        add(&words, "%s", PYTHON_FLAGS);
    }
    add(&words, "%s", paths->program);
    add_option(&words, "workload", cell->workload);
    add_option(&words, "backend", cell->backend_path);
    add_number(&words, "workers", cell->workers);
    add_schedule(&words, &cell->schedule);
    add_option(&words, "on-death", options->on_death == ON_DEATH_RETRY ? "retry" : "fail");
    if (launch->retried != NULL)
        add_option(&words, "retried", launch->retried);
    else if (options->inject != NULL && !cell->spared)
        add_option(&words, "inject", options->inject);
    if (options->pin != NULL)
        add_option(&words, "pin", options->pin);
    add_number(&words, "round", launch->round);
    add_number(&words, "repetitions", options->repetitions);
    add_number(&words, "min-time-ns", options->min_time_ns);
    add_number(&words, "limit-ns", options->timeout_ns);
    add_number(&words, "patience-ns", launch->patience_ns);
    add_number(&words, "owner", (uint64_t)getpid());
    add_number(&words, "launched-ns", launched_ns);
    if (cores_quota_period_ns() > 0)
        add_number(&words, "quota-period-ns", cores_quota_period_ns());
    add_option(&words, "board", paths->board);
    add_option(&words, "samples", paths->rows);
    if (*paths->results != '\0')
        add_option(&words, "results", paths->results);
    if (*paths->trace != '\0')
        add_option(&words, "trace", paths->trace);
    add(&words, "--");
    for (size_t i = 0; i < options->flag_count; i++)
        if (*paths->gbench == '\0' ||
            strncmp(options->flags[i], "--benchmark_out=", strlen("--benchmark_out=")) != 0)
            add(&words, "%s", options->flags[i]);
    if (*paths->gbench != '\0')
        add(&words, "--benchmark_out=%s", paths->gbench);
    if (words.short_of_memory) {
        command_line_free(words.list);
        return NULL;
    }
    return words.list;
}

void command_line_free(char **argv)
{
    for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
        free(argv[i]);
    free(argv);
}
