/*
 * report - one HTML page of a run: what was found, in which pictures and tables, on which machine.
 *
 * It is made from the files of the run's directory and from nothing else. A file that is not there
 * leaves its part out, with a line that says which command would make it; the page needs no
 * network, and reads the same without its script.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/registry.h"
#include "bench/command/commands.h"
#include "bench/command/cores.h"
#include "bench/data/out_file.h"
#include "bench/data/text.h"
#include "bench/present/html.h"
#include "bench/present/table.h"
#include "bench/report/findings.h"
#include "bench/report/page.h"

#define MESSAGE_BYTES 512
#define NAME_BYTES    (PATH_MAX + 64)

struct price { /* one CSV of the price list */
    const char *file, *title, *group, *command;
    void (*find)(struct findings *findings, const struct csv_table *csv);
};

static const struct price prices[] = {
    {"ipc.csv", "Messages", "transport", "bench ipc", findings_of_ipc},
    {"spawn.csv", "Starting and ending", NULL, "bench spawn", findings_of_spawn},
    {"metg.csv", "The smallest task that pays", NULL, "bench metg", findings_of_metg},
};
#define PRICES (sizeof prices / sizeof prices[0])

struct report {
    const char *directory;
    json_t *environment; /* NULL: there is none */
    struct sample_table samples;
    struct summary_table summary;
    struct csv_table prices[PRICES];
    struct findings findings;
    size_t sources; /* files with figures that were found */
    char message[MESSAGE_BYTES];
};

/* ---- reading ----------------------------------------------------------------------------------
 */

/* Opens a file of the run; *file is NULL where there is none. Returns 0 or, where it cannot be
 * read, a negative errno with the message. */
static int open_file(struct report *report, const char *name, char *path, size_t bytes, FILE **file)
{
    snprintf(path, bytes, "%s/%s", report->directory, name);
    *file = fopen(path, "re");
    if (*file != NULL || errno == ENOENT)
        return 0;
    int error = -errno;
    snprintf(report->message, MESSAGE_BYTES, "cannot read %.300s: %s", path, strerror(-error));
    return error;
}

static int read_environment(struct report *report)
{
    char path[NAME_BYTES];
    json_error_t fault;
    FILE *file;
    int error = open_file(report, "environment.json", path, sizeof path, &file);
    if (file == NULL)
        return error;
    report->environment = json_loadf(file, JSON_REJECT_DUPLICATES, &fault);
    fclose(file);
    if (report->environment == NULL)
        snprintf(report->message, MESSAGE_BYTES, "%.300s, line %d: %s", path, fault.line,
                 fault.text);
    return report->environment == NULL ? -EINVAL : 0;
}

static unsigned cores_then(const struct report *report)
{
    const json_t *cores = json_object_get(json_object_get(report->environment, "cores"), "usable");
    json_int_t count = json_is_integer(cores) ? json_integer_value(cores) : 0;
    return count > 0 && count < INT_MAX ? (unsigned)count : cores_usable();
}

/* The place of a backend in lists: as in the registry, what is not there last. */
static ptrdiff_t rank_of(const char *backend)
{
    const struct registry_entry *entry = registry_find(backend);
    return entry != NULL ? entry - backend_registry : PTRDIFF_MAX;
}

/* Cells were measured in shuffled order; people read them in that of the lists, and the sizes of a
 * workload as they grow, which serial's rows decide: they stand first. */
static int by_backend(const void *a, const void *b)
{
    const struct summary *one = a, *other = b;
    ptrdiff_t left = rank_of(one->backend), right = rank_of(other->backend);
    int order = (left > right) - (left < right);
    if (order == 0)
        order = strcmp(one->backend, other->backend);
    if (order == 0)
        order = strcmp(one->workload, other->workload);
    if (order == 0)
        order = strcmp(one->schedule, other->schedule);
    if (order == 0)
        order = (one->workers > other->workers) - (one->workers < other->workers);
    return order != 0 ? order
                      : (one->median_ns > other->median_ns) - (one->median_ns < other->median_ns);
}

static int read_samples(struct report *report)
{
    char path[NAME_BYTES];
    size_t dropped;
    FILE *file;
    int error = open_file(report, "samples.csv", path, sizeof path, &file);
    if (file == NULL)
        return error;
    error = sample_read(file, path, &report->samples, &dropped, report->message, MESSAGE_BYTES);
    fclose(file);
    if (error == 0 && dropped > 0)
        command_note_cut_off(path);
    if (error == 0)
        error = summary_make(&report->samples, cores_then(report), &report->summary);
    if (error == 0 && report->summary.count > 0)
        qsort(report->summary.rows, report->summary.count, sizeof report->summary.rows[0],
              by_backend);
    report->sources++;
    return error;
}

static int read_price(struct report *report, size_t i)
{
    char path[NAME_BYTES];
    FILE *file;
    int error = open_file(report, prices[i].file, path, sizeof path, &file);
    if (file == NULL)
        return error;
    error = csv_table_read(file, path, &report->prices[i], report->message, MESSAGE_BYTES);
    fclose(file);
    if (error == 0 && report->prices[i].dropped > 0)
        command_note_cut_off(path);
    report->sources++;
    return error;
}

static int read_all(struct report *report)
{
    int error = read_environment(report);
    if (error == 0)
        error = read_samples(report);
    for (size_t i = 0; error == 0 && i < PRICES; i++)
        error = read_price(report, i);
    if (error == 0 && report->sources == 0) {
        snprintf(
            report->message, MESSAGE_BYTES,
            "report: there is no samples.csv in '%.200s', nor any other figures: run bench with "
            "-o %.200s first",
            report->directory, report->directory);
        error = -ENOENT;
    }
    if (error == 0) {
        findings_of_cells(&report->findings, &report->summary);
        for (size_t i = 0; i < PRICES; i++)
            prices[i].find(&report->findings, &report->prices[i]);
        error = report->findings.error;
    }
    return error;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static const char *text_at(const struct report *report, const char *group, const char *name)
{
    const json_t *value = json_object_get(json_object_get(report->environment, group), name);
    return json_is_string(value) ? json_string_value(value) : "not known";
}

static void put_head(FILE *out, const struct report *report)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<title>parbench report</title>\n<style>\n",
          out);
    fputs(page_style, out);
    fputs("</style>\n</head>\n<body>\n<h1>What parallelism costs</h1>\n<p class=\"lead\">"
          "parbench, measured on ",
          out);
    html_text(out, text_at(report, "machine", "processor"));
    fputs(", ", out);
    html_text(out, text_at(report, "system", "kernel"));
    fputs(", at ", out);
    html_text(out, text_at(report, "run", "date_utc"));
    fputs(".</p>\n<nav><a href=\"#findings\">Findings</a><a href=\"#plots\">Plots</a>"
          "<a href=\"#tables\">Tables</a><a href=\"#limits\">Limits</a>"
          "<a href=\"#method\">Method</a><a href=\"#environment\">Environment</a></nav>\n",
          out);
}

static void put_findings(FILE *out, const struct report *report)
{
    fputs("<h2 id=\"findings\">Findings</h2>\n<ol class=\"findings\">\n", out);
    for (size_t i = 0; i < report->findings.count; i++) {
        fputs("<li>", out);
        html_text(out, report->findings.texts[i]);
        fputs("</li>\n", out);
    }
    fputs("</ol>\n<details><summary>How these sentences come about</summary>\n"
          "<p>They are made by rules from the figures below. A backend <em>surely beats</em> the "
          "loop "
          "if the whole 95 % interval of its speedup lies above 1, and <em>surely loses</em> if it "
          "lies below; each backend counts with its best cell, which is the fastest of those that "
          "surely beat the loop or, if none does, of all. Two figures are only compared in words "
          "where both were measured in this run, and Python with C where their intervals do not "
          "overlap. Transports are compared between processes, on different cores where that was "
          "measured. What failed, was not verified or was disturbed by "
          "other programs enters nothing.</p></details>\n",
          out);
}

static void put_missing(FILE *out, const char *what, const char *command, const char *directory)
{
    fprintf(out, "<p class=\"note\">%s: not measured here; <code>%s ", what, command);
    html_text(out, directory);
    fputs("</code> would.</p>\n", out);
}

static int put_plots(FILE *out, const struct report *report)
{
    size_t count;
    fputs("<h2 id=\"plots\">Plots</h2>\n", out);
    int error = page_pictures(out, report->directory, &count);
    if (count == 0)
        put_missing(out, "Plots", "bench plot", report->directory);
    return error;
}

static int put_tables(FILE *out, const struct report *report)
{
    char command[64];
    int error = 0;
    fputs("<h2 id=\"tables\">Tables</h2>\n<p>A click on a column's head sorts by it. "
          "<em>Median</em> is one map over all tasks on workers that already run, <em>+-</em> half "
          "of "
          "the 95 % interval beside it, <em>speedup</em> is against the serial loop within rounds, "
          "<em>capacity</em> how many cores' worth of compute the machine gave to so many workers, "
          "<em>used</em> how much of that became speedup, <em>dispatch</em> the rest, for each "
          "task.</p>\n",
          out);
    if (report->summary.count > 0)
        error = table_print(out, &report->summary, TABLE_HTML);
    else
        put_missing(out, "Cells", "bench -o", report->directory);
    for (size_t i = 0; error == 0 && i < PRICES; i++) {
        snprintf(command, sizeof command, "%s -o", prices[i].command);
        if (report->prices[i].rows == 0)
            put_missing(out, prices[i].title, command, report->directory);
        else
            error = page_price_table(out, &report->prices[i], prices[i].title, prices[i].group);
    }
    return error;
}

static void put_method(FILE *out)
{
    fputs(
        "<h2 id=\"method\">How it was measured</h2>\n"
        "<p>Each cell (backend, workload, workers, schedule) runs in a process of its own, after a "
        "warm-up, in several rounds in shuffled order. One row of samples.csv is one map over all "
        "tasks, timed by CLOCK_MONOTONIC around nothing else; its results are compared, byte by "
        "byte, with those of the plain loop and with the known answer, outside of the timed part. "
        "Medians are over rounds of each round's median, as samples of one process resemble each "
        "other; ratios are taken within rounds; the 95 % intervals of both are distribution-free, "
        "from the ranks of rounds. Capacity is measured beside the "
        "samples by pinned processes that call the same kernel and talk to nobody. The project's "
        "docs/measuring.md has the formulas and their sources.</p>\n",
        out);
}

static int put_page(FILE *out, const void *context)
{
    const struct report *report = context;
    put_head(out, report);
    put_findings(out, report);
    int error = put_plots(out, report);
    if (error == 0)
        error = put_tables(out, report);
    fputs("<h2 id=\"limits\">What this machine can't show</h2>\n", out);
    if (error == 0)
        error = page_limits(out, report->environment, &report->summary);
    put_method(out);
    fputs("<h2 id=\"environment\">Environment</h2>\n", out);
    if (error == 0)
        error = page_environment(out, report->environment);
    fputs("<script>\n", out);
    fputs(page_script, out);
    fputs("</script>\n</body>\n</html>\n", out);
    return error;
}

/* ---- the command ------------------------------------------------------------------------------
 */

static void close_report(struct report *report)
{
    findings_free(&report->findings);
    for (size_t i = 0; i < PRICES; i++)
        csv_table_free(&report->prices[i]);
    summary_free(&report->summary);
    sample_table_free(&report->samples);
    json_decref(report->environment);
}

static void help(void)
{
    printf(
        "Usage: bench report DIR\n\n"
        "Makes DIR/report.html from what is in DIR, and from nothing else: samples.csv (bench "
        "-o),\n"
        "ipc.csv, spawn.csv and metg.csv (bench ipc, spawn and metg, each with -o), the plots in\n"
        "DIR/plots (bench plot DIR) and environment.json. What is not there is left out, and the\n"
        "page says which command would make it. It is one file that needs no network. The "
        "findings\n"
        "are printed as well.\n");
}

int report_command(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        help();
        return COMMAND_OK;
    }
    if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0')
        return command_refuse("report: of which run? Write bench report DIR, where DIR is what -o "
                              "named, and ./DIR if that begins with -");
    int status = command_check_run("report", argv[1]);
    if (status != COMMAND_OK)
        return status;
    char path[NAME_BYTES];
    struct report report = {.directory = argv[1]};
    snprintf(path, sizeof path, "%s/report.html", argv[1]);
    int error = read_all(&report);
    if (error == 0)
        error = out_file_replace(path, put_page, &report, report.message, MESSAGE_BYTES);
    if (error != 0) {
        text_clean(report.message);
        fprintf(stderr, "bench: %s\n", *report.message != '\0' ? report.message : strerror(-error));
    }
    for (size_t i = 0; error == 0 && i < report.findings.count; i++)
        printf("- %s\n", report.findings.texts[i]);
    if (error == 0)
        printf("The page: %s\n", path);
    close_report(&report);
    return error == 0 ? COMMAND_OK : COMMAND_FAILED;
}
