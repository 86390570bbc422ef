#include "bench/cell/measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cell/gbench.h"
#include "bench/cell/model.h"
#include "bench/cell/phases.h"
#include "bench/cell/probe.h"
#include "bench/cell/rows.h"
#include "bench/cell/usage.h"
#include "bench/launch/mpirun.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/trace.h"

#define POISON           0xA5                /* what results hold before a map: no map may skip one */
#define WARMUPS_MAX      5
#define WARMUP_TIME_NS   (200 * NS_PER_MS)   /* no further warm-up once this much was spent on it */
#define WARM_ENOUGH      0.95                /* a map that gains less than 5 % on the one before */
#define REPETITIONS_MAX  100000u
#define PROBE_AGE_MAX_NS (100 * NS_PER_MS)   /* the machine's capacity holds for seconds */
#define PROBE_LIMIT_NS   (5 * NS_PER_S)
#define STATUS_BYTES     512

struct session {
    const struct arguments *arguments;
    const struct backend *backend;
    const struct work *work;
    struct board *board;
    struct job job;
    struct plan plan;
    struct pool *pool;
    struct probe *probe;
    char *tasks, *results, *expected; /* records of all tasks; expected are serial's results */
    FILE *rows;
    struct sample model;              /* what all samples of this cell have in common */
    struct phases shares;             /* of a timed map of the warm-up */
    bool timed;                       /* samples note their own times */
    bool failed;
    bool printed;                     /* --results were written */
    uint64_t probed_ns;               /* when the probe was last asked */
    double warm_ns;                   /* a map's time at the end of the warm-up */
};

static size_t results_bytes(const struct work *work)
{
    return work->tasks * work->shape.result_bytes;
}

/* ---- before the pool ------------------------------------------------------------------------ */

static int make_records(struct session *session)
{
    size_t bytes = results_bytes(session->work) + 1; /* so that no allocation is of 0 bytes */
    session->tasks = work_tasks(session->work);
    session->results = malloc(bytes);
    session->expected = malloc(bytes);
    if (session->tasks == NULL || session->results == NULL || session->expected == NULL)
        return -ENOMEM;
    memset(session->results, POISON, bytes);
    return 0;
}

static void make_plan(struct session *session)
{
    const struct arguments *arguments = session->arguments;
    const struct work *work = session->work;
    session->job = (struct job){
        .shape = work->shape,
        .kernel = work->workload->kernel,
        .board = session->board,
        .inject = arguments->has_inject ? &arguments->inject : NULL,
    };
    session->plan = (struct plan){
        .job = &session->job,
        .workers = arguments->workers,
        .schedule = arguments->schedule,
        .chunk = arguments->chunk,
        .on_death = arguments->on_death,
        .limit_ns = arguments->limit_ns,
    };
    session->model = model_sample(work->workload->name, work->parameters, work->tasks,
                                  session->backend->name, &session->plan);
    session->model.suite = arguments->suite;
    session->model.round = arguments->round;
    session->model.pin = arguments->pin;
    const char *settings = session->backend->mpirun ? getenv(MPIRUN_SETTINGS) : NULL;
    session->model.settings = settings != NULL ? settings : "";
}

/* The middle task stands for all; serial's probe and the parallel ones run the same one. */
static int start_probe(struct session *session)
{
    size_t middle = session->work->tasks / 2;
    if (session->work->tasks == 0)
        return 0;
    return probe_start(&session->job, session->tasks + middle * session->work->shape.task_bytes,
                       session->plan.workers, &session->probe);
}

/* ---- one map -------------------------------------------------------------------------------- */

/* What the plain loop makes of the tasks, itself held against the known answer. */
static bool make_expected(struct session *session, char *status)
{
    const struct work *work = session->work;
    struct job plain = session->job;
    struct failure why;
    plain.inject = NULL;
    plain.trace = NULL;
    if (job_run(&plain, 0, 0, work->tasks, session->tasks, session->expected, &why) != 0)
        return true; /* a task that fails here fails in the pool as well, and is named there */
    for (size_t i = 0; i < work->tasks; i++) {
        const char *task = session->tasks + i * work->shape.task_bytes;
        const char *result = session->expected + i * work->shape.result_bytes;
        if (!work->workload->check(work, i, task, result)) {
            snprintf(status, STATUS_BYTES, "wrong: serial's result of task %zu is not the known one",
                     i);
            return false;
        }
    }
    return true;
}

static bool verify(const struct session *session, char *status)
{
    size_t bytes = session->work->shape.result_bytes;
    for (size_t i = 0; i < session->work->tasks; i++) {
        if (memcmp(session->results + i * bytes, session->expected + i * bytes, bytes) != 0) {
            snprintf(status, STATUS_BYTES, "wrong: result of task %zu differs from serial's", i);
            return false;
        }
    }
    return true;
}

static void fill_usage(struct sample *sample, const struct usage *used)
{
    sample->cpu_user_ns = used->user_ns;
    sample->cpu_sys_ns = used->sys_ns;
    sample->voluntary_switches = used->voluntary_switches;
    sample->involuntary_switches = used->involuntary_switches;
    sample->minor_faults = used->minor_faults;
    sample->peak_rss_kib = used->peak_rss_kib;
}

static void fill_phases(struct sample *sample, const struct phases *phases)
{
    sample->send_ns = phases->send_ns;
    sample->compute_ns = phases->compute_ns;
    sample->collect_ns = phases->collect_ns;
}

static void say_outcome(int error, const struct failure *why, char *status)
{
    char line[STATUS_BYTES - 32];
    if (error == 0 && why->error == 0)
        snprintf(status, STATUS_BYTES, "ok");
    else
        snprintf(status, STATUS_BYTES, "%s: %s",
                 error == 0            ? "retried"
                 : error == -ETIMEDOUT ? "timeout"
                                       : "failed",
                 failure_line(why, line, sizeof line));
}

/* Runs one map over all tasks and fills *sample; status is its text. Only what stands between the
 * two looks at the clock is timed. */
static void take_sample(struct session *session, bool timed, struct sample *sample, char *status)
{
    unsigned workers = session->plan.workers;
    struct usage before, after;
    struct traffic traffic = {0, 0, 0};
    struct failure why;

    memset(session->results, POISON, results_bytes(session->work));
    if (session->job.trace != NULL)
        trace_clear(session->job.trace);
    board_clear(session->board, workers, timed);
    failure_clear(&why);
    usage_read(session->board, workers, &before);

    //> timed
    uint64_t begin_ns = clock_ns();
    int error = session->backend->map(session->pool, session->tasks, session->work->tasks,
                                      session->results, &traffic, &why);
    uint64_t end_ns = clock_ns();
    //< timed

    if (session->job.trace != NULL) {
        session->job.trace->begin_ns = begin_ns;
        session->job.trace->end_ns = end_ns;
    }
    usage_read(session->board, workers, &after);
    struct usage used = usage_between(&before, &after);
    sample->wall_ns = end_ns - begin_ns;
    fill_usage(sample, &used);
    struct phases phases = timed ? phases_read(session->board, workers, begin_ns, end_ns)
                                 : phases_scaled(&session->shares, sample->wall_ns);
    fill_phases(sample, &phases);
    phases_tasks(session->board, workers, &sample->least_tasks, &sample->most_tasks);
    sample->bytes_sent = traffic.bytes_sent;
    sample->bytes_received = traffic.bytes_received;
    sample->messages = traffic.messages;
    say_outcome(error, &why, status);
    sample->verified = error == 0 && verify(session, status);
    sample->status = status;
}

static void add_row(struct session *session, const struct sample *sample)
{
    session->failed = session->failed || !sample->verified;
    CHECK(rows_add(session->rows, sample) == 0);
}

/* A row for what ended the cell before it had a sample. */
static void add_failure(struct session *session, const char *status)
{
    struct sample sample = session->model;
    sample.status = status;
    add_row(session, &sample);
}

static void add_skip(struct session *session, const char *why)
{
    char status[STATUS_BYTES];
    snprintf(status, sizeof status, "skip: %s", why);
    add_failure(session, status);
    session->failed = false;
}

/* ---- warm-up -------------------------------------------------------------------------------- */

/* Maps until one is hardly faster than the one before. The first also tells how a map's time
 * splits, and whether samples can afford to note that themselves. */
static bool warm_up(struct session *session)
{
    char status[STATUS_BYTES];
    double spent_ns = 0;
    bool settled = false;
    while (!settled && session->model.warmups < WARMUPS_MAX && spent_ns < WARMUP_TIME_NS) {
        struct sample sample = session->model;
        take_sample(session, true, &sample, status);
        session->model.warmups++;
        if (!sample.verified || strcmp(sample.status, "ok") != 0) {
            add_row(session, &sample); /* a failure, or a retry, which happens only once: keep it */
            if (!sample.verified)
                return false;
        }
        session->timed = phases_affordable(session->board, session->plan.workers);
        session->shares =
            (struct phases){sample.send_ns, sample.compute_ns, sample.collect_ns};
        double wall_ns = (double)sample.wall_ns;
        settled = session->model.warmups > 1 && wall_ns > WARM_ENOUGH * session->warm_ns;
        session->warm_ns = wall_ns;
        spent_ns += wall_ns;
    }
    return true;
}

static unsigned count_repetitions(const struct session *session)
{
    const struct arguments *arguments = session->arguments;
    double wanted = session->warm_ns > 0 ? (double)arguments->min_time_ns / session->warm_ns : 0;
    if (wanted < arguments->repetitions)
        return arguments->repetitions;
    return wanted < REPETITIONS_MAX ? (unsigned)wanted + 1 : REPETITIONS_MAX;
}

/* ---- Google Benchmark ----------------------------------------------------------------------- */

static void print_results(struct session *session)
{
    const struct work *work = session->work;
    FILE *out = session->arguments->results != NULL && !session->printed
                    ? fopen(session->arguments->results, "we")
                    : NULL;
    session->printed = true;
    if (out == NULL)
        return;
    for (size_t i = 0; i < work->tasks; i++) {
        work->workload->print(work, i, session->tasks + i * work->shape.task_bytes,
                              session->results + i * work->shape.result_bytes, out);
        fputc('\n', out);
    }
    fclose(out);
}

static void probe_capacity(struct session *session)
{
    if (session->probe == NULL || (session->probed_ns != 0 &&
                                   clock_ns() - session->probed_ns < PROBE_AGE_MAX_NS))
        return;
    session->model.probe_calls_per_s = probe_measure(session->probe, PROBE_LIMIT_NS);
    session->probed_ns = clock_ns();
}

static void report_counters(struct gbench_state *state, const struct sample *sample)
{
    gbench_set_items_processed(state, (int64_t)sample->tasks);
    gbench_set_bytes_processed(state, (int64_t)(sample->bytes_sent + sample->bytes_received));
    gbench_set_label(state, sample->status);
    gbench_set_counter(state, "send_ns", (double)sample->send_ns, GBENCH_PLAIN);
    gbench_set_counter(state, "compute_ns", (double)sample->compute_ns, GBENCH_PLAIN);
    gbench_set_counter(state, "collect_ns", (double)sample->collect_ns, GBENCH_PLAIN);
    gbench_set_counter(state, "cpu_ns", (double)(sample->cpu_user_ns + sample->cpu_sys_ns),
                       GBENCH_PLAIN);
    gbench_set_counter(state, "messages", (double)sample->messages, GBENCH_PLAIN);
}

/* One repetition: one iteration, one map, one row. */
static void measure_repetition(struct gbench_state *state, void *context)
{
    struct session *session = context;
    char status[STATUS_BYTES];
    while (gbench_keep_running(state)) {
        gbench_pause_timing(state);
        if (session->failed) {
            gbench_skip_with_error(state, "an earlier repetition failed");
            break;
        }
        probe_capacity(session);
        struct sample sample = session->model;
        take_sample(session, session->timed, &sample, status);
        if (session->model.repetition++ == 0 && session->arguments->retried != NULL && sample.verified)
            snprintf(status, sizeof status, "retried: %s", session->arguments->retried);
        add_row(session, &sample);
        if (!sample.verified) {
            gbench_skip_with_error(state, status);
            break;
        }
        print_results(session);
        gbench_set_iteration_time(state, (double)sample.wall_ns / (double)NS_PER_S);
        report_counters(state, &sample);
        gbench_resume_timing(state);
    }
}

static void run_repetitions(struct session *session)
{
    char name[1024];
    const struct sample *model = &session->model;
    snprintf(name, sizeof name, "%s:%s/%s/%s/workers:%u", model->workload, model->parameters,
             model->backend, model->schedule, session->plan.workers);
    int argc = session->arguments->gbench_argc;
    if (gbench_initialize(&argc, session->arguments->gbench_argv) > 0 &&
        gbench_report_unrecognized(argc, session->arguments->gbench_argv)) {
        add_failure(session, "failed: Google Benchmark does not know one of the flags behind --");
        return;
    }
    struct gbench *bench = gbench_register(name, measure_repetition, session);
    gbench_iterations_fixed(bench, 1);
    gbench_repetitions(bench, (int)count_repetitions(session));
    gbench_use_manual_time(bench);
    gbench_run_quiet();
    if (session->model.repetition == 0)
        add_skip(session, "Google Benchmark's flags leave this cell out");
    gbench_clear();
    gbench_shutdown();
}

/* ---- the cell ------------------------------------------------------------------------------- */

static void measure_pool(struct session *session)
{
    char status[STATUS_BYTES];
    if (!make_expected(session, status)) {
        add_failure(session, status);
        return;
    }
    if (warm_up(session))
        run_repetitions(session);
}

/* Starts, measures and stops the pool. Returns false in a process that only served. */
static bool run_pool(struct session *session)
{
    char status[STATUS_BYTES];
    struct failure why;
    failure_clear(&why);
    const struct arguments *arguments = session->arguments;
    uint64_t begin_ns = clock_ns();
    board_announce_start(session->board);
    int error = session->backend->start(&session->plan, &session->pool, &why);
    session->model.start_ns = clock_ns() - begin_ns;
    if (session->backend->mpirun) /* its start began before ours, but not with what we did since */
        session->model.start_ns += arguments->entered_ns - arguments->launched_ns;
    if (error == BACKEND_SERVED)
        return false;
    if (error != 0) {
        say_outcome(error, &why, status);
        add_failure(session, status);
        return true;
    }
    measure_pool(session);
    begin_ns = clock_ns();
    error = session->backend->stop(session->pool, &why);
    atomic_store(&session->board->stop_ns, clock_ns() - begin_ns);
    if (error != 0 && !session->failed) {
        say_outcome(error, &why, status);
        add_failure(session, status);
    }
    return true;
}

/* Only the first process of a cell measures; those that mpirun started beside it just serve. */
static bool measures(const struct backend *backend)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    return !backend->mpirun || rank == NULL || strcmp(rank, "0") == 0;
}

/* While the first makes its tasks the others sleep, so that all come to MPI_Init together, as in any
 * program, and start_ns tells what that takes. */
static enum measure_outcome serve(struct session *session)
{
    struct failure why;
    char line[STATUS_BYTES];
    uint64_t limit_ns = session->arguments->limit_ns;
    failure_clear(&why);
    int error = board_await_start(session->board, clock_deadline(limit_ns));
    if (error != 0)
        failure_system(&why, error, "wait for the coordinator");
    else
        error = session->backend->start(&session->plan, &session->pool, &why);
    if (error == BACKEND_SERVED)
        return MEASURE_OK;
    fprintf(stderr, "%s\n", failure_line(&why, line, sizeof line));
    return MEASURE_FAILED;
}

enum measure_outcome measure_cell(const struct arguments *arguments, const struct backend *backend,
                                  const struct work *work, struct board *board)
{
    struct session session = {
        .arguments = arguments, .backend = backend, .work = work, .board = board};
    bool measured = true;
    make_plan(&session);
    int error = arguments->trace != NULL ? trace_open(arguments->trace, &session.job.trace) : 0;
    if (error != 0) {
        fprintf(stderr, "cannot open the trace: %s\n", strerror(-error));
        return MEASURE_USAGE;
    }
    if (!measures(backend))
        return serve(&session);
    error = rows_open(arguments->samples, &session.rows);
    if (error != 0) {
        fprintf(stderr, "cannot write rows: %s\n", strerror(-error));
        return MEASURE_USAGE;
    }
    const char *skip = backend->skip != NULL ? backend->skip(&session.plan) : NULL;
    if (skip != NULL) {
        add_skip(&session, skip);
    } else if (make_records(&session) != 0 || start_probe(&session) != 0) {
        add_failure(&session, "failed: no memory or processes for the tasks and the probe");
    } else {
        measured = run_pool(&session);
    }
    fclose(session.rows);
    if (measured)
        atomic_store(&board->finished, 1);
    probe_stop(session.probe);
    trace_close(session.job.trace);
    free(session.tasks);
    free(session.results);
    free(session.expected);
    return measured && session.failed ? MEASURE_FAILED : MEASURE_OK;
}
