#include "bench/ipc/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/command/commands.h"
#include "bench/data/statistics.h"
#include "bench/ipc/outcome.h"
#include "bench/ipc/rival.h"
#include "bench/ipc/tool/reference.h"
#include "bench/suite/progress.h"

#define MESSAGE_BYTES 512

enum { EXIT_SIGNALLED = 128 };

static const struct contest {
    const char *subject, *placement;
    uint64_t bytes;
    const char *rival;
    int (*measure)(struct session *session, const struct rival_task *task, struct rival_pair *pair,
                   char *message, size_t bytes);
} contests[] = {
    {"pipe", "same", 4, "perf bench sched pipe", rival_perf},
    {"pipe", "free", 4, "perf bench sched pipe", rival_perf},
    {"pipe", "same", 8, "plain loop", rival_plain},
    {"socketpair", "same", 8, "plain loop", rival_plain},
    {"socketpair", "different", 8, "plain loop", rival_plain},
    {"mpi", "different", 8, "OSU-style loop", rival_plain},
    {"mpi", "different", 8, "plain mpirun -np 2", rival_mpirun},
    {"mpi window", "different", REFERENCE_WINDOW_BYTES, "OSU-style windows", rival_windows},
    {"openmp", "bound", 0, "EPCC-style loop", rival_epcc},
    {"manager append", "free", 16, "Python's Manager().list()", rival_append},
};

#define CONTESTS (sizeof contests / sizeof contests[0])

struct score { /* of a contest, so far */
    struct observation ours[SURVEY_ROUNDS_MOST], theirs[SURVEY_ROUNDS_MOST];
    size_t count;
    char status[RIVAL_STATUS_BYTES]; /* ok; else it is over */
};

struct check {
    const struct ipc_options *options;
    struct session session;
    struct description *python; /* python[1] */
    struct score scores[CONTESTS];
    int signal; /* the user's, or 0 */
    char message[MESSAGE_BYTES];
};

/* ---- measuring ------------------------------------------------------------------------------ */

/* One round of one contest. */
static int compete(struct check *check, size_t index, size_t round)
{
    const struct contest *contest = &contests[index];
    const struct rival_task task = {.subject = contest->subject,
                                    .placement = contest->placement,
                                    .bytes = contest->bytes,
                                    .timeout_ns = check->options->common.timeout_ns,
                                    .round = round,
                                    .python = check->python};
    struct score *score = &check->scores[index];
    struct rival_pair pair;
    int error =
        contest->measure(&check->session, &task, &pair, check->message, sizeof check->message);
    if (error != 0)
        return error;
    *check->message = '\0';
    check->signal = pair.signal;
    memcpy(score->status, pair.status, sizeof score->status);
    if (check->signal != 0 || strcmp(score->status, "ok") != 0 || pair.disturbed)
        return 0;
    score->ours[score->count] = (struct observation){round, pair.own_ns};
    score->theirs[score->count] = (struct observation){round, pair.rival_ns};
    score->count++;
    return 0;
}

/* --transport says whose; what is of no transport belongs to all of them. */
static bool is_wanted(const struct ipc_options *options, const struct contest *contest)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(contest->subject, " "), contest->subject);
    const struct transport_entry *entry = transport_find(name);
    for (size_t i = 0; i < options->transport_count; i++)
        if (options->transports[i] == entry)
            return true;
    return entry == NULL && options->all_transports;
}

static int measure_all(struct check *check)
{
    const size_t rounds = check->options->rounds;
    struct progress progress;
    char what[64];
    int error = 0;
    progress_start(&progress, rounds * CONTESTS, check->options->common.quiet);
    for (size_t i = 0; i < CONTESTS; i++)
        strcpy(check->scores[i].status, "ok");
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < CONTESTS && error == 0 && check->signal == 0; i++) {
            if (!is_wanted(check->options, &contests[i]))
                continue;
            snprintf(what, sizeof what, "%s, %s", contests[i].subject, contests[i].rival);
            progress_step(&progress, what);
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
    double values[SURVEY_ROUNDS_MOST];
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
    if (rounds == 0 && strcmp(score->status, "ok") == 0)
        strcpy(score->status, "skip: other programs took its core in every round");
    *outcome = (struct outcome){.subject = contest->subject,
                                .placement = contest->placement,
                                .bytes = contest->bytes,
                                .rounds = rounds,
                                .own_ns = own_ns,
                                .reference = contest->rival,
                                .reference_ns = reference_ns,
                                .difference_percent = (ratio.value - 1) * 100,
                                .difference_low_percent = (ratio.low - 1) * 100,
                                .difference_high_percent = (ratio.high - 1) * 100,
                                .status = score->status};
    return error;
}

static int conclude_all(struct check *check, bool *failed)
{
    struct outcome outcomes[CONTESTS];
    size_t count = 0;
    for (size_t i = 0; i < CONTESTS; i++) {
        if (!is_wanted(check->options, &contests[i]))
            continue;
        int error = conclude(&contests[i], &check->scores[i], &outcomes[count]);
        if (error != 0)
            return error;
        *failed = *failed || outcome_is_failure(&outcomes[count++]);
    }
    return outcomes_print(outcomes, count, check->options->common.format);
}

int ipc_check(const struct ipc_options *options)
{
    bool failed = false;
    if (options->common.output != NULL)
        return command_refuse("ipc: --check prints its rows and writes no files: leave -o out");
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL)
        return COMMAND_FAILED;
    check->options = options;
    int asked = describe_interpreter(&check->python); /* before there are children to be kept */
    int error = session_open(&check->session, check->message, sizeof check->message);
    if (asked != 0)
        describe_error(asked, check->message, sizeof check->message);
    error = asked != 0 ? asked : error;
    if (error == 0)
        error = measure_all(check);
    if (error == 0)
        error = conclude_all(check, &failed);
    if (error != 0)
        fprintf(stderr, "bench: %s\n", *check->message != '\0' ? check->message : strerror(-error));
    session_close(&check->session);
    int signal = check->signal;
    describe_free(check->python, 1);
    free(check);
    if (signal != 0)
        return EXIT_SIGNALLED + signal;
    return error != 0 || failed ? COMMAND_FAILED : COMMAND_OK;
}
