#include "bench/survey/survey.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bench/command/commands.h"
#include "bench/data/columns_json.h"
#include "bench/data/out_file.h"
#include "bench/suite/matrix.h"
#include "common/clock.h"

#define SHUFFLE_SEED 20261u /* each run has the same orders */

enum { EXIT_SIGNALLED = 128 };

bool survey_is_failure(const char *status)
{
    return strcmp(status, "ok") != 0 && strncmp(status, "skip", 4) != 0;
}

/* ---- files ------------------------------------------------------------------------------------
 */

static void name_file(const struct survey *survey, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", survey->options->output, name);
}

/* Writes what is buffered of a file, if there is one. The measuring goes on where that fails: its
 * table is printed all the same. The line that says so comes at the end. */
static void flush_file(struct survey *survey, FILE *file, const char *name)
{
    char path[PATH_MAX];
    if (file == NULL)
        return;
    name_file(survey, name, path);
    out_file_flush(file, path, survey->unwritten, sizeof survey->unwritten);
}

/* ---- records -------------------------------------------------------------------------------- */

static char **text_of(void *record, const struct column *column)
{
    return (char **)((char *)record + column->offset);
}

static void *record_at(const struct survey *survey, size_t index)
{
    return survey->records + index * survey->table->record_bytes;
}

static int keep(struct survey *survey, const void *record)
{
    const struct survey_table *table = survey->table;
    char *grown = reallocarray(survey->records, survey->count + 1, table->record_bytes);
    if (grown == NULL)
        return -ENOMEM;
    survey->records = grown;
    void *copy = record_at(survey, survey->count++);
    memcpy(copy, record, table->record_bytes);
    int error = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].kind != COLUMN_TEXT)
            continue;
        char **text = text_of(copy, &table->columns[i]);
        *text = strdup(*text != NULL ? *text : "");
        error = *text == NULL ? -ENOMEM : error;
    }
    return error;
}

static void forget_all(struct survey *survey)
{
    const struct survey_table *table = survey->table;
    for (size_t row = 0; row < survey->count; row++)
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].kind == COLUMN_TEXT)
                free(*text_of(record_at(survey, row), &table->columns[i]));
    free(survey->records);
    survey->records = NULL;
    survey->count = 0;
}

int survey_add(struct survey *survey, const void *record)
{
    const struct survey_table *table = survey->table;
    int error = keep(survey, record);
    if (error != 0)
        return error;
    void *kept = record_at(survey, survey->count - 1);
    const char *status = *text_of(kept, &table->columns[table->column_count - 1]);
    survey->failed = survey->failed || survey_is_failure(status);
    if (survey->file != NULL) {
        columns_write_row(survey->file, table->columns, table->column_count, kept);
        flush_file(survey, survey->file, table->file);
    }
    return 0;
}

/* ---- running -------------------------------------------------------------------------------- */

/* Sleeps until that moment, or until a signal comes. */
static void wait_for_round(struct survey *survey, uint64_t begin_ns)
{
    struct signalfd_siginfo info;
    struct pollfd signals = {.fd = survey->session.signals, .events = POLLIN};
    while (clock_ns() < begin_ns && survey->signal == 0) {
        if (poll(&signals, 1, clock_left_ms(begin_ns)) > 0 &&
            read(signals.fd, &info, sizeof info) == sizeof info)
            survey->signal = (int)info.ssi_signo;
    }
}

int survey_take_rounds(struct survey *survey, size_t count, uint64_t rounds,
                       int (*measure)(void *context, size_t index, uint64_t round), void *context)
{
    uint64_t random = SHUFFLE_SEED;
    size_t *order = calloc(count + 1, sizeof *order);
    int error = order == NULL ? -ENOMEM : 0;
    const uint64_t begin_ns = clock_ns(),
                   apart_ns = survey->options->spread_ns / (rounds > 1 ? rounds - 1 : 1);
    for (uint64_t round = 0; round < rounds && error == 0; round++) {
        wait_for_round(survey, begin_ns + round * apart_ns);
        survey->span_ns = clock_ns() - begin_ns;
        matrix_shuffle(order, count, &random);
        for (size_t i = 0; i < count && error == 0 && survey->signal == 0; i++)
            error = measure(context, order[i], round);
    }
    free(order);
    return error;
}

int survey_read(struct survey *survey, const struct tool *tool, const struct columns_reader *reader,
                char *status)
{
    struct tool_end *end = &survey->end;
    int error = tool_run(&survey->session, tool, end, survey->message, sizeof survey->message);
    if (error != 0)
        return error;
    *survey->message = '\0';
    error = columns_read(end->rows, reader, survey->message, sizeof survey->message);
    fclose(end->rows);
    survey->signal = end->signal;
    memcpy(status, end->status, TOOL_STATUS_BYTES);
    return error;
}

void survey_judge(const struct survey *survey, char *status, size_t bytes)
{
    tool_judge(&survey->end, status, bytes);
}

void survey_note_start(struct survey *survey, const void *start)
{
    const struct survey_table *table = survey->table;
    if (survey->start_file == NULL)
        return;
    columns_write_row(survey->start_file, table->start_columns, table->start_column_count, start);
    flush_file(survey, survey->start_file, table->start_file);
}

/* ---- opening and closing -------------------------------------------------------------------- */

static int open_file(struct survey *survey, const char *name, const struct column columns[],
                     size_t count, FILE **file)
{
    char path[PATH_MAX];
    name_file(survey, name, path);
    int error = out_file_open(path, true, file);
    if (error != 0) {
        snprintf(survey->message, sizeof survey->message, "cannot write %.400s: %s", path,
                 out_file_problem(error));
        return error;
    }
    columns_write_header(*file, columns, count);
    flush_file(survey, *file, name);
    return *survey->unwritten == '\0' ? 0 : -EIO;
}

static int open_files(struct survey *survey)
{
    const struct survey_table *table = survey->table;
    if (survey->options->output == NULL)
        return 0;
    int error = open_file(survey, table->file, table->columns, table->column_count, &survey->file);
    if (error == 0)
        error = open_file(survey, table->start_file, table->start_columns,
                          table->start_column_count, &survey->start_file);
    return error;
}

int survey_open(struct survey *survey, const struct survey_table *table,
                const struct survey_options *options)
{
    *survey = (struct survey){.table = table, .options = options};
    company_open(&survey->company);
    int error = session_open(&survey->session, survey->message, sizeof survey->message);
    return error != 0 ? error : open_files(survey);
}

static void close_file(struct survey *survey, FILE *file, const char *name)
{
    char path[PATH_MAX];
    if (file == NULL)
        return;
    name_file(survey, name, path);
    out_file_close(file, path, 0, survey->unwritten, sizeof survey->unwritten);
}

void survey_explain(struct grid *grid, double coverage)
{
    if (isnan(coverage))
        return;
    grid_note(
        grid, GRID_PLAIN,
        "starts: the interval between fresh starts%s; in a start: what the middle half of one's "
        "own samples spans. What the machine does over hours is in neither",
        coverage < 0.95 ? ", of which there are too few for 95 %" : "");
}

static int print_csv(const struct survey *survey)
{
    const struct survey_table *table = survey->table;
    columns_write_header(stdout, table->columns, table->column_count);
    for (size_t i = 0; i < survey->count; i++)
        columns_write_row(stdout, table->columns, table->column_count, record_at(survey, i));
    return ferror(stdout) ? -EIO : 0;
}

static int print_json(const struct survey *survey)
{
    const struct survey_table *table = survey->table;
    const struct column_rows rows = {table->columns, table->column_count, survey->records,
                                     table->record_bytes, survey->count};
    return columns_write_json(stdout, &rows);
}

static int print_grid(const struct survey *survey)
{
    enum table_format format = survey->options->format;
    struct grid grid;
    grid_open(&grid, survey->table->shown, survey->table->shown_count);
    survey->table->fill(&grid, survey->records, survey->count);
    grid_note_span(&grid, survey->span_ns);
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(stdout, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(stdout, &grid)
                                         : grid_print_terminal(stdout, &grid);
    grid_close(&grid);
    return error;
}

static int print(const struct survey *survey)
{
    if (survey->options->format == TABLE_CSV)
        return print_csv(survey);
    return survey->options->format == TABLE_JSON ? print_json(survey) : print_grid(survey);
}

int survey_close(struct survey *survey, int error)
{
    struct company_report report;
    close_file(survey, survey->file, survey->table->file);
    close_file(survey, survey->start_file, survey->table->start_file);
    int second = print(survey);
    error = error != 0 ? error : second;
    company_look(&survey->company, &report);
    company_say(&report, survey->options->format, survey->options->quiet);
    company_close(&survey->company);
    if (*survey->unwritten != '\0')
        fprintf(stderr, "bench: %s\n", survey->unwritten);
    if (error != 0 && *survey->unwritten == '\0')
        fprintf(stderr, "bench: %s\n",
                *survey->message != '\0' ? survey->message : strerror(-error));
    error = *survey->unwritten != '\0' ? -EIO : error;
    session_close(&survey->session);
    forget_all(survey);
    if (survey->signal != 0)
        return EXIT_SIGNALLED + survey->signal;
    return error != 0 || survey->failed ? COMMAND_FAILED : COMMAND_OK;
}
