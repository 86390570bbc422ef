/* test_manager_backend.c - the backend that is made of a manager: its faults, and what crosses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/manager_worker.h"
#include "backends/registry.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/memory.h"
#include "isolate.h"
#include "mix.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KIB          1024u
#define LIMIT_NS     (20 * NS_PER_S) /* later than this is a hang */
#define WORKERS      3
#define TASKS        60
#define VICTIM       20 /* the task that is hit */

static struct sabotage { /* shared by all processes */
    uint64_t life;       /* of the worker that runs the victim */
    _Atomic int parent;  /* of the manager and the workers */
} * sabotage;

static bool is_victim(const void *task)
{
    uint64_t number;
    memcpy(&number, task, sizeof number);
    return number == VICTIM;
}

/* The descriptor of this process's connection. */
static int own_socket(void)
{
    for (int fd = 3; fd < 64; fd++) {
        struct sockaddr_storage at;
        socklen_t bytes = sizeof at;
        if (getpeername(fd, (struct sockaddr *)&at, &bytes) == 0 && at.ss_family == AF_UNIX)
            return fd;
    }
    return -1;
}

static const char *write_nonsense(const void *task, void *result, const struct shape *shape)
{
    static const char nonsense[] = "this is surely no frame, but long enough to be taken for one";
    if (is_victim(task))
        CHECK(write(own_socket(), nonsense, sizeof nonsense) == (ssize_t)sizeof nonsense);
    return mix(task, result, shape);
}

/* Appends a letter that looks like one, but holds too little. */
static const char *write_bad_letter(const void *task, void *result, const struct shape *shape)
{
    struct {
        struct frame frame;
        struct call call;
        struct letter letter;
    } wire = {.call = {.object = 1},
              .letter = {.kind = LETTER_RESULTS, .life = sabotage->life, .span = {VICTIM, 1}}};
    wire.frame = frame_make(MANAGER_LIST_APPEND, 0, 0, sizeof wire - sizeof wire.frame);
    if (is_victim(task))
        CHECK(write(own_socket(), &wire, sizeof wire) == (ssize_t)sizeof wire);
    return mix(task, result, shape);
}

static const char *close_connection(const void *task, void *result, const struct shape *shape)
{
    if (is_victim(task))
        CHECK(close(own_socket()) == 0);
    while (is_victim(task))
        pause(); /* it lives on */
    return mix(task, result, shape);
}

/* Whose process is on the other side of our connection: the manager's. */
static const char *kill_manager(const void *task, void *result, const struct shape *shape)
{
    char command[64];
    if (is_victim(task)) {
        snprintf(command, sizeof command, "/proc/%d/task/%d/children", sabotage->parent,
                 sabotage->parent);
        FILE *children = fopen(command, "r");
        int first = 0; /* the manager is the first that was forked */
        CHECK(children != NULL && fscanf(children, "%d", &first) == 1 && first != getpid());
        fclose(children);
        kill(first, SIGKILL);
        pause();
    }
    return mix(task, result, shape);
}

static const struct fault {
    const char *name;
    kernel_function *kernel;
    int error;
    const char *text;
    bool named;   /* a worker is; ... */
    bool at_task; /* ... and a task: it need not have one when it forges a letter */
} faults[] = {
    {"nonsense on the wire", write_nonsense, -EPROTO, "corrupt", true, true},
    {"a bad letter", write_bad_letter, -EPROTO, NULL, true, false},
    {"a closed connection", close_connection, -EOWNERDEAD, "closed its connection", true, true},
    {"the manager is killed", kill_manager, -EOWNERDEAD, "manager (pid", false, false},
};

struct trial {
    const struct fault *fault;
    enum schedule schedule;
};

static const char *fault_body(void *argument)
{
    const struct trial *trial = argument;
    const struct backend *backend = registry_find("manager")->backend;
    struct job job = {.shape = {24, 32}, .kernel = mix};
    struct plan plan = {.job = &job,
                        .workers = trial->schedule == SCHEDULE_PER_TASK ? 1 : WORKERS,
                        .schedule = trial->schedule,
                        .limit_ns = LIMIT_NS};
    struct traffic traffic = {0};
    struct failure why, ignored;
    struct pool *pool;
    char line[256];
    const char *wrong = NULL;
    if (board_create(&job.board, NULL) != 0 ||
        memory_create("test", sizeof *sabotage, (void **)&sabotage, NULL) != 0)
        return "no memory";
    sabotage->parent = getpid();
    sabotage->life = trial->schedule == SCHEDULE_PER_TASK ? VICTIM + 1 : 1; /* its first, or 21st */
    struct records records = records_make(&job, TASKS);
    job.kernel = trial->fault->kernel;
    failure_clear(&why);
    if (backend->start(&plan, &pool, &why) != 0)
        return isolate_text("start: %s", failure_line(&why, line, sizeof line));
    uint64_t begin_ns = clock_ns();
    int error = backend->map(pool, records.tasks, TASKS, records.results, &traffic, &why);
    if (error != trial->fault->error || why.error != error ||
        (trial->fault->text != NULL && strstr(why.text, trial->fault->text) == NULL) ||
        (trial->fault->named && (why.worker < 0 || why.pid <= 0)) ||
        (trial->fault->at_task && why.task < 0))
        wrong = isolate_text("%d: %s", error, failure_line(&why, line, sizeof line));
    if (wrong == NULL && clock_ns() - begin_ns > 5 * NS_PER_S)
        wrong = "map took too long";
    backend->stop(pool, &ignored);
    records_free(&records);
    memory_unmap(sabotage, sizeof *sabotage);
    board_close(job.board);
    return wrong;
}

static void faults_of_workers_and_manager_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        for (int s = SCHEDULE_PER_TASK; s <= SCHEDULE_STATIC; s++) {
            struct trial trial = {&faults[i], (enum schedule)s};
            char name[128];
            snprintf(name, sizeof name, "%s, %s", faults[i].name, schedule_name(trial.schedule));
            isolate(name, fault_body, &trial);
        }
    }
}

/* What crosses, as counted, is at least all tasks and results on each of their two ways. */
static const char *traffic_body(void *argument)
{
    const struct trial *trial = argument;
    const struct backend *backend = registry_find("manager")->backend;
    struct job job = {.shape = {1000, 3000}, .kernel = mix};
    struct plan plan = {
        .job = &job, .workers = 2, .schedule = trial->schedule, .limit_ns = LIMIT_NS};
    struct traffic traffic = {0};
    struct failure why;
    struct pool *pool;
    const char *wrong = NULL;
    if (board_create(&job.board, NULL) != 0)
        return "no board";
    struct records records = records_make(&job, TASKS);
    if (backend->start(&plan, &pool, &why) != 0 ||
        backend->map(pool, records.tasks, TASKS, records.results, &traffic, &why) != 0)
        return "start or map failed";
    size_t tasks = trial->schedule == SCHEDULE_PER_TASK ? 0 : 2 * TASKS * 1000;
    size_t results = 2 * TASKS * 3000;
    if (traffic.bytes_sent < tasks || traffic.bytes_sent > tasks + 100 * KIB ||
        traffic.bytes_received < results || traffic.bytes_received > results + 100 * KIB ||
        traffic.messages == 0)
        wrong = isolate_text("%zu bytes sent, %zu received", (size_t)traffic.bytes_sent,
                             (size_t)traffic.bytes_received);
    if (backend->stop(pool, &why) != 0)
        wrong = "stop failed";
    records_free(&records);
    board_close(job.board);
    return wrong;
}

static void traffic_is_counted_on_both_ways(void **state)
{
    (void)state;
    for (int s = SCHEDULE_PER_TASK; s <= SCHEDULE_STATIC; s++) {
        struct trial trial = {.schedule = (enum schedule)s};
        isolate(schedule_name(trial.schedule), traffic_body, &trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_workers_and_manager_are_named),
        cmocka_unit_test(traffic_is_counted_on_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
