/*
 * plot - pictures of a run, by gnuplot: one for each plot (plots.h) whose file is there.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/command/commands.h"
#include "bench/data/out_file.h"
#include "bench/data/text.h"
#include "bench/plot/draw.h"
#include "bench/plot/formats.h"
#include "bench/plot/plots.h"

#define MESSAGE_BYTES 512
#define PATH_BYTES    (PATH_MAX + 64)

struct plotting {
    const char *directory, *output; /* output NULL: directory/plots */
    const char *formats, *only;     /* lists by comma; only NULL: all */
    bool quiet;
    struct janitor janitor;
    size_t made, failed;
};

/* Whether the list by comma holds the word; NULL holds all. */
static bool listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; list != NULL; list = strchr(list, ',')) {
        list += *list == ',';
        if (strncmp(list, word, length) == 0 && (list[length] == ',' || list[length] == '\0'))
            return true;
    }
    return false;
}

/* How many of its words are known; -1: one is not. An empty word is none of them. */
static int known_words(const char *list, const char *(*name)(size_t index))
{
    int words = 1, known = 0;
    for (const char *at = list; *at != '\0'; at++)
        words += *at == ',';
    for (size_t i = 0; name(i) != NULL; i++)
        known += listed(list, name(i));
    return known == words ? known : -1;
}

static const char *plot_name(size_t index)
{
    return plots[index] != NULL ? plots[index]->name : NULL;
}

static void fail(struct plotting *plotting, const struct plot *plot, char *why)
{
    plotting->failed++;
    text_clean(why);
    fprintf(stderr, "bench: plot: %s: %s\n", plot->name, why);
}

/* Draws in every format asked for. A picture that fails is told; the others go on. */
static void draw_formats(struct plotting *plotting, const struct plot *plot,
                         const struct picture *picture, int rows)
{
    for (size_t i = 0; format_name(i) != NULL; i++) {
        char target[PATH_BYTES], message[MESSAGE_BYTES];
        struct drawing drawing;
        if (!listed(plotting->formats, format_name(i)))
            continue;
        format_drawing(i, plot, picture, rows, &drawing);
        snprintf(target, sizeof target, "%s/%s.%s", plotting->output, plot->name, drawing.ending);
        if (draw(&plotting->janitor, &drawing, target, message, sizeof message) == 0) {
            plotting->made++;
            if (!plotting->quiet)
                printf("%s\n", target);
        } else {
            fail(plotting, plot, message);
        }
    }
}

/* Writes the table that the script reads; returns as plot.write, with a line in message[bytes]
 * where that is below 0. */
static int write_table(struct plotting *plotting, const struct plot *plot,
                       const struct csv_table *csv, struct picture *picture, char *message,
                       size_t bytes)
{
    char path[PATH_BYTES];
    FILE *out;
    *message = '\0';
    snprintf(path, sizeof path, "%s/%s.dat", plotting->janitor.directory, plot->name);
    int error = out_file_open(path, true, &out);
    if (error != 0) {
        snprintf(message, bytes, "cannot write %.300s: %s", path, out_file_problem(error));
        return error;
    }
    int rows = plot->write(out, csv, picture);
    error = out_file_close(out, path, rows < 0 ? rows : 0, message, bytes);
    return error != 0 ? error : rows;
}

static void skip(const struct plotting *plotting, const struct plot *plot, const char *why)
{
    if (!plotting->quiet)
        fprintf(stderr, "bench: plot: %s: skipped, %s %s; make it by: %s\n", plot->name, plot->file,
                why, plot->command);
}

/* Reads one file of the run; -ENOENT: it is not there. Another error is told. */
static int read_table(struct plotting *plotting, const struct plot *plot, const char *file,
                      struct csv_table *csv)
{
    char path[PATH_BYTES], message[MESSAGE_BYTES];
    snprintf(path, sizeof path, "%s/%s", plotting->directory, file);
    FILE *in = fopen(path, "re");
    if (in == NULL && errno == ENOENT)
        return -ENOENT;
    int error = in == NULL ? -errno : csv_table_read(in, path, csv, message, sizeof message);
    if (in == NULL)
        snprintf(message, sizeof message, "%.400s: %s", path, strerror(-error));
    else
        fclose(in);
    if (error != 0)
        fail(plotting, plot, message);
    else if (csv->dropped > 0)
        command_note_cut_off(path);
    return error == -ENOENT ? -EIO : error;
}

static void plot_tables(struct plotting *plotting, const struct plot *plot,
                        const struct csv_table csv[2])
{
    char message[MESSAGE_BYTES];
    struct picture picture = {.panels = 1};
    int rows = write_table(plotting, plot, csv, &picture, message, sizeof message);
    if (rows > 0) {
        draw_formats(plotting, plot, &picture, rows);
    } else if (rows == 0) {
        skip(plotting, plot, "has no row with such a figure");
    } else {
        fail(plotting, plot, message);
    }
}

static void plot_one(struct plotting *plotting, const struct plot *plot)
{
    struct csv_table csv[2] = {{.fields = NULL}, {.fields = NULL}};
    int error = read_table(plotting, plot, plot->file, &csv[0]), beside = 0;
    if (error == -ENOENT)
        skip(plotting, plot, "is not there");
    if (error == 0 && plot->beside != NULL)
        beside = read_table(plotting, plot, plot->beside, &csv[1]);
    if (error == 0 && (beside == 0 || beside == -ENOENT))
        plot_tables(plotting, plot, csv);
    csv_table_free(&csv[1]);
    csv_table_free(&csv[0]);
}

static int plot_all(struct plotting *plotting)
{
    char message[MESSAGE_BYTES];
    if (janitor_start(&plotting->janitor, message, sizeof message) != 0) {
        fprintf(stderr, "bench: plot: %s\n", message);
        return COMMAND_FAILED;
    }
    for (size_t i = 0; plots[i] != NULL; i++)
        if (plotting->only == NULL || listed(plotting->only, plots[i]->name))
            plot_one(plotting, plots[i]);
    janitor_stop(&plotting->janitor);
    return plotting->failed > 0 || plotting->made == 0 ? COMMAND_FAILED : COMMAND_OK;
}

static int help(void)
{
    printf("Usage: bench plot DIR [--output DIR] [--format svg,pdf,png,latex] [--only NAME,...]\n"
           "                      [--quiet]\n"
           "Draws a run that -o DIR kept, by gnuplot, into DIR/plots (or --output):\n");
    for (size_t i = 0; plots[i] != NULL; i++)
        printf("  %-14s %s\n", plots[i]->name, plots[i]->about);
    printf(
        "A plot whose file is missing is skipped, with a line that says which command makes it.\n"
        "Formats: svg, pdf, png, latex; all of them by default. The last is NAME.tex, whose text "
        "LaTeX sets, "
        "and\n"
        "NAME-latex.pdf, which it includes. For all of them a document needs\n"
        "  \\usepackage{graphicx,color} \\graphicspath{{DIR/plots/}}\n"
        "and where the plot shall stand\n"
        "  \\resizebox{\\linewidth}{!}{\\input{DIR/plots/NAME}}\n");
    return COMMAND_OK;
}

/* Returns -1 to go on, or the exit status. */
static int parse(struct plotting *plotting, int argc, char **argv)
{
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"format", required_argument, NULL, 'f'},
        {"only", required_argument, NULL, 'n'},   {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1;) {
        switch (option) {
        case 'o':
            plotting->output = optarg;
            break;
        case 'f':
            plotting->formats = optarg;
            break;
        case 'n':
            plotting->only = optarg;
            break;
        case 'q':
            plotting->quiet = true;
            break;
        case 'h':
            return help();
        default:
            return command_refuse(
                "plot: an option is unknown or lacks its value; see bench plot --help");
        }
    }
    if (optind + 1 != argc || argv[optind][0] == '\0')
        return command_refuse(
            "plot: of which run? Write bench plot DIR, where DIR is what -o named");
    if (known_words(plotting->formats, format_name) < 0)
        return command_refuse("plot: --format takes svg, pdf, png and latex, with commas between");
    if (plotting->only != NULL && known_words(plotting->only, plot_name) < 0)
        return command_refuse("plot: --only takes names of bench plot --help, with commas between");
    plotting->directory = argv[optind];
    return -1;
}

int plot_command(int argc, char **argv)
{
    struct plotting plotting = {.formats = "svg,pdf,png,latex"};
    char made[PATH_MAX], shown[256];
    int status = parse(&plotting, argc, argv);
    if (status >= 0)
        return status;
    status = command_check_run("plot", plotting.directory);
    if (status != COMMAND_OK)
        return status;
    if (plotting.output == NULL) {
        if ((size_t)snprintf(made, sizeof made, "%s/plots", plotting.directory) >= sizeof made)
            return command_refuse("plot: the directory's name is too long");
        plotting.output = made;
    }
    struct stat about;
    int error = mkdir(plotting.output, 0777) == 0 ? 0 : errno;
    if (error == EEXIST)
        error = stat(plotting.output, &about) != 0 ? errno : S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
    if (error != 0)
        return command_refuse("plot: cannot make the directory '%s': %s",
                              text_brief(plotting.output, shown, sizeof shown), strerror(error));
    return plot_all(&plotting);
}
