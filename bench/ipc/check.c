#include "bench/ipc/check.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/data/columns_read.h"
#include "bench/data/statistics.h"
#include "bench/ipc/launch.h"
#include "bench/ipc/rival.h"
#include "bench/ipc/row.h"
#include "bench/present/figures.h"
#include "bench/present/grid.h"
#include "bench/suite/progress.h"

#define ROUNDS        5
#define MESSAGE_BYTES 512

enum { EXIT_SIGNALLED = 128 };

static const struct contest {
    const char *transport, *placement;
    uint64_t bytes;
    const char *rival;
    int (*measure)(struct session *session, const char *placement, struct rival_figure *figure,
                   char *message, size_t bytes);
} contests[] = {
    {"pipe", "same", 4, "perf bench sched pipe", rival_perf},
    {"pipe", "free", 4, "perf bench sched pipe", rival_perf},
    {"mpi", "different", 8, "reference-mpi", rival_mpi},
};

#define CONTESTS (sizeof contests / sizeof contests[0])

struct outcome { /* as a row: medians over the rounds, and their ratio within the rounds */
    const char *transport, *placement;
    uint64_t bytes, rounds;
    double round_trip_ns;
    const char *reference;
    double reference_ns, difference_percent, difference_low_percent, difference_high_percent;
    const char *status;
};

static const struct column columns[] = {
    COLUMN(outcome, transport, COLUMN_TEXT),
    COLUMN(outcome, placement, COLUMN_TEXT),
    COLUMN(outcome, bytes, COLUMN_COUNT),
    COLUMN(outcome, rounds, COLUMN_COUNT),
    COLUMN(outcome, round_trip_ns, COLUMN_REAL),
    COLUMN(outcome, reference, COLUMN_TEXT),
    COLUMN(outcome, reference_ns, COLUMN_REAL),
    COLUMN(outcome, difference_percent, COLUMN_REAL),
    COLUMN(outcome, difference_low_percent, COLUMN_REAL),
    COLUMN(outcome, difference_high_percent, COLUMN_REAL),
    COLUMN(outcome, status, COLUMN_TEXT),
};

#define COLUMNS (sizeof columns / sizeof columns[0])

struct score { /* of a contest, so far */
    struct observation ours[ROUNDS], theirs[ROUNDS];
    size_t count;
    char status[RIVAL_STATUS_BYTES]; /* ok; else it is over */
};

struct check {
    const struct ipc_options *options;
    struct session session;
    struct score scores[CONTESTS];
    int signal; /* the user's, or 0 */
    char message[MESSAGE_BYTES];
};

/* ---- measuring ------------------------------------------------------------------------------ */

static int take_row(const void *record, void *figure)
{
    const struct ipc_row *row = record;
    struct rival_figure *taken = figure;
    taken->round_trip_ns = row->round_trip_ns;
    snprintf(taken->status, sizeof taken->status, "%s", row->status);
    return 0;
}

static int measure_ours(struct check *check, const struct contest *contest,
                        struct rival_figure *figure)
{
    const struct ipc_launch launch = {transport_find(contest->transport), contest->placement,
                                      &contest->bytes, 1, check->options->common.timeout_ns};
    struct ipc_call call;
    struct tool_end end;
    struct ipc_row row;
    struct columns_reader reader = {ipc_columns, IPC_COLUMNS, &row, take_row, figure};
    *figure = (struct rival_figure){.round_trip_ns = NAN};
    ipc_call_make(&launch, &call);
    int error = tool_run(&check->session, &call.tool, &end, check->message, sizeof check->message);
    if (error != 0)
        return error;
    snprintf(figure->status, sizeof figure->status, "%s",
             *end.status != '\0' ? end.status : "failed: ipc ended without a row");
    error = columns_read(end.rows, &reader, check->message, sizeof check->message);
    figure->signal = end.signal;
    fclose(end.rows);
    return error;
}

/* One round of one contest; who is first changes from round to round. */
static int compete(struct check *check, size_t index, size_t round)
{
    const struct contest *contest = &contests[index];
    struct score *score = &check->scores[index];
    struct rival_figure figures[2]; /* ours, theirs */
    for (size_t turn = 0; turn < 2; turn++) {
        size_t who = (turn + round) % 2;
        struct rival_figure *figure = &figures[who];
        int error = who == 0 ? measure_ours(check, contest, figure)
                             : contest->measure(&check->session, contest->placement, figure,
                                                check->message, sizeof check->message);
        if (error != 0)
            return error;
        check->signal = figure->signal;
        snprintf(score->status, sizeof score->status, "%s", figure->status);
        if (check->signal != 0 || strcmp(score->status, "ok") != 0)
            return 0;
    }
    score->ours[score->count] = (struct observation){round, figures[0].round_trip_ns};
    score->theirs[score->count] = (struct observation){round, figures[1].round_trip_ns};
    score->count++;
    return 0;
}

static int measure_all(struct check *check)
{
    struct progress progress;
    int error = 0;
    progress_start(&progress, ROUNDS * CONTESTS, check->options->common.quiet);
    for (size_t i = 0; i < CONTESTS; i++)
        strcpy(check->scores[i].status, "ok");
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CONTESTS && error == 0 && check->signal == 0; i++) {
            progress_step(&progress, contests[i].rival);
            if (strcmp(check->scores[i].status, "ok") == 0)
                error = compete(check, i, round);
        }
    }
    progress_stop(&progress);
    return error;
}

/* ---- what came of it ------------------------------------------------------------------------ */

static double median(const struct observation observations[], size_t count)
{
    double values[ROUNDS];
    for (size_t i = 0; i < count; i++)
        values[i] = observations[i].value;
    statistics_sort(values, count);
    return statistics_quantile(values, count, 0.5);
}

static int conclude(const struct contest *contest, struct score *score, struct outcome *outcome)
{
    struct series ours = {score->ours, score->count}, theirs = {score->theirs, score->count};
    struct estimate ratio;
    size_t rounds;
    double own_ns = median(score->ours, score->count);
    double reference_ns = median(score->theirs, score->count);
    int error = statistics_ratio(&ours, &theirs, &ratio, &rounds);
    *outcome = (struct outcome){.transport = contest->transport,
                                .placement = contest->placement,
                                .bytes = contest->bytes,
                                .rounds = rounds,
                                .round_trip_ns = own_ns,
                                .reference = contest->rival,
                                .reference_ns = reference_ns,
                                .difference_percent = (ratio.value - 1) * 100,
                                .difference_low_percent = (ratio.low - 1) * 100,
                                .difference_high_percent = (ratio.high - 1) * 100,
                                .status = score->status};
    return error;
}

static bool is_failure(const struct outcome *outcome)
{
    return strcmp(outcome->status, "ok") != 0 && strncmp(outcome->status, "skip", 4) != 0;
}

static int print_table(const struct outcome outcomes[], enum table_format format)
{
    static const struct grid_column titles[] = {
        {"transport", false, 0},    {"core", false, 0},   {"us", true, 0},
        {"reference", false, 0},    {"us", true, 0},      {"difference", true, 0},
        {"95 % interval", true, 1}, {"status", false, 0},
    };
    struct grid grid;
    char text[FIGURE_BYTES];
    grid_open(&grid, titles, sizeof titles / sizeof titles[0]);
    grid_group(&grid, "check", "round trips, and what other programs find");
    for (size_t i = 0; i < CONTESTS; i++) {
        const struct outcome *row = &outcomes[i];
        bool ok = strcmp(row->status, "ok") == 0;
        grid_row(&grid, ok ? GRID_PLAIN : is_failure(row) ? GRID_FAILURE : GRID_WARNING);
        grid_set(&grid, 0, "%s", row->transport);
        grid_set(&grid, 1, "%s", row->placement);
        grid_set(&grid, 3, "%s", row->reference);
        grid_set(&grid, 7, "%s", ok ? "" : row->status);
        if (row->rounds == 0)
            continue;
        grid_set(&grid, 2, "%s", figure_number(row->round_trip_ns / 1e3, text, sizeof text));
        grid_set(&grid, 4, "%s", figure_number(row->reference_ns / 1e3, text, sizeof text));
        grid_set(&grid, 5, "%+.1f %%", row->difference_percent);
        grid_set(&grid, 6, "%+.1f .. %+.1f %%", row->difference_low_percent,
                 row->difference_high_percent);
    }
    grid_note(&grid, GRID_PLAIN,
              "free: the scheduler chooses the cores anew each time, and one core or two changes "
              "a pipe's figure several times over; same is what counts");
    int error = format == TABLE_MARKDOWN ? grid_print_markdown(stdout, &grid)
                : format == TABLE_LATEX  ? grid_print_latex(stdout, &grid)
                                         : grid_print_terminal(stdout, &grid);
    grid_close(&grid);
    return error;
}

static int print_json(const struct outcome outcomes[])
{
    json_t *array = json_array();
    int error = array == NULL ? -ENOMEM : 0;
    for (size_t i = 0; i < CONTESTS && error == 0; i++)
        if (json_array_append_new(array, columns_json(columns, COLUMNS, &outcomes[i])) != 0)
            error = -ENOMEM;
    if (error == 0 && (json_dumpf(array, stdout, JSON_INDENT(2)) != 0 || putchar('\n') == EOF))
        error = -EIO;
    json_decref(array);
    return error;
}

static int print(const struct outcome outcomes[], enum table_format format)
{
    if (format == TABLE_JSON)
        return print_json(outcomes);
    if (format != TABLE_CSV)
        return print_table(outcomes, format);
    columns_write_header(stdout, columns, COLUMNS);
    for (size_t i = 0; i < CONTESTS; i++)
        columns_write_row(stdout, columns, COLUMNS, &outcomes[i]);
    return ferror(stdout) ? -EIO : 0;
}

int ipc_check(const struct ipc_options *options)
{
    struct check check = {.options = options};
    struct outcome outcomes[CONTESTS];
    bool failed = false;
    if (options->common.output != NULL)
        return command_refuse("ipc: --check prints its rows and writes no files: leave -o out");
    int error = session_open(&check.session);
    if (error == 0)
        error = measure_all(&check);
    for (size_t i = 0; i < CONTESTS && error == 0; i++) {
        error = conclude(&contests[i], &check.scores[i], &outcomes[i]);
        failed = failed || is_failure(&outcomes[i]);
    }
    if (error == 0)
        error = print(outcomes, options->common.format);
    if (error != 0)
        fprintf(stderr, "bench: %s\n", *check.message != '\0' ? check.message : strerror(-error));
    session_close(&check.session);
    if (check.signal != 0)
        return EXIT_SIGNALLED + check.signal;
    return error != 0 || failed ? COMMAND_FAILED : COMMAND_OK;
}
