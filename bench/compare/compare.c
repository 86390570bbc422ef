/*
 * compare - is the difference real? Two runs, or two cells of one.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/command/commands.h"
#include "bench/compare/pairs.h"
#include "bench/data/text.h"

#define LINE_BYTES 512

enum { KEY_FORMAT = 256, KEY_CELL };

struct request {
    const char *files[2], *cells[2];
    size_t file_count, cell_count;
    enum table_format format;
    bool help;
    char line[LINE_BYTES];
};

static const struct argp_option option_table[] = {
    {"cell", KEY_CELL, "KEY=VALUE,...", 0, "a cell of the one file; to be given twice", 0},
    {"format", KEY_FORMAT, "F", 0,
     "table, csv, json, markdown, latex or html; default: table on a terminal, else csv", 0},
    {"help", 'h', NULL, 0, "this text", 0},
    {0},
};

static error_t take(int key, char *text, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case KEY_CELL:
        if (request->cell_count < 2)
            request->cells[request->cell_count] = text;
        request->cell_count++;
        return 0;
    case KEY_FORMAT:
        return table_format_parse(text, &request->format, request->line, LINE_BYTES) == 0 ? 0
                                                                                          : EINVAL;
    case 'h':
        request->help = true;
        return ECANCELED;
    case ARGP_KEY_ARG:
        if (request->file_count < 2)
            request->files[request->file_count] = text;
        request->file_count++;
        return 0;
    case ARGP_KEY_ERROR:
        if (*request->line == '\0' && !request->help)
            snprintf(
                request->line, LINE_BYTES,
                "'%.80s' is no option of it, or lacks its value: there are --cell KEY=VALUE,... "
                "and --format F",
                state->argv[state->next > 1 ? state->next - 1 : 1]);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What was asked for, or in request->line what is wrong with it. */
static void read_request(struct request *request, int argc, char **argv)
{
    static const struct argp parser = {.options = option_table, .parser = take};
    *request = (struct request){.format = isatty(STDOUT_FILENO) ? TABLE_TERMINAL : TABLE_CSV};
    argp_parse(&parser, (unsigned)argc == 0 ? 1 : argc, argv,
               ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, request);
    if (request->help || *request->line != '\0')
        return;
    bool two_files = request->file_count == 2 && request->cell_count == 0;
    bool two_cells = request->file_count == 1 && request->cell_count == 2;
    if (!two_files && !two_cells)
        snprintf(request->line, LINE_BYTES,
                 "what with what? Write bench compare A B (each a samples.csv or the directory of "
                 "one), or bench compare A --cell backend=pipes --cell backend=shm");
}

static void help(void)
{
    printf(
        "Usage: bench compare A B\n"
        "       bench compare A --cell KEY=VALUE,... --cell KEY=VALUE,...\n\n"
        "Says of each cell that both have, or of two cells of one run, whether the difference is\n"
        "real: the ratio of medians with its 95 %% interval, a test's p, and a verdict in words.\n"
        "A and B are samples.csv or directories that hold one. Keys are workload, parameters,\n"
        "backend, schedule, chunk (as asked for; if none was, as used), workers and pin.\n\n"
        "Two runs were not interleaved, so what differs may be the machine, which drifts in\n"
        "plateaus of seconds. To compare two builds use bench --against OTHER/bench.\n\n"
        "  --format table|csv|json|markdown|latex|html\n\n"
        "Exit status: 0 no difference found, 3 a difference was found, 1 something failed, 2 the\n"
        "command line was wrong.\n");
}

/* Reads a samples.csv, or the one in a directory. */
static int read_table(const char *name, struct sample_table *table, char *line)
{
    char path[PATH_MAX];
    struct stat about;
    bool directory = stat(name, &about) == 0 && S_ISDIR(about.st_mode);
    snprintf(path, sizeof path, directory ? "%s/samples.csv" : "%s", name);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int error = -errno;
        snprintf(line, LINE_BYTES, "cannot read %.200s: %s; bench -o DIR makes DIR/samples.csv",
                 path, strerror(-error));
        return error;
    }
    size_t dropped;
    int error = sample_read(file, path, table, &dropped, line, LINE_BYTES);
    fclose(file);
    if (error == 0 && dropped > 0)
        command_note_cut_off(path);
    return error;
}

/* The other table knows only the chunks that were used, and calls them what was asked for. */
static void go_by_chunks(struct sample_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        struct sample *row = &table->rows[i];
        if (strcmp(row->schedule, "dynamic") == 0 && row->asked_chunk == 0)
            row->asked_chunk = row->chunk;
    }
}

static int compare(struct request *request, struct sample_table tables[2], struct pairs *pairs)
{
    int error = read_table(request->files[0], &tables[0], request->line);
    if (error == 0 && request->cell_count == 2)
        return pairs_of_choices(&tables[0], request->cells[0], request->cells[1], pairs,
                                request->line, LINE_BYTES);
    if (error == 0)
        error = read_table(request->files[1], &tables[1], request->line);
    if (error == 0 && tables[0].asked != tables[1].asked)
        go_by_chunks(&tables[tables[1].asked]);
    if (error == 0)
        error = pairs_of_tables(&tables[0], "A", &tables[1], "B", false, pairs);
    if (error == 0 && pairs->count == 0) {
        snprintf(request->line, LINE_BYTES, "A and B have no cell in common%s",
                 pairs->bound_otherwise > 0 ? ", but for cells whose workers were bound otherwise "
                                              "(--pin)"
                                            : "");
        error = -ENOENT;
    }
    return error;
}

static void tell_lonely(const struct pairs *pairs)
{
    if (pairs->only_a + pairs->only_b > 0)
        fprintf(stderr, "bench: not compared: %zu cells that only A has, %zu that only B has\n",
                pairs->only_a, pairs->only_b);
    if (pairs->bound_otherwise > 0)
        fprintf(stderr, "bench: %zu of A are in B with workers bound otherwise (--pin)\n",
                pairs->bound_otherwise);
}

int compare_command(int argc, char **argv)
{
    struct request request;
    struct sample_table tables[2] = {{0}, {0}};
    struct pairs pairs = {0};
    read_request(&request, argc, argv);
    if (request.help) {
        help();
        return COMMAND_OK;
    }
    if (*request.line != '\0')
        return command_refuse("compare: %s", request.line);
    int error = compare(&request, tables, &pairs);
    if (error == 0) {
        error = pairs_print(stdout, &pairs, request.format);
        tell_lonely(&pairs);
    } else {
        text_clean(request.line);
        fprintf(stderr, "bench: compare: %s\n",
                *request.line != '\0' ? request.line : strerror(-error));
    }
    int status = error == -EINVAL && request.cell_count == 2 && tables[0].count > 0 ? COMMAND_USAGE
                 : error != 0                                                       ? COMMAND_FAILED
                 : pairs_different(&pairs) > 0 ? COMMAND_DIFFERENT
                                               : COMMAND_OK;
    pairs_free(&pairs);
    sample_table_free(&tables[0]);
    sample_table_free(&tables[1]);
    return status;
}
