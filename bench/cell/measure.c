#include "bench/cell/measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/cell/disturbance.h"
#include "bench/cell/floor.h"
#include "bench/cell/gbench.h"
#include "bench/cell/model.h"
#include "bench/cell/phases.h"
#include "bench/cell/plain.h"
#include "bench/cell/probe.h"
#include "bench/cell/rows.h"
#include "bench/cell/usage.h"
#include "bench/launch/variables.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/trace.h"

#define POISON           0xA5                /* what results hold before a map: no map may skip one */
#define WARMUPS_MAX      5
#define WARMUP_TIME_NS   (200 * NS_PER_MS)   /* no further warm-up once this much was spent on it */
#define WARM_ENOUGH      0.95                /* a map that gains less than 5 % on the one before */
#define REPETITIONS_MAX  100000u
#define PROBES_BEFORE    2                   /* windows before the first sample; one more at the end */
#define PROBE_AGE_MAX_NS (500 * NS_PER_MS)   /* then there is one between samples, too */
#define LONG_MAP_NS      (50 * NS_PER_MS)    /* shorter, and the map after a window is run in vain */
#define HUSH_NS          (300 * NS_PER_US)   /* until idle ranks sleep */
#define STATUS_BYTES     512
#define TRIES_MAX        3 /* of one disturbed sample; then the load is steady */
#define MARGIN_PART      10                  /* of the cell's limit: so much of it, ... */
#define MARGIN_MAX_NS    NS_PER_S            /* ... at most, is kept for the end of a cell that hangs */
#define LIMIT_LEAST_NS   (10 * NS_PER_MS)

struct session {
    const struct arguments *arguments;
    const struct backend *backend;
    const struct work *work;
    struct board *board;
    struct job job;
    struct plan plan;
    struct pool *pool;
    struct probe *probe;
    struct disturbance *disturbance;
    uint64_t patience_ns;             /* left for measuring disturbed samples again */
    char *tasks, *results;            /* records of all tasks */
    struct plain plain;               /* the plain loop, and what it made of them */
    uint64_t deadline_ns;             /* when the runner ends this cell, in whatever it is */
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

/* When the runner's patience with this cell ends: it counts from the launch. A command line that is
 * run again by hand was launched long ago, and counts from now. */
static uint64_t find_deadline(const struct arguments *arguments)
{
    uint64_t now_ns = clock_ns();
    uint64_t spent_ns = now_ns - arguments->launched_ns;
    bool by_hand = arguments->launched_ns > now_ns || spent_ns >= arguments->limit_ns;
    return clock_deadline(by_hand ? arguments->limit_ns : arguments->limit_ns - spent_ns);
}

/* What the next step may take: all that is left but a margin, so that a backend that hangs, and knows
 * where, is heard before the runner ends it all. `part` of the margin is left to what comes next. */
static uint64_t limit_left(const struct session *session, double part)
{
    uint64_t margin_ns = session->arguments->limit_ns / MARGIN_PART;
    margin_ns = margin_ns < MARGIN_MAX_NS ? margin_ns : MARGIN_MAX_NS;
    uint64_t least_ns = clock_ns() + (uint64_t)((double)margin_ns * part) + LIMIT_LEAST_NS;
    if (session->deadline_ns <= least_ns)
        return LIMIT_LEAST_NS;
    return (session->deadline_ns - least_ns) / LIMIT_LEAST_NS * LIMIT_LEAST_NS + LIMIT_LEAST_NS;
}

/* ---- before the pool ------------------------------------------------------------------------ */

static int make_records(struct session *session)
{
    size_t bytes = results_bytes(session->work) + 1; /* so that no allocation is of 0 bytes */
    session->tasks = work_tasks(session->work);
    session->results = malloc(bytes);
    if (session->tasks == NULL || session->results == NULL)
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
    const char *settings = getenv(VARIABLES_SETTINGS);
    session->model.settings = settings != NULL ? settings : "";
}

/* Before the pool, so that no process of the one is a copy of the other. A kernel that crashed in the
 * plain loop, or takes longer than there is time, is measured without. */
static int start_probe(struct session *session)
{
    const struct probe_plan plan = {.job = &session->job,
                                    .tasks = session->tasks,
                                    .count = session->work->tasks,
                                    .workers = session->plan.workers,
                                    .quota_period_ns = session->arguments->quota_period_ns,
                                    .limit_ns = limit_left(session, 1) / 4};
    if (session->work->tasks == 0 || session->plain.results == NULL)
        return 0;
    int error = probe_start(&plan, &session->probe);
    return error == -ETIMEDOUT ? 0 : error;
}

/* ---- one map -------------------------------------------------------------------------------- */

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

static void fill_disturbance(struct sample *sample, struct disturbed disturbed)
{
    sample->delay_ns = disturbed.delay_ns;
    sample->others_ns = disturbed.others_ns;
    sample->disturbed = disturbed.disturbed;
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

/* A figure of workers that are not where the row says would be another cell's. */
static bool all_in_place(const struct session *session, char *status)
{
    const unsigned workers = session->plan.workers;
    const unsigned stray = board_find_stray(session->board, workers);
    if (stray == workers)
        return true;
    const struct board_line *line = &session->board->lines[stray];
    snprintf(
        status, STATUS_BYTES,
        "failed: worker %u (pid %d) cannot be bound to processor %d: %s; --pin none does without",
        stray, (int)atomic_load(&line->pid), line->cpu, strerror(-atomic_load(&line->bind_error)));
    return false;
}

/* Runs one map over all tasks and fills *sample; status is its text. Only what stands between the
 * two looks at the clock is timed. */
static void take_sample(struct session *session, bool timed, struct sample *sample, char *status)
{
    unsigned workers = session->plan.workers;
    struct usage before, after;
    struct traffic traffic = {0};
    struct failure why;

    memset(session->results, POISON, results_bytes(session->work));
    if (session->job.trace != NULL)
        trace_clear(session->job.trace);
    board_clear(session->board, workers, timed);
    failure_clear(&why);
    session->plan.limit_ns = limit_left(session, 1);
    usage_read(session->board, workers, &before);
    disturbance_begin(session->disturbance);
    uint64_t cpu_ns = usage_cpu_ns(session->board, workers);

    //> timed
    uint64_t begin_ns = clock_ns();
    int error = session->backend->map(session->pool, session->tasks, session->work->tasks,
                                      session->results, &traffic, &why);
    uint64_t end_ns = clock_ns();
    //< timed

    cpu_ns = usage_cpu_ns(session->board, workers) - cpu_ns;
    uint64_t most_ns = (end_ns - begin_ns) * disturbance_cores(session->disturbance);
    cpu_ns = cpu_ns < most_ns ? cpu_ns : most_ns; /* the rest was between the clocks and the map */
    fill_disturbance(sample, disturbance_end(session->disturbance, end_ns - begin_ns));
    if (session->job.trace != NULL) {
        session->job.trace->begin_ns = begin_ns;
        session->job.trace->end_ns = end_ns;
    }
    usage_read(session->board, workers, &after);
    struct usage used = usage_between(&before, &after, cpu_ns);
    sample->wall_ns = end_ns - begin_ns;
    fill_usage(sample, &used);
    struct phases phases = timed ? phases_read(session->board, workers, begin_ns, end_ns)
                                 : phases_scaled(&session->shares, sample->wall_ns);
    fill_phases(sample, &phases);
    phases_tasks(session->board, workers, &sample->least_tasks, &sample->most_tasks);
    sample->bytes_sent = traffic.bytes_sent;
    sample->bytes_received = traffic.bytes_received;
    sample->messages = traffic.messages;
    if (session->plan.schedule != SCHEDULE_PER_TASK) /* which has no chunk */
        sample->chunk = session->model.chunk = traffic.chunk;
    say_outcome(error, &why, status);
    sample->verified = error == 0 && all_in_place(session, status) &&
                       plain_verify(&session->plain, session->results, status, STATUS_BYTES);
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

/* The same for what the system would not give. */
static void add_error(struct session *session, const char *what, int error)
{
    char status[STATUS_BYTES];
    snprintf(status, sizeof status, "failed: cannot %s: %s", what, strerror(-error));
    add_failure(session, status);
}

static void add_skip(struct session *session, const char *why)
{
    char status[STATUS_BYTES];
    snprintf(status, sizeof status, "skip: %s", why);
    add_failure(session, status);
    session->failed = false;
}

/* ---- the machine ---------------------------------------------------------------------------- */

static void probe(struct session *session)
{
    if (session->probe == NULL)
        return;
    board_hush(session->board, true);
    nanosleep(&(struct timespec){.tv_nsec = HUSH_NS}, NULL);
    probe_measure(session->probe);
    board_hush(session->board, false);
    disturbance_hint(session->disturbance, probe_read(session->probe).others);
    session->probed_ns = clock_ns();
}

/* Caches and sleeping workers after a window are not those after a map. So windows stand before the
 * warm-up and after the last sample; where samples take long, also between them, and the next map counts
 * for nothing unless it is so long that nobody can tell. */
static void probe_between(struct session *session)
{
    char status[STATUS_BYTES];
    if (clock_ns() - session->probed_ns < PROBE_AGE_MAX_NS)
        return;
    probe(session);
    struct sample sample = session->model;
    if (session->warm_ns < LONG_MAP_NS)
        take_sample(session, session->timed, &sample, status);
}

/* What holds for all samples of this start, and is known only now. */
static void write_capacity(struct session *session)
{
    struct board *board = session->board;
    board->floor_ns = floor_measure(session->plan.schedule, session->model.chunk,
                                    session->work->tasks, session->timed);
    if (session->probe == NULL)
        return;
    probe(session);
    const struct probe_result result = probe_read(session->probe);
    board->capacity = result.capacity;
    board->capacity_cpu = result.capacity_cpu;
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

/* A sample that others disturbed is kept as a row, and taken again while patience lasts: for a few
 * times, as a load that holds on won't be over. The last one counts, disturbed or not. */
static void take_quiet_sample(struct session *session, struct sample *sample, char *status)
{
    for (unsigned tries = 1;; tries++) {
        *sample = session->model;
        take_sample(session, session->timed, sample, status);
        if (!sample->disturbed || strcmp(status, "ok") != 0 ||
            session->patience_ns < sample->wall_ns)
            return;
        if (tries == TRIES_MAX) {
            session->patience_ns = 0;
            return;
        }
        session->patience_ns -= sample->wall_ns;
        sample->status = SAMPLE_REPLACED;
        add_row(session, sample);
    }
}

/* One repetition: one iteration, one map that counts, its row. */
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
        probe_between(session);
        struct sample sample;
        take_quiet_sample(session, &sample, status);
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
    char name[1024], chunk[32] = "";
    const struct sample *model = &session->model;
    if (session->plan.chunk != 0)
        snprintf(chunk, sizeof chunk, ":%zu", session->plan.chunk);
    snprintf(name, sizeof name, "%s:%s/%s/%s%s/workers:%u", model->workload, model->parameters,
             model->backend, model->schedule, chunk, session->plan.workers);
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

/* Runs the plain loop, with at most half of the time that there is. Returns whether a pool is worth
 * trying; also without the loop, which then has a row of its own that is no end of the cell. */
static bool run_plain(struct session *session)
{
    char status[STATUS_BYTES];
    int error = plain_run(&session->plain, session->work, &session->job, session->tasks,
                          limit_left(session, 1) / 2, status, sizeof status);
    if (error != 0)
        snprintf(status, sizeof status, "failed: cannot run " PLAIN_NAME ": %s", strerror(-error));
    bool right = error == 0 && plain_right(&session->plain, status, sizeof status);
    if (*status != '\0')
        add_failure(session, status);
    session->failed = !right;
    return right;
}

static void measure_pool(struct session *session)
{
    for (int i = 0; i < PROBES_BEFORE; i++)
        probe(session);
    if (warm_up(session))
        run_repetitions(session);
    if (!session->failed)
        write_capacity(session);
}

/* Starts, measures and stops the pool. Returns false in a process that only served. */
static bool run_pool(struct session *session)
{
    char status[STATUS_BYTES];
    struct failure why;
    failure_clear(&why);
    int error = start_probe(session);
    if (error != 0) {
        add_error(session, "start the probe", error);
        return true;
    }
    const struct arguments *arguments = session->arguments;
    session->plan.limit_ns = limit_left(session, 1);
    uint64_t begin_ns = clock_ns();
    board_announce_start(session->board);
    error = session->backend->start(&session->plan, &session->pool, &why);
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
    session->plan.limit_ns = limit_left(session, 0.5);
    begin_ns = clock_ns();
    error = session->backend->stop(session->pool, &why);
    atomic_store(&session->board->stop_ns, clock_ns() - begin_ns);
    /* Who survives deaths survives one that took no task along. */
    bool survived = error == -EOWNERDEAD && session->plan.on_death == ON_DEATH_RETRY;
    if (error != 0 && !session->failed && !survived) {
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

static int start_watching(struct session *session)
{
    session->patience_ns = session->arguments->patience_ns;
    return disturbance_open(session->board, session->plan.workers, session->arguments->owner,
                            &session->disturbance);
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
        .arguments = arguments, .backend = backend, .work = work, .board = board,
        .deadline_ns = find_deadline(arguments)};
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
    } else if ((error = make_records(&session)) != 0 || (error = start_watching(&session)) != 0) {
        add_error(&session, "keep the tasks", error);
    } else if (run_plain(&session)) {
        measured = run_pool(&session);
    }
    fclose(session.rows);
    if (measured)
        atomic_store(&board->finished, 1);
    probe_stop(session.probe);
    disturbance_close(session.disturbance);
    trace_close(session.job.trace);
    free(session.tasks);
    free(session.results);
    plain_close(&session.plain);
    return measured && session.failed ? MEASURE_FAILED : MEASURE_OK;
}
