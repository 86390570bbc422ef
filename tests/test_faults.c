/*
 * test_faults.c - workers that die, stop or send nonsense: named at once, or replaced; never a
 * success with a hole, never a hang, nothing left behind. For each backend whose workers are
 * processes: one line in the table `mechanisms`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backends/crew.h"
#include "backends/registry.h"
#include "common/check.h"
#include "common/child.h"
#include "common/clock.h"
#include "common/inject.h"
#include "common/memory.h"
#include "isolate.h"
#include "mix.h"
#include "pace.h"

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))
#define WORKERS        3
#define TASKS          60
#define VICTIM         20 /* the task that is hit */
#define LIMIT_NS       (20 * NS_PER_S)
#define SHORT_LIMIT_NS (1500 * NS_PER_MS) /* scaled: those that a loaded machine starves must be done */
#define SLACK_NS       (5 * NS_PER_S) /* later than this is a hang; a loaded machine is slow */
#define FDS_MAX        64             /* descriptors that a worker of this test may have */
#define STORM_MAPS     20

static const struct mechanism {
    const char *backend;
    bool pipes; /* its workers hold pipes, which can be closed, or filled with nonsense */
} mechanisms[] = {{"pipes", true}, {"manager", false}, {"manager:tcp", false}};

static const enum schedule schedules[] = {SCHEDULE_PER_TASK, SCHEDULE_DYNAMIC, SCHEDULE_STATIC};

/* --- kernels that do harm --------------------------------------------------------------------- */

static bool is_victim(const void *task)
{
    uint64_t number;
    memcpy(&number, task, sizeof number);
    return number == VICTIM;
}

static const char *kill_always(const void *task, void *result, const struct shape *shape)
{
    if (is_victim(task))
        raise(SIGKILL);
    return mix(task, result, shape);
}

static const char *close_all(const void *task, void *result, const struct shape *shape)
{
    for (int fd = 3; is_victim(task) && fd < FDS_MAX; fd++)
        close(fd);
    while (is_victim(task))
        pause(); /* it lives on, so only its pipes tell */
    return mix(task, result, shape);
}

/* Writes to every pipe that this process can write to. */
static void write_to_pipes(const void *bytes, size_t count)
{
    for (int fd = 3; fd < FDS_MAX; fd++) {
        struct stat about;
        bool pipe = fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
        if (pipe && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
            CHECK(write(fd, bytes, count) == (ssize_t)count);
    }
}

static const char *send_nonsense(const void *task, void *result, const struct shape *shape)
{
    static const char nonsense[] = "this is surely no frame, but long enough to be taken for one";
    if (is_victim(task))
        write_to_pipes(nonsense, sizeof nonsense);
    return mix(task, result, shape);
}

/* A frame that is one, from a worker that (per-task) owes this very task; but it is too long. */
static const char *send_too_much(const void *task, void *result, const struct shape *shape)
{
    char wire[sizeof(struct frame) + 1000] = {0};
    struct frame frame = frame_make(RESULTS, VICTIM, 1, sizeof wire - sizeof frame);
    memcpy(wire, &frame, sizeof frame);
    if (is_victim(task))
        write_to_pipes(wire, sizeof wire);
    return mix(task, result, shape);
}

static struct storm { /* shared by all processes */
    _Atomic unsigned calls;
    _Atomic unsigned deaths[TASKS]; /* in this map */
} * storm;

/* Kills in every 37th call, but by no task so often that the map has to fail. */
static const char *die_now_and_then(const void *task, void *result, const struct shape *shape)
{
    uint64_t number;
    memcpy(&number, task, sizeof number);
    if (atomic_fetch_add(&storm->calls, 1) % 37 == 36 &&
        atomic_fetch_add(&storm->deaths[number], 1) < TASK_DEATHS_MAX - 1)
        raise(SIGKILL);
    return mix(task, result, shape);
}

/* --- one map with a fault ----------------------------------------------------------------------
 */

struct fault {
    const char *name;
    const char *inject; /* as a user writes it, or NULL */
    kernel_function *kernel;
    enum on_death on_death;
    int error;        /* due from map */
    const char *text; /* part of what it must say, or NULL */
    uint64_t limit_ns;
    bool pipes; /* only where there are pipes */
};

static const struct fault faults[] = {
    {"killed", "kill:task=20", mix, ON_DEATH_FAIL, -EOWNERDEAD, "killed by signal 9", LIMIT_NS,
     false},
    {"killed, retry", "kill:task=20", mix, ON_DEATH_RETRY, 0, NULL, LIMIT_NS, false},
    {"segv", "segv:task=20", mix, ON_DEATH_FAIL, -EOWNERDEAD, "killed by signal 11", LIMIT_NS,
     false},
    {"segv, retry", "segv:task=20", mix, ON_DEATH_RETRY, 0, NULL, LIMIT_NS, false},
    {"exit0", "exit0:task=20", mix, ON_DEATH_FAIL, -EOWNERDEAD, "exited with status 0", LIMIT_NS,
     false},
    {"exit0, retry", "exit0:task=20", mix, ON_DEATH_RETRY, 0, NULL, LIMIT_NS, false},
    {"slow", "slow:task=20,ms=50", mix, ON_DEATH_FAIL, 0, NULL, LIMIT_NS, false},
    {"stopped", "stop:task=20", mix, ON_DEATH_FAIL, -ETIMEDOUT, NULL, SHORT_LIMIT_NS, false},
    {"stopped, retry", "stop:task=20", mix, ON_DEATH_RETRY, -ETIMEDOUT, NULL, SHORT_LIMIT_NS,
     false},
    {"a task that kills", NULL, kill_always, ON_DEATH_RETRY, -EOWNERDEAD, "killed by signal 9",
     LIMIT_NS, false},
    {"closes its pipes", NULL, close_all, ON_DEATH_FAIL, -EOWNERDEAD, "closed its pipe", LIMIT_NS,
     true},
    {"sends nonsense", NULL, send_nonsense, ON_DEATH_FAIL, -EPROTO, "corrupt", LIMIT_NS, true},
    {"nonsense, retry", NULL, send_nonsense, ON_DEATH_RETRY, -EPROTO, "corrupt", LIMIT_NS, true},
    {"sends too much", NULL, send_too_much, ON_DEATH_FAIL, -EPROTO, "corrupt", LIMIT_NS, true},
};

static uint64_t limit_of(const struct fault *fault)
{
    return fault->limit_ns == SHORT_LIMIT_NS ? pace_scaled(SHORT_LIMIT_NS) : fault->limit_ns;
}

struct trial {
    const struct backend *backend;
    const struct fault *fault;
    struct plan plan;
    struct records records;
    struct inject inject;
    struct pool *pool;
};

static const char *failed(const char *verb, int error, const struct failure *why)
{
    char line[256];
    return isolate_text("%s: %d, %s", verb, error, failure_line(why, line, sizeof line));
}

static int map(struct trial *trial, struct failure *why)
{
    struct traffic traffic = {0};
    failure_clear(why);
    records_spoil(&trial->records);
    return trial->backend->map(trial->pool, trial->records.tasks, trial->records.count,
                               trial->records.results, &traffic, why);
}

/* Makes the records, by a kernel that does no harm, and starts a pool that runs another. */
static const char *open_trial(struct trial *trial, kernel_function *kernel, const char *inject)
{
    struct job job = {.shape = {24, 32}, .kernel = mix};
    struct failure why;
    char message[256];
    if (board_create(&job.board, NULL) != 0)
        return "no board";
    if (inject != NULL && inject_parse(inject, &trial->inject, message, sizeof message) != 0)
        return isolate_text("%s", message);
    job.inject = inject != NULL ? &trial->inject : NULL;
    trial->records = records_make(&job, TASKS);
    trial->records.job.kernel = kernel;
    trial->plan.job = &trial->records.job;
    board_clear(job.board, WORKERS, false);
    int error = trial->backend->start(&trial->plan, &trial->pool, &why);
    return error != 0 ? failed("start", error, &why) : NULL;
}

static void close_trial(struct trial *trial)
{
    board_close(trial->records.job.board);
    records_free(&trial->records);
}

/* Whether a failure has a name: which worker, which task, what. Nonsense names no task: it came
 * instead of the results of some task before. */
static const char *check_name(const struct fault *fault, int error, const struct failure *why)
{
    if (error != fault->error || why->error != fault->error)
        return isolate_text("map: %d (why: %d), where %d is due", error, why->error, fault->error);
    bool task_right = why->task == VICTIM || (error == -EPROTO && why->task >= 0);
    if (!task_right || why->worker < 0 || why->worker >= WORKERS || why->pid <= 0 ||
        (fault->text != NULL && strstr(why->text, fault->text) == NULL))
        return failed("wrongly named", error, why);
    return NULL;
}

static const char *fault_body(void *argument)
{
    struct trial *trial = argument;
    const struct fault *fault = trial->fault;
    struct failure why;
    const char *wrong = open_trial(trial, fault->kernel, fault->inject);
    if (wrong != NULL)
        return wrong;
    uint64_t begin_ns = clock_ns();
    int error = map(trial, &why);
    uint64_t took_ns = clock_ns() - begin_ns;
    if (fault->error != 0)
        wrong = check_name(fault, error, &why);
    else if (error != 0)
        wrong = failed("map", error, &why);
    else if (!records_right(&trial->records))
        wrong = "a success with a hole";
    if (wrong == NULL && took_ns > (fault->error == -ETIMEDOUT ? limit_of(fault) : 0) + SLACK_NS)
        wrong = "map took too long";
    begin_ns = clock_ns();
    error = trial->backend->stop(trial->pool, &why);
    if (wrong == NULL && error != 0)
        wrong = failed("stop", error, &why);
    if (wrong == NULL && clock_ns() - begin_ns > SLACK_NS)
        wrong = "stop took too long";
    close_trial(trial);
    return wrong;
}

/* --- a death between maps ----------------------------------------------------------------------
 */

/* Kills worker 1 and waits until it is dead, without reaping it: that is the pool's. */
static const char *kill_idle(const struct trial *trial)
{
    pid_t pid = trial->records.job.board->lines[1].pid;
    siginfo_t info;
    if (pid <= 0 || kill(pid, SIGKILL) != 0)
        return "no worker 1 to kill";
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 ? NULL : "it is not a child";
}

static const char *idle_body(void *argument)
{
    struct trial *trial = argument;
    struct failure why;
    const char *wrong = open_trial(trial, mix, NULL);
    if (wrong != NULL)
        return wrong;
    int error = map(trial, &why);
    if (error != 0)
        wrong = failed("first map", error, &why);
    if (wrong == NULL)
        wrong = kill_idle(trial);
    if (wrong == NULL)
        error = map(trial, &why);
    if (wrong == NULL && trial->plan.on_death == ON_DEATH_RETRY &&
        (error != 0 || !records_right(&trial->records)))
        wrong = failed("second map", error, &why);
    if (wrong == NULL && trial->plan.on_death == ON_DEATH_FAIL &&
        (error != -EOWNERDEAD || why.worker != 1 || why.pid <= 0))
        wrong = failed("second map, worker 1 being dead", error, &why);
    error = trial->backend->stop(trial->pool, &why);
    close_trial(trial);
    return wrong == NULL && error != 0 ? failed("stop", error, &why) : wrong;
}

static const char *idle_at_stop_body(void *argument)
{
    struct trial *trial = argument;
    struct failure why;
    const char *wrong = open_trial(trial, mix, NULL);
    if (wrong != NULL)
        return wrong;
    int error = map(trial, &why);
    wrong = error != 0 ? failed("map", error, &why) : kill_idle(trial);
    error = trial->backend->stop(trial->pool, &why);
    close_trial(trial);
    if (wrong == NULL && (error != -EOWNERDEAD || why.worker != 1))
        wrong = failed("stop, worker 1 being dead", error, &why);
    return wrong;
}

/* --- many deaths, no descriptors, no parent ----------------------------------------------------
 */

static const char *storm_body(void *argument)
{
    struct trial *trial = argument;
    struct failure why;
    if (memory_create("test", sizeof *storm, (void **)&storm, NULL) != 0)
        return "no memory";
    const char *wrong = open_trial(trial, die_now_and_then, NULL);
    if (wrong != NULL)
        return wrong;
    for (int i = 0; wrong == NULL && i < STORM_MAPS; i++) {
        memset((void *)storm->deaths, 0, sizeof storm->deaths);
        int error = map(trial, &why);
        if (error != 0)
            wrong = failed("map", error, &why);
        else if (!records_right(&trial->records))
            wrong = "a success with a hole";
    }
    int error = trial->backend->stop(trial->pool, &why);
    close_trial(trial);
    memory_unmap(storm, sizeof *storm);
    return wrong == NULL && error != 0 ? failed("stop", error, &why) : wrong;
}

/* A pool's whole life when only `more` descriptors may be opened. Returns its first error. */
static int live_with(struct trial *trial, int more, struct failure *why)
{
    struct rlimit before, less;
    getrlimit(RLIMIT_NOFILE, &before);
    less = before;
    less.rlim_cur = (rlim_t)(isolate_descriptors() + more);
    setrlimit(RLIMIT_NOFILE, &less);
    int error = trial->backend->start(&trial->plan, &trial->pool, why);
    if (error == 0) {
        struct failure ignored;
        error = map(trial, why);
        trial->backend->stop(trial->pool, &ignored);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    return error;
}

static const char *descriptors_body(void *argument)
{
    struct trial *trial = argument;
    struct failure why;
    const char *wrong = open_trial(trial, mix, NULL);
    int error = wrong == NULL ? trial->backend->stop(trial->pool, &why) : 0;
    if (wrong != NULL || error != 0)
        return wrong != NULL ? wrong : failed("stop", error, &why);
    int descriptors = isolate_descriptors();
    int more = 0;
    do {
        failure_clear(&why);
        error = live_with(trial, more, &why);
        if (error != 0 && (error != -EMFILE || why.error != error || *why.text == '\0'))
            wrong = failed("without descriptors", error, &why);
        if (isolate_descriptors() != descriptors)
            wrong = isolate_text("with %d more descriptors, some leak", more);
    } while (wrong == NULL && error != 0 && ++more < FDS_MAX);
    if (wrong == NULL && (error != 0 || !records_right(&trial->records)))
        wrong = failed("with enough descriptors", error, &why);
    if (wrong == NULL && more == 0)
        wrong = "it needed no descriptor, so nothing was tested";
    close_trial(trial);
    return wrong;
}

/* Runs a map whose every worker stops, so it would last until the limit. */
static int doomed(void *argument)
{
    struct trial *trial = argument;
    struct failure why;
    return trial->backend->start(&trial->plan, &trial->pool, &why) != 0 || map(trial, &why) != 0;
}

/* Waits for a process that became ours when its parent died. */
static const char *await_orphan(pid_t pid, uint64_t deadline_ns)
{
    struct child orphan = CHILD_NONE;
    int status;
    if (child_adopt(&orphan, pid) != 0)
        return isolate_text("worker %d was nobody's", (int)pid);
    int error = child_wait(&orphan, deadline_ns, &status);
    child_end(&orphan);
    return error != 0 ? "a worker outlived its parent" : NULL;
}

/* Waits for all others that became ours, such as a server. */
static const char *await_others(uint64_t deadline_ns)
{
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && clock_left_ms(deadline_ns) > 0)
        usleep(1000);
    return pid >= 0 ? "a process outlived its parent" : NULL;
}

static const char *orphans_body(void *argument)
{
    struct trial *trial = argument;
    struct child parent;
    const char *wrong = open_trial(trial, close_all, NULL);
    struct failure why;
    if (wrong != NULL || trial->backend->stop(trial->pool, &why) != 0)
        return wrong != NULL ? wrong : "stop failed";
    for (unsigned w = 0; w < WORKERS; w++)
        trial->records.job.board->lines[w].pid = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans become this process's children */
    if (child_start(&parent, doomed, trial) != 0)
        return "no child";
    uint64_t deadline_ns = clock_deadline(SLACK_NS);
    const struct board_line *lines = trial->records.job.board->lines;
    while ((lines[0].pid == 0 || lines[1].pid == 0 || lines[2].pid == 0) &&
           clock_left_ms(deadline_ns) > 0)
        usleep(1000);
    child_end(&parent);
    for (unsigned w = 0; wrong == NULL && w < WORKERS; w++)
        wrong = lines[w].pid > 0 ? await_orphan(lines[w].pid, deadline_ns) : "no worker started";
    if (wrong == NULL)
        wrong = await_others(deadline_ns);
    close_trial(trial);
    return wrong;
}

/* --- for every mechanism and schedule ----------------------------------------------------------
 */

static void for_all(const char *what, isolate_body *body, const struct fault *fault,
                    enum on_death on_death, bool idle)
{
    for (size_t m = 0; m < COUNT(mechanisms); m++) {
        const struct mechanism *mechanism = &mechanisms[m];
        for (size_t s = 0; s < COUNT(schedules); s++) {
            struct trial trial = {.backend = registry_find(mechanism->backend)->backend,
                                  .fault = fault};
            trial.plan = (struct plan){.workers = WORKERS,
                                       .schedule = schedules[s],
                                       .on_death = on_death,
                                       .limit_ns = fault != NULL ? limit_of(fault) : LIMIT_NS};
            char name[128];
            snprintf(name, sizeof name, "%s, %s, %s", mechanism->backend,
                     schedule_name(schedules[s]), what);
            if ((fault != NULL && fault->pipes && !mechanism->pipes) ||
                (idle && schedules[s] == SCHEDULE_PER_TASK)) /* there nobody is ever idle */
                continue;
            isolate(name, body, &trial);
        }
    }
}

static void fault_case(void **state)
{
    const struct fault *fault = *state;
    for_all(fault->name, fault_body, fault, fault->on_death, false);
}

static void killed_while_idle(void **state)
{
    (void)state;
    for_all("killed while idle", idle_body, NULL, ON_DEATH_FAIL, true);
    for_all("killed while idle, retry", idle_body, NULL, ON_DEATH_RETRY, true);
    for_all("killed before stop", idle_at_stop_body, NULL, ON_DEATH_FAIL, true);
}

static void a_storm_of_deaths(void **state)
{
    (void)state;
    for_all("many deaths", storm_body, NULL, ON_DEATH_RETRY, false);
}

static void no_descriptors(void **state)
{
    (void)state;
    for_all("no descriptors", descriptors_body, NULL, ON_DEATH_FAIL, false);
}

static void workers_die_with_their_parent(void **state)
{
    (void)state;
    for_all("parent killed", orphans_body, NULL, ON_DEATH_FAIL, true);
}

int main(void)
{
    pace_factor(); /* once, for all processes of this test */
    const struct CMUnitTest others[] = {
        cmocka_unit_test(killed_while_idle),
        cmocka_unit_test(a_storm_of_deaths),
        cmocka_unit_test(no_descriptors),
        cmocka_unit_test(workers_die_with_their_parent),
    };
    struct CMUnitTest cases[COUNT(faults)];
    for (size_t i = 0; i < COUNT(faults); i++)
        cases[i] = (struct CMUnitTest){
            .name = faults[i].name, .test_func = fault_case, .initial_state = (void *)&faults[i]};
    int bad = cmocka_run_group_tests_name("faults", cases, NULL, NULL);
    return bad + cmocka_run_group_tests_name("others", others, NULL, NULL) > 0;
}
