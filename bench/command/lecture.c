/*
 * lecture - the lecture's three programs, as they print, and where their time went.
 *
 * Each example is one workload on the mechanism that the lecture uses, with four workers. What it
 * prints comes from the results of the last map and from its trace: who ran which task, and when.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/command/options.h"
#include "bench/present/figures.h"
#include "bench/suite/suite.h"

struct example {
    const char *number, *title;
    const char *workload, *schedule;
    const char *c_backends, *python_backends; /* the first is the lecture's own mechanism */
    void (*tell)(const struct example *example, const struct launched *launched,
                 const struct sample *row);
};

/* ---- what the programs print ---------------------------------------------------------------- */

struct line { /* of one task */
    char *text;
    const struct trace_record *record;
    size_t task;
};

static int by_begin(const void *a, const void *b)
{
    uint64_t one = ((const struct line *)a)->record->begin_ns;
    uint64_t other = ((const struct line *)b)->record->begin_ns;
    return (one > other) - (one < other);
}

static int by_end(const void *a, const void *b)
{
    uint64_t one = ((const struct line *)a)->record->end_ns;
    uint64_t other = ((const struct line *)b)->record->end_ns;
    return (one > other) - (one < other);
}

/* "(15000, 1754)" before "(20000, 2262)": as Python sorts tuples, by the first number. */
static int by_value(const void *a, const void *b)
{
    long one = strtol(((const struct line *)a)->text + 1, NULL, 10);
    long other = strtol(((const struct line *)b)->text + 1, NULL, 10);
    return (one > other) - (one < other);
}

/* Cuts the results into lines, one a task; the caller frees the array. */
static struct line *split(const struct launched *launched, size_t *count)
{
    size_t most = launched->trace->count;
    struct line *lines = calloc(most + 1, sizeof *lines);
    char *rest = launched->results, *text;
    for (*count = 0; lines != NULL && *count < most && (text = strsep(&rest, "\n")) != NULL;)
        if (rest != NULL) {
            lines[*count] = (struct line){text, &launched->trace->records[*count], *count};
            ++*count;
        }
    return lines;
}

static void print_list(const char *head, const struct line *lines, size_t count)
{
    printf("%s[", head);
    for (size_t i = 0; i < count; i++)
        printf("%s%s", i > 0 ? ", " : "", lines[i].text);
    printf("]\n");
}

static const char *time_text(uint64_t ns)
{
    static char texts[8][FIGURE_BYTES]; /* several in one printf */
    static unsigned next;
    return figure_time((double)ns, texts[next++ % 8], FIGURE_BYTES);
}

/* 25.1: processes begin and end in their own order, and append in that of their ends. */
static void tell_manager(const struct example *example, const struct launched *launched,
                         const struct sample *row)
{
    size_t count;
    struct line *lines = split(launched, &count);
    (void)example;
    if (lines == NULL)
        return;
    qsort(lines, count, sizeof lines[0], by_begin);
    for (size_t i = 0; i < count; i++)
        printf("Worker %zu in PID %d\n", lines[i].task, lines[i].record->pid);
    qsort(lines, count, sizeof lines[0], by_end);
    for (size_t i = 0; i < count; i++)
        printf("%s\n", lines[i].text);
    printf("All workers done in %s\n", time_text(row->wall_ns));
    for (size_t i = 0; i < count; i++) {
        const char *total = strrchr(lines[i].text, ' ');
        printf("%s(%zu, %s", i == 0 ? "Results: [" : ", ", lines[i].task,
               total != NULL ? total + 1 : "?");
        printf("%s", i + 1 < count ? ")" : ")]\n");
    }
    free(lines);
}

/* 25.2: who took which limit off the queue, then the sorted list. */
static void tell_queue(const struct example *example, const struct launched *launched,
                       const struct sample *row)
{
    size_t count;
    struct line *lines = split(launched, &count);
    (void)example;
    if (lines == NULL)
        return;
    qsort(lines, count, sizeof lines[0], by_begin);
    for (size_t i = 0; i < count; i++)
        printf("Worker %d in PID %d takes task %zu\n", lines[i].record->worker,
               lines[i].record->pid, lines[i].task);
    qsort(lines, count, sizeof lines[0], by_value);
    print_list("Results: ", lines, count);
    printf("Done in %s\n", time_text(row->wall_ns));
    free(lines);
}

/* 25.3: the loop, or a pool and how it compares. */
static void tell_pool(const struct example *example, const struct launched *launched,
                      const struct sample *row)
{
    size_t count;
    struct line *lines = split(launched, &count);
    (void)example;
    if (lines == NULL)
        return;
    if (strcmp(row->backend, "serial") == 0)
        printf("Sequential: %s\n", time_text(row->wall_ns));
    else
        printf("Pool (%llu workers): %s\n", (unsigned long long)row->workers,
               time_text(row->wall_ns));
    if (count > 0)
        printf("Sample result: %s\n", lines[0].text);
    free(lines);
}

static const struct example examples[] = {
    {"25.1", "a process for each task; results appended to a manager's list", "sum", "per-task",
     "manager", "python-manager", tell_manager},
    {"25.2", "a task queue, a result queue, one sentinel for each worker", "primes", "dynamic:1",
     "shm", "python-queue", tell_queue},
    {"25.3", "a pool of workers against the loop", "resize", "dynamic", "pipes", "python-pool",
     tell_pool},
};
#define EXAMPLES (sizeof examples / sizeof examples[0])

/* ---- one example ---------------------------------------------------------------------------- */

/* The last row that was verified, or NULL. */
static const struct sample *last_row(const struct sample_table *rows)
{
    for (size_t i = rows->count; i > 0; i--)
        if (rows->rows[i - 1].verified)
            return &rows->rows[i - 1];
    return NULL;
}

static void tell(const void *context, const struct cell *cell, const struct launched *launched)
{
    const struct example *example = context;
    const struct sample *row = last_row(&launched->rows);
    printf("\n--- %s%s\n", cell->backend->name,
           strcmp(cell->backend->name, "serial") == 0 ? " (the plain loop, for comparison)" : "");
    if (row == NULL || launched->results == NULL || launched->trace == NULL) {
        printf("%s\n", launched->rows.count > 0
                           ? launched->rows.rows[launched->rows.count - 1].status
                           : "nothing was measured");
        return;
    }
    example->tell(example, launched, row);
    printf("Where the time went: start %s, then %s: send %s, compute %s, collect %s; stop %s\n",
           time_text(row->start_ns), time_text(row->wall_ns), time_text(row->send_ns),
           time_text(row->compute_ns), time_text(row->collect_ns), time_text(row->stop_ns));
    if (row->disturbed)
        printf("Other programs took this machine meanwhile: these times are theirs as well.\n");
}

static int run_example(const struct example *example, bool python, int argc, char **argv)
{
    char backends[128], message[OPTIONS_LINE_BYTES];
    struct options options;
    snprintf(backends, sizeof backends, "%s%s%s", example->c_backends, python ? "," : "",
             python ? example->python_backends : "");
    char *words[] = {(char *)"lecture",
                     (char *)"--backend",
                     backends,
                     (char *)"--workload",
                     (char *)example->workload,
                     (char *)"--schedule",
                     (char *)example->schedule,
                     (char *)"--workers",
                     (char *)"4",
                     (char *)"--rounds",
                     (char *)"1",
                     (char *)"--results",
                     (char *)"--format",
                     (char *)"table"};
    if (options_parse(&options, sizeof words / sizeof words[0], words, message, sizeof message) !=
        OPTIONS_RUN)
        return command_refuse("%s", message);
    printf("Example %s: %s\n", example->number, example->title);
    const struct suite_teller teller = {.tell = tell, .context = example};
    int status = suite_tell(&options, &teller, argc, argv);
    options_free(&options);
    return status;
}

static void help(FILE *out)
{
    fprintf(out,
            "Usage: bench lecture 25.1|25.2|25.3 [--python]\n\n"
            "Runs an example of the lecture as it stands there: 4 workers, its parameters; it\n"
            "prints what the lecture's program prints, and where the time went. With --python\n"
            "CPython's own multiprocessing runs the same compiled kernel beside it.\n\n");
    for (size_t i = 0; i < EXAMPLES; i++)
        fprintf(out, "  %s  %s (%s on %s; %s)\n", examples[i].number, examples[i].title,
                examples[i].workload, examples[i].c_backends, examples[i].python_backends);
}

int lecture_command(int argc, char **argv)
{
    const struct example *example = NULL;
    bool python = false;
    for (int i = 1; i < argc; i++) {
        const struct example *found = NULL;
        for (size_t e = 0; e < EXAMPLES; e++)
            if (strcmp(argv[i], examples[e].number) == 0)
                found = &examples[e];
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help(stdout);
            return COMMAND_OK;
        }
        if (strcmp(argv[i], "--python") == 0)
            python = true;
        else if (found == NULL || example != NULL)
            return command_refuse("lecture: '%s' is not an example: write one of 25.1, 25.2 and "
                                  "25.3, and --python if you like",
                                  argv[i]);
        else
            example = found;
    }
    if (example == NULL)
        return command_refuse("lecture: which example? Write 25.1, 25.2 or 25.3");
    return run_example(example, python, argc, argv);
}
